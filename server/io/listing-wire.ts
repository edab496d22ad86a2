import { inflateRawSync } from 'node:zlib';
import type { Untrusted } from '../core/tree/file-systems.ts';
import type { InventoryEntry } from '../core/tree/inventory.ts';
import { stampText } from '../core/tree/stamps.ts';
import type { Scan } from '../core/tree/stamps.ts';
import type { EntryKind } from '../core/tree/tree.ts';
import { fieldsOf, isCount, isLink } from './inventory-wire.ts';

/** A part holds two thousand entries: more than this is no listing but a bomb. */
const MAX_PART_BYTES = 64 * 1024 * 1024;

/** Stands for the root's own device, which is what nearly every entry has. */
export const OF_ROOT = '';

/** An entry with all that the file system says of it. */
export interface Listed {
  readonly entry: InventoryEntry;
  /** As text. */
  readonly stamp: string;
  readonly ctimeNs: string;
}

/** The entries in a part of a listing; `undefined` where it is none. */
export function parseListing(body: Uint8Array): Listed[] | undefined {
  let rows: unknown;
  try {
    rows = JSON.parse(inflateRawSync(body, { maxOutputLength: MAX_PART_BYTES }).toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(rows)) return undefined;
  const listed: Listed[] = [];
  let prefix = '';
  for (const row of rows as readonly unknown[]) {
    if (typeof row === 'string') {
      prefix = row === '.' ? '' : `${row}/`;
      continue;
    }
    const one = Array.isArray(row) ? parseRow(row, prefix) : undefined;
    if (one === undefined) return undefined;
    listed.push(one);
  }
  return listed;
}

function parseRow(row: readonly unknown[], prefix: string): Listed | undefined {
  const [name, mode, size, mtimeNs, sameOrCtimeNs, ino, uid, gid, more] = row;
  const ctimeNs = sameOrCtimeNs === 0 ? mtimeNs : sameOrCtimeNs;
  if (typeof name !== 'string' || !isCount(mode) || !isCount(size) || !isCount(uid) || !isCount(gid)) return undefined;
  if (!isDecimal(mtimeNs) || !isDecimal(ctimeNs) || !isDecimal(ino)) return undefined;
  const path = prefix + name;
  const base = { path, kind: kindOf(mode), size, mtimeNs, mode: mode & 0o7777, uid, gid };
  if (more === undefined) {
    return { entry: base, stamp: stampText({ dev: OF_ROOT, ino, size, mtimeNs, ctimeNs }), ctimeNs };
  }
  const { leadsTo, link, dev } = fieldsOf(more) ?? {};
  return {
    entry: { ...base, ...(typeof leadsTo === 'string' && { leadsTo }), ...(isLink(link) && { link }) },
    stamp: stampText({ dev: isDecimal(dev) ? dev : OF_ROOT, ino, size, mtimeNs, ctimeNs }),
    ctimeNs,
  };
}

/** When and where it was listed; `undefined` where that is not said. */
export function parseScan(end: unknown): Scan | undefined {
  const { machine, rootIdentity, startNs, endNs, untrusted } = fieldsOf(fieldsOf(end)?.['scan']) ?? {};
  if (typeof machine !== 'string' || typeof rootIdentity !== 'string' || !isDecimal(startNs) || !isDecimal(endNs)) {
    return undefined;
  }
  if (!Array.isArray(untrusted)) return undefined;
  const places: Untrusted[] = [];
  for (const item of untrusted) {
    const { path, type } = fieldsOf(item) ?? {};
    if (typeof path !== 'string' || typeof type !== 'string') return undefined;
    places.push({ path, type });
  }
  return { machine, rootIdentity, startNs, endNs, untrusted: places };
}

function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 30 && /^-?\d+$/.test(value);
}

/** The file type in a mode, as POSIX systems number them. */
function kindOf(mode: number): EntryKind {
  switch (mode & 0o170000) {
    case 0o100000:
      return 'file';
    case 0o040000:
      return 'folder';
    case 0o120000:
      return 'symlink';
    default:
      return 'other';
  }
}
