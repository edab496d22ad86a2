import { createHash } from 'crypto';
import { closeSync, fstatSync, readSync } from 'fs';
import type { BigIntStats } from 'fs';
import { withLf } from '../core/tree/line-endings.ts';
import type { Stamp } from '../core/tree/stamps.ts';
import type { ContentId } from '../core/tree/tree.ts';
import type { AtSymlink } from './open.ts';
import { openRegular, unchanged } from './open.ts';

/** A file's content ids with its looks while it had them, or why there is no one answer. */
export type Hashed = { readonly content: ContentId; readonly stamp: Stamp } | { readonly problem: string };

/** Used again for every file: what a file has is hashed before anything else is read. */
const chunk = Buffer.allocUnsafeSlow(1 << 20);

/**
 * SHA-256 and git's blob id in one read. The file is looked at before and after: what changes meanwhile is read a second time, and then
 * is a problem. Throws what the file system throws.
 */
export function hashFile(file: string | Buffer, atSymlink: AtSymlink): Hashed {
  return hashOnce(file, atSymlink) ?? hashOnce(file, atSymlink) ?? { problem: 'it kept changing while it was read' };
}

function hashOnce(file: string | Buffer, atSymlink: AtSymlink): Hashed | undefined {
  const { handle, stat } = openRegular(file, atSymlink);
  try {
    const sha256 = createHash('sha256');
    const blob = createHash('sha1').update(`blob ${stat.size.toString()}\0`);
    let lf: string | undefined;
    for (let isFirst = true; ; isFirst = false) {
      const bytes = readSync(handle, chunk, 0, chunk.length, null);
      const read = chunk.subarray(0, bytes);
      sha256.update(read);
      blob.update(read);
      if (isFirst && bytes < chunk.length && read.includes('\r\n')) lf = lfBlob(read);
      // A regular file gives less than was asked for at its end only.
      if (bytes < chunk.length) break;
    }
    if (!unchanged(stat, fstatSync(handle, { bigint: true }))) return undefined;
    const ids = { sha256: sha256.digest('hex'), blob: blob.digest('hex') };
    return { content: lf === undefined ? ids : { ...ids, lf }, stamp: stampOf(stat) };
  } finally {
    closeSync(handle);
  }
}

function lfBlob(bytes: Uint8Array): string | undefined {
  const text = withLf(bytes);
  return text && createHash('sha1').update(`blob ${text.length}\0`).update(text).digest('hex');
}

export function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): Stamp {
  return {
    dev: dev.toString(),
    ino: ino.toString(),
    size: Number(size),
    mtimeNs: mtimeNs.toString(),
    ctimeNs: ctimeNs.toString(),
  };
}
