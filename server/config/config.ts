import type { HealthSpec, ProcessSpec } from '../core/plan/plan.ts';
import type { SelectionRules } from '../core/tree/selection.ts';

/** One `driftline.json`, checked and with every default filled in. */
export interface Config {
  /** Absolute path of the file and of its folder, on this machine. */
  readonly file: string;
  readonly folder: string;
  readonly targets: ReadonlyMap<string, Target>;
}

/** A named destination. */
export interface Target {
  readonly name: string;
  /** `"local"`, an alias of `~/.ssh/config`, or a host name. */
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly root: string;
  /** Default `<root>/.driftline`. */
  readonly state: string;
  readonly group?: string;
  readonly node?: string;
  readonly keep: number;
  readonly protected: boolean;
  readonly rules: SelectionRules;
  readonly build?: { readonly command: string; readonly from: string; readonly to: string };
  readonly process: ProcessSpec | null;
  readonly health: HealthSpec | null;
  readonly confirm: 'host' | 'client';
  readonly guards: readonly OwnGuard[];
}

/** A check of the team's own, run before the switch; a status other than 0 blocks with its message. */
export interface OwnGuard {
  readonly name: string;
  readonly command: string;
  readonly on: 'client' | 'host';
  readonly message: string;
  readonly timeoutMs: number;
}

/** One thing wrong in a `driftline.json`, at its place. Zero-based positions, as editors count. */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly character: number;
  readonly endLine: number;
  readonly endCharacter: number;
  readonly message: string;
  readonly remedy: string;
  /**
   * Whether an editor that validates JSON by the published schema says it too. Beside such an editor the language server leaves these
   * to it, so that nothing is said twice.
   */
  readonly bySchema: boolean;
}
