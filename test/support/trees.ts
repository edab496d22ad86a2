import { createHash } from 'node:crypto';
import { extractModule } from '../../server/core/link/extract.ts';
import type { ModuleFacts } from '../../server/core/link/module-facts.ts';
import type { Project } from '../../server/core/link/project.ts';
import { isModulePath, ProjectView } from '../../server/core/link/project.ts';
import { OverlayTree } from '../../server/core/tree/overlay.ts';
import type { Laid } from '../../server/core/tree/overlay.ts';
import { basename, below, dirname, join } from '../../server/core/tree/path.ts';
import { Selection } from '../../server/core/tree/selection.ts';
import type { SelectionRules } from '../../server/core/tree/selection.ts';
import type { Answer, ContentId, Entry, EntryKind, Question, Tree, TreePath } from '../../server/core/tree/tree.ts';

/** Paths to texts. An object stands for its JSON, a text that begins with `-> ` for a symbolic link. */
export type Files = Readonly<Record<string, string | object>>;

export interface MemoryOptions {
  /** Names that differ only in case are one name, as on the usual disks of macOS and Windows. */
  readonly foldsCase?: boolean;
  /** Nobody has looked at these and below. */
  readonly unknown?: readonly TreePath[];
  /** Nobody is let in here and below. */
  readonly unreadable?: readonly TreePath[];
  readonly read?: (path: TreePath, text: string) => ModuleFacts;
}

/** A tree in memory: real in small. It counts what it is asked. */
export class MemoryTree implements Tree {
  readonly calls: Record<Question, number> = { entry: 0, list: 0, identity: 0, text: 0, module: 0 };
  readonly #files = new Map<TreePath, string>();
  readonly #folders = new Map<TreePath, Map<string, EntryKind>>([['/', new Map()]]);

  constructor(
    files: Files,
    readonly options: MemoryOptions = {},
  ) {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  write(path: TreePath, content: string | object): void {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    this.#files.set(path, text);
    let kind: EntryKind = text.startsWith('-> ') ? 'symlink' : 'file';
    for (let at = path; at !== '/'; at = dirname(at)) {
      const folder = dirname(at);
      const names = this.#folders.get(folder) ?? new Map<string, EntryKind>();
      this.#folders.set(folder, names.set(basename(at), kind));
      kind = 'folder';
    }
  }

  /** A tree is exact even where the disk folds: names are compared with the listing. */
  entry(path: TreePath): Answer<Entry> {
    return this.#answer('entry', path, (at) => {
      if (at !== path) return undefined;
      if (this.#folders.has(at)) return { kind: 'folder' };
      const text = this.#files.get(at);
      if (text === undefined) return undefined;
      return text.startsWith('-> ') ? { kind: 'symlink', leadsTo: text.slice(3) } : { kind: 'file' };
    });
  }

  list(path: TreePath): Answer<ReadonlyMap<string, EntryKind>> {
    return this.#answer('list', path, (at) => this.#folders.get(at));
  }

  identity(path: TreePath): Answer<ContentId> {
    return this.#answer('identity', path, (at) => {
      const text = this.#text(at);
      return text === undefined ? undefined : { sha256: hash('sha256', text), blob: hash('sha1', text) };
    });
  }

  text(path: TreePath): Answer<string> {
    return this.#answer('text', path, (at) => this.#text(at));
  }

  module(path: TreePath): Answer<ModuleFacts> {
    return this.#answer('module', path, (at) => {
      const text = this.#text(at);
      return text === undefined ? undefined : (this.options.read ?? ((_, it) => extractModule(it)))(at, text);
    });
  }

  #text(path: TreePath): string | undefined {
    const text = this.#files.get(path);
    return text?.startsWith('-> ') === true ? undefined : text;
  }

  #answer<T>(ask: Question, path: TreePath, look: (stored: TreePath) => T | undefined): Answer<T> {
    this.calls[ask]++;
    if (isBelow(this.options.unknown, path)) return { state: 'unknown' };
    if (isBelow(this.options.unreadable, path)) return { state: 'unreadable', reason: 'permission denied' };
    const value = look(this.options.foldsCase === true ? this.#stored(path) : path);
    return value === undefined ? { state: 'absent' } : { state: 'known', value };
  }

  /** The path as it is spelled on this disk. */
  #stored(path: TreePath): TreePath {
    const wanted = path.toLowerCase();
    return [...this.#files.keys(), ...this.#folders.keys()].find((stored) => stored.toLowerCase() === wanted) ?? path;
  }
}

export interface ProjectOptions extends Partial<SelectionRules> {
  /** The workspace, relative to its folder, and production, relative to its root; absolute paths lie outside. */
  readonly here: Files;
  readonly there: Files;
  readonly node?: readonly [number, number];
  /** Folders of NODE_PATH on production. */
  readonly nodePath?: readonly string[];
  /** What processes there were started with. */
  readonly starts?: readonly string[];
  /** Production paths that the plan deletes, and local paths that it leaves as production has them. */
  readonly deletes?: readonly string[];
  readonly leaves?: readonly string[];
  readonly local?: MemoryOptions;
  readonly production?: MemoryOptions;
}

export const FOLDER = '/work';
export const ROOT = '/srv/app';

/** Three trees, with everything that is managed laid over production. */
export function projectOf(options: ProjectOptions): Project {
  const { here, there, deletes = [], leaves = [] } = options;
  const { map = [{ local: '.', production: '.' }], include = [], exclude = [] } = options;
  const selection = new Selection({ map, include, exclude });
  const local = new MemoryTree(under(FOLDER, here), options.local);
  const production = new MemoryTree(under(ROOT, there), options.production);
  const laid = new Map<TreePath, Laid>();
  for (const path of Object.keys(here)) {
    const place = path.startsWith('/') || leaves.includes(path) ? undefined : selection.toProduction(path);
    if (place?.managed !== true) continue;
    laid.set(join(ROOT, place.path), { kind: 'file', tree: local, path: join(FOLDER, path) });
  }
  const written = new Set(laid.keys());
  for (const path of deletes) laid.set(join(ROOT, path), { kind: 'removed' });
  const modules = Object.keys(here).filter(
    (path) =>
      isModulePath(path) && !path.startsWith('/') && selection.toProduction(path).managed && !leaves.includes(path),
  );
  const productionOnly = Object.keys(under(ROOT, there)).filter(
    (path) => below(ROOT, path) !== undefined && isModulePath(path) && !written.has(path) && !laid.has(path),
  );
  return {
    folder: FOLDER,
    root: ROOT,
    selection,
    runtime: { node: options.node ?? [20, 19], globalFolders: options.nodePath ?? [] },
    starts: options.starts ?? [],
    local,
    production,
    merged: new OverlayTree(production, laid),
    modules,
    productionOnly: productionOnly
      .map((path) => path.slice(ROOT.length + 1))
      .filter((path) => !path.includes('node_modules/')),
  };
}

export function viewOf(options: ProjectOptions): ProjectView {
  return new ProjectView(projectOf(options));
}

function under(folder: TreePath, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [join(folder, path), content]));
}

function isBelow(folders: readonly TreePath[] | undefined, path: TreePath): boolean {
  return folders?.some((folder) => below(folder, path) !== undefined) ?? false;
}

function hash(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}
