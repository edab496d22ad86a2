import type { TreePath } from '../tree/tree.ts';

/** Every verdict on a link, which is also the diagnostic's code and the guard's name. Each with its default severity. */
export const VERDICTS = {
  'syntax-error': 'error',
  'case-mismatch': 'error',
  'production-only-import': 'error',
  'not-deployed-import': 'error',
  'shadowed-on-production': 'error',
  'unresolved-import': 'error',
  'module-system': 'error',
  'missing-export': 'error',
  'breaks-production': 'error',
  'package-missing': 'error',
  'package-production-only': 'warning',
  'package-version': 'warning',
  'hotfix-overwritten': 'warning',
} as const satisfies Record<string, Severity>;

export type Verdict = keyof typeof VERDICTS;
export type Severity = 'error' | 'warning' | 'information';

/** Zero-based, in UTF-16 code units, as the language server protocol counts by default. */
export interface Position {
  readonly line: number;
  readonly character: number;
}
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** How a specifier was resolved in one tree: where it led, by which rule, and every path that was tried on the way. */
export interface Trace {
  readonly outcome:
    | { readonly kind: 'file'; readonly path: TreePath }
    | { readonly kind: 'builtin'; readonly name: string }
    | { readonly kind: 'missing'; readonly code: string; readonly message: string }
    | { readonly kind: 'unreadable'; readonly path: TreePath; readonly reason: string }
    | { readonly kind: 'unknown' };
  readonly tried: readonly string[];
  readonly rule: string;
}

/** How a module comes to run on production after the deploy, as far as what is started is known. */
export interface Reach {
  /**
   * `start`: it is loaded while the application starts. `reached`: by a call, or by what somebody starts now and then. `perhaps`: by what
   * is computed. `never`: by nothing that is started.
   */
  readonly when: 'start' | 'reached' | 'perhaps' | 'never';
  /** Who starts the first of the chain. */
  readonly startedBy?: string;
  /** From the file that is started to the one that loads this; the range is where each names the next. */
  readonly chain: readonly { readonly file: Finding['file']; readonly range: Range }[];
}

/** One thing that is wrong, said about one place in one file. */
export interface Finding {
  readonly code: Verdict;
  readonly severity: Severity;
  /**
   * The file that the finding stands in: relative to the config's folder for a local file, relative to the target's root for a file
   * that only production has.
   */
  readonly file: { readonly tree: 'local' | 'production'; readonly path: string };
  readonly range: Range;
  /** Where a compiler made the file: the place in its source, relative to the config's folder. */
  readonly source?: { readonly path: string; readonly range: Range };
  readonly specifier?: string;
  /** One sentence, complete without the range: what is wrong, on what. */
  readonly message: string;
  /** What to do next, in one sentence. */
  readonly remedy: string;
  /** Whether the import is evaluated when its module is, or inside a function. */
  readonly when: 'start' | 'reached';
  /** How its module comes to run; not said where that is not known. */
  readonly reach?: Reach;
  /** Production paths (relative to the root) whose pull would mend it. */
  readonly pull?: readonly string[];
  /** Production paths (relative to the root) whose deletion, in a deploy, would mend it. */
  readonly deletes?: readonly string[];
  /** Production paths that a specifier which is computed could lead to; nobody knows whether it does. */
  readonly couldReach?: readonly string[];
  readonly explain?: { readonly local: Trace; readonly production: Trace; readonly merged: Trace };
}

/** The place to show to a person: in the source where that is known, with the place in its output then. */
export function shownAt({ file, range, source }: Pick<Finding, 'file' | 'range' | 'source'>): {
  readonly file: Finding['file'];
  readonly range: Range;
  readonly output?: string;
} {
  if (source === undefined) return { file, range };
  const output = `${file.path}:${range.start.line + 1}:${range.start.character + 1}`;
  return { file: { tree: file.tree, path: source.path }, range: source.range, output };
}
