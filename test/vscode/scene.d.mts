/** A small production and its repository, see scene.mjs. */
export interface LocalScene {
  /** The folder of all that follows. */
  readonly top: string;
  readonly root: string;
  readonly workspace: string;
  /** `HOME` and what would lead out of it. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export function layOutLocal(): Promise<LocalScene>;
