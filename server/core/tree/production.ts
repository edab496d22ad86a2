import type { Inventory } from './inventory.ts';
import { basename, dirname } from './path.ts';
import type { EntryKind, Fact, TreePath } from './tree.ts';

/**
 * An inventory as facts about absolute paths on the host. A folder that was listed whole knows its names, so that what is not among them
 * is absent; one that was left out or could not be read stays unknown or unreadable.
 */
export function factsOf(inventory: Inventory): Fact[] {
  const root = inventory.realRoot;
  const at = (path: string): TreePath => (path === '.' ? root : `${root === '/' ? '' : root}/${path}`);
  const facts: Fact[] = [];
  const listings = new Map<TreePath, Map<string, EntryKind>>([[root, new Map()]]);
  const hidden = new Set([...inventory.unlisted, ...inventory.unreadable].map((each) => each.path));

  for (const entry of inventory.entries) {
    const path = at(entry.path);
    if (entry.kind === 'folder') listings.set(path, new Map());
    listings.get(dirname(path))?.set(basename(path), entry.kind);
    // The rest is in the listing of its folder: a fact an entry would double the memory that a large tree takes.
    if (entry.kind === 'symlink' || hidden.has(parentOf(entry.path))) {
      const value = entry.leadsTo === undefined ? { kind: entry.kind } : { kind: entry.kind, leadsTo: entry.leadsTo };
      facts.push({ ask: 'entry', path, answer: { state: 'known', value } });
    }
    if (entry.content !== undefined)
      facts.push({ ask: 'identity', path, answer: { state: 'known', value: entry.content } });
    else if (entry.problem !== undefined) {
      facts.push({ ask: 'identity', path, answer: { state: 'unreadable', reason: entry.problem } });
    }
  }

  for (const { path } of inventory.unlisted) listings.delete(at(path));
  for (const { path: relative, reason } of inventory.unreadable) {
    const path = at(relative);
    // An unreadable folder has its own entry; an unreadable name only spoils its parent's listing for that name.
    if (listings.delete(path)) facts.push({ ask: 'list', path, answer: { state: 'unreadable', reason } });
    else facts.push({ ask: 'entry', path, answer: { state: 'unreadable', reason } });
  }
  for (const [path, names] of listings) facts.push({ ask: 'list', path, answer: { state: 'known', value: names } });

  // The root's real path is real all the way up, whether or not its ancestors may be listed.
  for (let folder = root; folder !== '/'; folder = dirname(folder)) {
    facts.push({ ask: 'entry', path: folder, answer: { state: 'known', value: { kind: 'folder' } } });
  }
  return facts;
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}
