import type { Inventory, InventoryEntry } from '../tree/inventory.ts';
import type { Selection } from '../tree/selection.ts';
import type { ContentId, EntryKind } from '../tree/tree.ts';
import type { DriftEntry, DriftKind } from './drift.ts';

/** One managed file of the workspace, as saved. */
export interface LocalFile {
  /** Relative to the config's folder. */
  readonly local: string;
  readonly kind: 'file' | 'symlink' | 'other';
  readonly content?: ContentId;
  readonly leadsTo?: string;
  readonly mode: number;
  readonly size: number;
  readonly problem?: string;
}

/** What is known of the past; each question may have no answer, and then nothing is claimed. */
export interface History {
  /** The SHA-256 that the last release left at a production path. */
  baseline(path: string): string | undefined;
  /** The blob at this path in the commit that production is nearest to; null where that commit has no such file. */
  base(path: string): string | null | undefined;
  /** Where production's content was committed: a short commit id, `none` of the commits, or unknown (no git, shallow clone). */
  commitOf(blob: string): { readonly commit: string } | 'none' | 'unknown';
}

/** A history that knows nothing: comparing is then two-way. */
export const NO_HISTORY: History = { baseline: () => undefined, base: () => undefined, commitOf: () => 'unknown' };

/**
 * Compares the workspace's managed files with production's, path by path. What could not be read on either side is `unreadable`, and a
 * file here below something unreadable there is never called local-only.
 *
 * @param local by production path (relative to the root)
 * @returns every managed path once, sorted by path, `same` included
 */
export function compareTrees(
  local: ReadonlyMap<string, LocalFile>,
  inventory: Inventory,
  selection: Selection,
  history: History,
): DriftEntry[] {
  const there = managedEntries(inventory, selection);
  const hidden = hiddenFolders(inventory);
  const entries: DriftEntry[] = [];
  const localOnly = new Map<string, LocalFile>();
  const folders = {
    here: foldersAbove(local.keys()),
    there: new Set(inventory.entries.filter((entry) => entry.kind === 'folder').map((entry) => entry.path)),
  };

  for (const [path, file] of local) {
    const other = there.get(path);
    if (other !== undefined) {
      entries.push(compareBoth(path, file, other, history));
      continue;
    }
    const blind = hidden.find(
      (folder) => path === folder.path || path.startsWith(`${folder.path}/`) || folder.path === '.',
    );
    const why = blind?.reason ?? file.problem;
    if (why !== undefined) entries.push({ ...ends(path, file), kind: 'unreadable', why });
    else localOnly.set(path, file);
  }

  const byContent = new Map([...localOnly].map(([path, file]) => [file.content?.sha256, path]));
  const byFold = new Map([...localOnly.keys()].map((path) => [path.toLowerCase(), path]));
  for (const [path, other] of there) {
    if (local.has(path)) continue;
    const twin = byFold.get(path.toLowerCase());
    if (twin !== undefined) {
      const file = localOnly.get(twin);
      localOnly.delete(twin);
      entries.push({
        path,
        local: file?.local ?? twin,
        kind: 'caseOnly',
        why: `spelled ${twin} here`,
        ...(file?.content && { here: file.content }),
        ...(other.content && { there: other.content }),
      });
      continue;
    }
    const alone = productionOnly(path, other, selection, history);
    if (folders.here.has(path)) entries.push({ ...alone, ...apart({ kind: 'folder' }, other) });
    else entries.push(movedHere(alone, other, byContent));
  }

  for (const [path, file] of localOnly) {
    if (folders.there.has(path)) entries.push({ ...ends(path, file), ...apart(file, { kind: 'folder' }) });
    else
      entries.push({ ...ends(path, file), kind: 'localOnly', ...(file.kind !== 'file' && { why: notDeployed(file) }) });
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function managedEntries(inventory: Inventory, selection: Selection): Map<string, InventoryEntry> {
  const found = new Map<string, InventoryEntry>();
  for (const entry of inventory.entries) {
    if (entry.kind !== 'folder' && selection.toLocal(entry.path).managed) found.set(entry.path, entry);
  }
  return found;
}

/** Says of a file that only production has where its content is here. That of an empty file is everywhere. */
function movedHere(
  entry: DriftEntry,
  { content, size }: InventoryEntry,
  byContent: ReadonlyMap<string | undefined, string>,
): DriftEntry {
  const twin = content === undefined || size === 0 ? undefined : byContent.get(content.sha256);
  if (twin === undefined || entry.kind !== 'productionOnly') return entry;
  return { ...entry, why: `${entry.why === undefined ? '' : `${entry.why}, `}here as ${twin}` };
}

/** Folders whose contents are not known; deepest causes first do not matter, any of them hides what lies below. */
function hiddenFolders(inventory: Inventory): readonly { path: string; reason: string }[] {
  return [...inventory.unreadable, ...inventory.unlisted];
}

function compareBoth(path: string, file: LocalFile, other: InventoryEntry, history: History): DriftEntry {
  const both = {
    ...ends(path, file),
    ...(other.content && { there: other.content }),
  };
  const problem = file.problem ?? other.problem;
  if (problem !== undefined) return { ...both, kind: 'unreadable', why: problem };
  if (file.kind !== other.kind) return { ...both, ...apart(file, other) };
  if (file.kind === 'symlink') {
    return file.leadsTo === other.leadsTo ? { ...both, kind: 'same' } : { ...both, ...apart(file, other) };
  }
  if (file.content === undefined || other.content === undefined) {
    return { ...both, kind: 'unreadable', why: 'not a regular file' };
  }
  if (file.content.sha256 === other.content.sha256) return { ...both, kind: 'same' };
  if (textId(file.content) === textId(other.content)) {
    // Nothing that somebody wrote would be lost.
    return { ...both, kind: 'changedHere', why: 'only line endings differ' };
  }
  return { ...both, ...whoChanged(path, file.content, other.content, history) };
}

/**
 * Which side moved. The last release is the best witness, then the commit that production is nearest to, then whether production's
 * content was ever committed. With no witness the change is counted as ours, since a plan shows every file that it replaces.
 */
function whoChanged(
  path: string,
  here: ContentId,
  there: ContentId,
  history: History,
): { kind: DriftKind; why: string; hotfix?: boolean } {
  const committed = commitOf(there, history);
  const known = typeof committed === 'object' ? `as in ${committed.commit}` : undefined;
  const hotfix = committed === 'none' && history.baseline(path) !== there.sha256;
  const mark = hotfix ? { hotfix: true } : {};

  const baseline = history.baseline(path);
  if (baseline === there.sha256) return { kind: 'changedHere', why: known ?? 'as the last release left it' };
  if (baseline === here.sha256)
    return { kind: 'changedThere', why: known ?? 'changed since the last release', ...mark };
  if (known !== undefined) return { kind: 'changedHere', why: known };

  if (committed === 'unknown')
    return { kind: 'changedHere', why: 'no git history and no earlier release to compare with' };
  const base = history.base(path);
  return base !== undefined && (base === here.blob || base === here.lf)
    ? { kind: 'changedThere', why: 'in no commit', ...mark }
    : { kind: 'changedBoth', why: "production's version is in no commit", ...mark };
}

/** A text by its words, whatever ends its lines. */
function textId(content: ContentId): string {
  return content.lf ?? content.blob;
}

/** Where these bytes were committed, or the same text with other line endings, as git keeps it. */
function commitOf({ blob, lf }: ContentId, history: History): ReturnType<History['commitOf']> {
  const committed = history.commitOf(blob);
  return typeof committed === 'object' || lf === undefined ? committed : history.commitOf(lf);
}

function productionOnly(path: string, other: InventoryEntry, selection: Selection, history: History): DriftEntry {
  const place = selection.toLocal(path);
  const both = {
    path,
    local: place.path ?? path,
    ...(other.content && { there: other.content }),
  };
  if (other.problem !== undefined) return { ...both, kind: 'unreadable', why: other.problem };
  if (other.kind !== 'file') return { ...both, kind: 'productionOnly', why: nameOf(other) };
  const committed = other.content === undefined ? 'unknown' : commitOf(other.content, history);
  if (typeof committed === 'object') return { ...both, kind: 'productionOnly', why: `as in ${committed.commit}` };
  return committed === 'none'
    ? { ...both, kind: 'productionOnly', why: 'in no commit' }
    : { ...both, kind: 'productionOnly' };
}

function notDeployed(file: LocalFile): string {
  return `${nameOf(file)} here: not deployed`;
}

/** What stands at a path, as far as it can be named. */
interface Thing {
  readonly kind: EntryKind;
  readonly leadsTo?: string;
}

/** Two things that no operation can turn into each other. */
function apart(here: Thing, there: Thing): Pick<DriftEntry, 'kind' | 'why'> {
  return { kind: 'typeChanged', why: `${nameOf(here)} here, ${nameOf(there)} on production` };
}

function nameOf({ kind, leadsTo }: Thing): string {
  switch (kind) {
    case 'file':
    case 'folder':
      return `a ${kind}`;
    case 'symlink':
      return `a link to ${leadsTo ?? 'nowhere'}`;
    case 'other':
      return 'no regular file';
  }
}

function foldersAbove(paths: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const path of paths) {
    let end = path.lastIndexOf('/');
    for (; end > 0 && !found.has(path.slice(0, end)); end = path.lastIndexOf('/', end - 1))
      found.add(path.slice(0, end));
  }
  return found;
}

function ends(path: string, file: LocalFile): { path: string; local: string; here?: ContentId } {
  return { path, local: file.local, ...(file.content && { here: file.content }) };
}
