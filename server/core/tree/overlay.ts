import { basename, dirname } from './path.ts';
import type { Answer, ContentId, Entry, EntryKind, Tree, TreePath } from './tree.ts';
import type { ModuleFacts } from '../link/module-facts.ts';

/** What an overlay puts at a path: a file of another tree, a text that is nowhere saved, or nothing. */
export type Laid =
  | { readonly kind: 'file'; readonly tree: Tree; readonly path: TreePath }
  | { readonly kind: 'text'; readonly text: string; readonly module: ModuleFacts }
  | { readonly kind: 'removed' };

/**
 * A tree with files laid over it: merged is production with a plan's files, the buffer overlay is the workspace with unsaved text. What
 * is laid is known without asking the base.
 */
export class OverlayTree implements Tree {
  readonly #children = new Map<TreePath, Map<string, EntryKind | 'removed'>>();

  constructor(
    readonly base: Tree,
    readonly laid: ReadonlyMap<TreePath, Laid>,
  ) {
    for (const [path, what] of laid) {
      this.#childrenOf(dirname(path)).set(basename(path), what.kind === 'removed' ? 'removed' : 'file');
      if (what.kind === 'removed') continue;
      for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) {
        const siblings = this.#childrenOf(dirname(folder));
        if (siblings.get(basename(folder)) === 'folder') break;
        siblings.set(basename(folder), 'folder');
      }
    }
  }

  entry(path: TreePath): Answer<Entry> {
    const laid = this.laid.get(path);
    if (laid?.kind === 'removed') return { state: 'absent' };
    if (laid !== undefined) return { state: 'known', value: { kind: 'file' } };
    const base = this.base.entry(path);
    // A link on production that leads to a folder stays what it is; only where nothing is, the laid files make the folder.
    if (base.state !== 'known' && this.#holdsLaid(path)) return { state: 'known', value: { kind: 'folder' } };
    return base;
  }

  list(path: TreePath): Answer<ReadonlyMap<string, EntryKind>> {
    const base = this.base.list(path);
    const children = this.#children.get(path);
    if (children === undefined || (base.state !== 'known' && base.state !== 'absent')) return base;
    const names = new Map<string, EntryKind>(base.state === 'known' ? base.value : []);
    for (const [name, kind] of children) {
      if (kind === 'removed') names.delete(name);
      else if (kind === 'file' || !names.has(name)) names.set(name, kind);
    }
    return names.size === 0 && base.state === 'absent' ? base : { state: 'known', value: names };
  }

  identity(path: TreePath): Answer<ContentId> {
    return this.#ask(path, (tree, at) => tree.identity(at), { state: 'unknown' });
  }

  text(path: TreePath): Answer<string> {
    const laid = this.laid.get(path);
    if (laid?.kind === 'text') return { state: 'known', value: laid.text };
    return this.#ask(path, (tree, at) => tree.text(at), { state: 'unknown' });
  }

  module(path: TreePath): Answer<ModuleFacts> {
    const laid = this.laid.get(path);
    if (laid?.kind === 'text') return { state: 'known', value: laid.module };
    return this.#ask(path, (tree, at) => tree.module(at), { state: 'unknown' });
  }

  /** Which tree a question about a path goes to, so that what it lacks is fetched at the right place. */
  sourceOf(path: TreePath): { tree: Tree; path: TreePath } {
    const laid = this.laid.get(path);
    return laid?.kind === 'file' ? { tree: laid.tree, path: laid.path } : { tree: this.base, path };
  }

  #ask<T>(path: TreePath, ask: (tree: Tree, at: TreePath) => Answer<T>, ofText: Answer<T>): Answer<T> {
    const laid = this.laid.get(path);
    if (laid === undefined) return ask(this.base, path);
    if (laid.kind === 'removed') return { state: 'absent' };
    return laid.kind === 'file' ? ask(laid.tree, laid.path) : ofText;
  }

  #holdsLaid(path: TreePath): boolean {
    const children = this.#children.get(path);
    return children !== undefined && [...children.values()].some((kind) => kind !== 'removed');
  }

  #childrenOf(folder: TreePath): Map<string, EntryKind | 'removed'> {
    const known = this.#children.get(folder);
    if (known !== undefined) return known;
    const children = new Map<string, EntryKind | 'removed'>();
    this.#children.set(folder, children);
    return children;
  }
}
