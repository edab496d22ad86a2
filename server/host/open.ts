import { closeSync, constants, fstatSync, openSync, readSync } from 'fs';
import type { BigIntStats } from 'fs';

/** What becomes of a symlink as the last part of a path. */
export type AtSymlink = 'follow' | 'refuse';

export interface OpenFile {
  readonly handle: number;
  readonly stat: BigIntStats;
}

/**
 * Opens a regular file for reading, and nothing else: opening a FIFO would block the whole program until somebody writes to it, and a
 * device may never end. The caller closes it. Throws what the file system throws.
 */
export function openRegular(file: string | Buffer, atSymlink: AtSymlink): OpenFile {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (atSymlink === 'refuse' ? constants.O_NOFOLLOW : 0);
  const handle = openSync(file, flags);
  try {
    const stat = fstatSync(handle, { bigint: true });
    if (!stat.isFile()) throw new Error('it is not a regular file');
    return { handle, stat };
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/**
 * A regular file's bytes and permission bits. The file is looked at before and after: what changes meanwhile is read once more, and then
 * is an error, as is a file of more than `maxBytes`.
 */
export function readRegular(file: string, maxBytes: number, atSymlink: AtSymlink): { bytes: Buffer; mode: number } {
  const read = readOnce(file, maxBytes, atSymlink) ?? readOnce(file, maxBytes, atSymlink);
  if (read === undefined) throw new Error('it kept changing while it was read');
  return read;
}

/** Whether nothing was written to a file between two looks at its handle. */
export function unchanged(before: BigIntStats, after: BigIntStats): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs;
}

function readOnce(file: string, maxBytes: number, atSymlink: AtSymlink): { bytes: Buffer; mode: number } | undefined {
  const { handle, stat } = openRegular(file, atSymlink);
  try {
    if (stat.size > BigInt(maxBytes)) throw new Error(`it is larger than ${maxBytes} bytes`);
    const bytes = Buffer.alloc(Number(stat.size));
    let at = 0;
    while (at < bytes.length) {
      const count = readSync(handle, bytes, at, bytes.length - at, at);
      if (count === 0) return undefined;
      at += count;
    }
    return unchanged(stat, fstatSync(handle, { bigint: true }))
      ? { bytes, mode: Number(stat.mode) & 0o7777 }
      : undefined;
  } finally {
    closeSync(handle);
  }
}
