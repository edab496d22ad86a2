import { isTypeScriptRunner } from '../core/link/typescript-runner.ts';
import type { HostPlatform, Inventory, InventoryEntry, KnownContents } from '../core/tree/inventory.ts';
import type { ContentId, EntryKind } from '../core/tree/tree.ts';

/**
 * Checks on what a host, or a file on this disk, says an inventory is. Only fields that are known and of the right type come through.
 */
export function parseEntry(value: unknown): InventoryEntry | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // Not copied first, as elsewhere here: there may be a million of them.
  const { path, kind, size, mtimeNs, mode, uid, gid, leadsTo, link, content, problem }: Partial<Fields> = value;
  if (typeof path !== 'string' || !isKind(kind) || typeof mtimeNs !== 'string' || !/^-?\d{1,30}$/.test(mtimeNs)) {
    return undefined;
  }
  if (!isCount(size) || !isCount(mode) || !isCount(uid) || !isCount(gid)) return undefined;
  const id = content === undefined ? undefined : parseContentId(content);
  if (content !== undefined && id === undefined) return undefined;
  return {
    path,
    kind,
    size,
    mtimeNs,
    mode,
    uid,
    gid,
    ...(typeof leadsTo === 'string' && { leadsTo }),
    ...(isLink(link) && { link }),
    ...(id !== undefined && { content: id }),
    ...(typeof problem === 'string' && { problem }),
  };
}

const CHECKED = new WeakSet<readonly unknown[]>();

/** Says of entries that this process made them, each from fields that it has checked. */
export function checkedEntries(entries: InventoryEntry[]): InventoryEntry[] {
  CHECKED.add(entries);
  return entries;
}

/** The entries of a part; `undefined` where one of them is none. */
export function parseEntries(values: readonly unknown[]): readonly InventoryEntry[] | undefined {
  // What this process has put together itself is of the type that it says.
  if (CHECKED.has(values)) return values as readonly InventoryEntry[];
  const entries: InventoryEntry[] = [];
  for (const value of values) {
    const entry = parseEntry(value);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return entries;
}

type Fields = { readonly [K in keyof InventoryEntry]: unknown };

/** A whole inventory, from a file; `undefined` where it is none, or where an entry cannot be one. */
export function parseInventory(value: unknown): Inventory | undefined {
  const end = parseInventoryEnd(value);
  const listed = fieldsOf(value)?.['entries'];
  if (end === undefined || !Array.isArray(listed)) return undefined;
  const entries = new Map<string, InventoryEntry>();
  for (const item of listed) {
    const entry = parseEntry(item);
    if (entry === undefined || oddity(entry.path, entries) !== undefined) return undefined;
    entries.set(entry.path, entry);
  }
  return { ...end, entries: [...entries.values()] };
}

/** An inventory without its entries. */
export function parseInventoryEnd(value: unknown): Omit<Inventory, 'entries'> | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const { root, realRoot, rootIdentity, takenAt, complete } = fields;
  if (typeof root !== 'string' || typeof realRoot !== 'string' || typeof rootIdentity !== 'string') return undefined;
  if (!isTreePath(realRoot) || typeof takenAt !== 'string' || Number.isNaN(Date.parse(takenAt))) return undefined;
  const platform = parsePlatform(fields['platform']);
  const unlisted = parseHidden(fields['unlisted']);
  const unreadable = parseHidden(fields['unreadable']);
  if (platform === undefined || unlisted === undefined || unreadable === undefined || typeof complete !== 'boolean') {
    return undefined;
  }
  const contents = parseContents(fields['contents']);
  return {
    ...{ root, realRoot, rootIdentity, takenAt, complete, platform, unlisted, unreadable },
    ...(contents !== undefined && { contents }),
  };
}

function parseContents(value: unknown): KnownContents | undefined {
  const { hashed, remembered, hashedSince, notRemembered } = fieldsOf(value) ?? {};
  if (!isCount(hashed) || !isCount(remembered) || !Array.isArray(notRemembered)) return undefined;
  const clauses = notRemembered.filter((clause) => typeof clause === 'string');
  return {
    ...{ hashed, remembered, notRemembered: clauses },
    ...(typeof hashedSince === 'string' && !Number.isNaN(Date.parse(hashedSince)) && { hashedSince }),
  };
}

/** An empty part, `.` or `..`. */
const NO_NAME = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Whether a path is a plain one below the root: relative, and of names only. */
export function isBelowRoot(path: string): boolean {
  return !path.includes('\0') && !NO_NAME.test(path);
}

/** Why an entry cannot be one below a root, or `undefined`. A folder comes before what it holds. */
export function oddity(path: string, seen: ReadonlyMap<string, InventoryEntry>): string | undefined {
  if (!isBelowRoot(path)) return 'not a path below the root';
  if (seen.has(path)) return 'listed twice';
  const slash = path.lastIndexOf('/');
  if (slash > 0 && seen.get(path.slice(0, slash))?.kind !== 'folder') return 'its folder was not listed';
  return undefined;
}

function parsePlatform(value: unknown): HostPlatform | undefined {
  const { by, node, os, typescript, ...lists } = fieldsOf(value) ?? {};
  if ((by !== 'node' && by !== 'posix') || typeof os !== 'string') return undefined;
  const nodePath = treePathsIn(lists['nodePath']);
  const starts = treePathsIn(lists['starts']);
  const conditions = textsIn(lists['conditions']);
  return {
    ...{ by, os },
    ...(typeof node === 'string' && { node }),
    ...(nodePath.length > 0 && { nodePath }),
    ...(conditions.length > 0 && { conditions }),
    ...(starts.length > 0 && { starts }),
    ...((typescript === null || isTypeScriptRunner(typescript)) && { typescript }),
  };
}

function treePathsIn(value: unknown): string[] {
  return textsIn(value).filter(isTreePath);
}

function textsIn(value: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.filter((each): each is string => typeof each === 'string');
}

function parseHidden(value: unknown): { path: string; reason: string; count?: number }[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list: { path: string; reason: string; count?: number }[] = [];
  for (const item of value) {
    const { path, reason, count } = fieldsOf(item) ?? {};
    if (typeof path !== 'string' || typeof reason !== 'string') return undefined;
    list.push({ path, reason, ...(isCount(count) && { count }) });
  }
  return list;
}

function parseContentId(value: unknown): ContentId | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { sha256, blob, lf }: { readonly [K in keyof ContentId]?: unknown } = value;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  if (typeof blob !== 'string' || !/^[0-9a-f]{40}$/.test(blob)) return undefined;
  return typeof lf === 'string' && /^[0-9a-f]{40}$/.test(lf) ? { sha256, blob, lf } : { sha256, blob };
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function isTreePath(path: string): boolean {
  return path === '/' || /^(\/[^/\0]+)+$/.test(path);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isKind(value: unknown): value is EntryKind {
  return value === 'file' || value === 'folder' || value === 'symlink' || value === 'other';
}

export function isLink(value: unknown): value is NonNullable<InventoryEntry['link']> {
  return value === 'inside' || value === 'outside' || value === 'loop' || value === 'dangling';
}
