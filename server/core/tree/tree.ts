import type { ModuleFacts } from '../link/module-facts.ts';

/**
 * An absolute POSIX path in the coordinates of one tree (`/srv/voice/src/index.js` on production, the workspace's own path here).
 * Normalised: no `.`, no `..`, no doubled or trailing slash. Names are Unicode; a name that is not UTF-8 has no path in a tree.
 */
export type TreePath = string;

/**
 * What a snapshot says to a question. `unknown` means that nobody has looked yet: it gives no verdict, and it is never the same as
 * `absent` (looked, not there) or `unreadable` (there or not, we were not let in).
 */
export type Answer<T> =
  | { readonly state: 'known'; readonly value: T }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly reason: string }
  | { readonly state: 'unknown' };

export type EntryKind = 'file' | 'folder' | 'symlink' | 'other';

/** One directory entry, never followed. `leadsTo` is a symlink's text as stored. */
export interface Entry {
  readonly kind: EntryKind;
  readonly leadsTo?: string;
}

/** The names of one content, lower-case hexadecimal: of its bytes, and as git names it (a blob id of SHA-1). */
export interface ContentId {
  readonly sha256: string;
  readonly blob: string;
  /** The blob id of the same text with its CRLF turned to LF, where it has any and is not large. */
  readonly lf?: string;
}

/**
 * A snapshot of a file system, asked synchronously. Local, production and merged are each one of these; a question about a tree never
 * waits and never knows whether the answer came from disk, through SSH or out of a plan.
 */
export interface Tree {
  /** Like `lstat`: a symlink is answered as a symlink. */
  entry(path: TreePath): Answer<Entry>;
  /** The names in a folder with their kinds, spelled exactly as stored. */
  list(path: TreePath): Answer<ReadonlyMap<string, EntryKind>>;
  identity(path: TreePath): Answer<ContentId>;
  /** The whole text of a small file that decides something (`package.json`, `tsconfig.json`). */
  text(path: TreePath): Answer<string>;
  /** What a module imports and exports. Contents themselves do not have to be at hand. */
  module(path: TreePath): Answer<ModuleFacts>;
}

export type Question = keyof Tree;

/** A question that a tree answered with `unknown`. */
export interface Need {
  readonly ask: Question;
  readonly path: TreePath;
}

/** An answer that somebody went and got: the currency between the drivers (disk, host, worker) and a snapshot. */
export type Fact = {
  [Q in Question]: { readonly ask: Q; readonly path: TreePath; readonly answer: ReturnType<Tree[Q]> };
}[Question];
