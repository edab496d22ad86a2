import ignore from 'ignore';

/** What is never managed unless a person takes it back with `!`. In gitignore syntax; the schema shows this list. */
export const DEFAULT_EXCLUDES: readonly string[] = [
  '.git',
  '.driftline',
  'driftline.json',
  'node_modules',
  '*.log',
  '.env*',
  'uploads/',
  'tmp/',
  '*.sqlite*',
  '*.pid',
  '*.sock',
];

/** Plain data, so that the host's program decides by the very same rules. */
export interface SelectionRules {
  /** Local folder (relative to the config's folder) to folder under the root; `.` is the folder itself. */
  readonly map: readonly { readonly local: string; readonly production: string }[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export type Placement =
  | { readonly managed: true; readonly path: string }
  | { readonly managed: false; readonly path?: string; readonly why: 'outsideMap' | 'notIncluded' | 'excluded' };

/**
 * Which files are managed, and where each lies on the other side. Patterns are matched against the local path (relative to the config's
 * folder) whichever side asks, so both sides give the same answer for every path. `map` pairs paths and takes no part in resolving.
 */
export class Selection {
  readonly #map: readonly { local: string; production: string }[];
  readonly #included: ReturnType<typeof ignore> | undefined;
  readonly #excluded: ReturnType<typeof ignore>;

  constructor(readonly rules: SelectionRules) {
    this.#map = [...rules.map].sort((a, b) => depth(b.local) - depth(a.local));
    this.#included = rules.include.length > 0 ? ignore({ ignorecase: false }).add([...rules.include]) : undefined;
    this.#excluded = ignore({ ignorecase: false }).add([...DEFAULT_EXCLUDES, ...rules.exclude]);
  }

  /** From a path relative to the config's folder to one relative to the root. */
  toProduction(local: string): Placement {
    for (const entry of this.#map) {
      const rest = below(local, entry.local);
      if (rest !== undefined) return this.#judge(local, join(entry.production, rest));
    }
    return { managed: false, why: 'outsideMap' };
  }

  /** From a path relative to the root to one relative to the config's folder: where a pull would write it. */
  toLocal(production: string): Placement {
    for (const entry of this.#map) {
      const rest = below(production, entry.production);
      if (rest === undefined) continue;
      const local = join(entry.local, rest);
      // A more specific entry takes this local folder elsewhere: no local file stands for this production path.
      const back = this.#map.find((other) => below(local, other.local) !== undefined);
      if (back !== entry) return { managed: false, path: local, why: 'outsideMap' };
      const verdict = this.#judge(local, local);
      return verdict;
    }
    return { managed: false, why: 'outsideMap' };
  }

  /** Whether nothing under this folder of the root can be managed, so that a listing may leave its contents out. */
  prunes(productionFolder: string): boolean {
    const touchesMap = this.#map.some(
      (entry) =>
        below(productionFolder, entry.production) !== undefined ||
        below(entry.production, productionFolder) !== undefined,
    );
    if (!touchesMap) return true;
    const inside = this.#map.find((entry) => below(productionFolder, entry.production) !== undefined);
    if (inside === undefined) return false;
    const local = join(inside.local, below(productionFolder, inside.production) ?? '');
    return local !== '.' && this.#excluded.ignores(`${local}/`);
  }

  #judge(local: string, other: string): Placement {
    if (local === '.') return { managed: false, path: other, why: 'excluded' };
    if (this.#excluded.ignores(local)) return { managed: false, path: other, why: 'excluded' };
    if (this.#included && !this.#included.ignores(local)) return { managed: false, path: other, why: 'notIncluded' };
    return { managed: true, path: other };
  }
}

const KNOWN = new WeakMap<SelectionRules, Selection>();

/** The selection of these rules, made once: it remembers what it has decided. */
export function selectionOf(rules: SelectionRules): Selection {
  let selection = KNOWN.get(rules);
  if (selection === undefined) KNOWN.set(rules, (selection = new Selection(rules)));
  return selection;
}

/** The part of `path` under `folder`, `''` for the folder itself, `undefined` outside it. */
function below(path: string, folder: string): string | undefined {
  if (folder === '.') return path === '.' ? '' : path;
  if (path === folder) return '';
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

function join(folder: string, rest: string): string {
  if (rest === '') return folder;
  return folder === '.' ? rest : `${folder}/${rest}`;
}

function depth(folder: string): number {
  return folder === '.' ? 0 : folder.split('/').length;
}
