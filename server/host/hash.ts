import { createHash } from 'crypto';
import { closeSync, fstatSync, readSync } from 'fs';
import type { ContentId } from '../core/tree/tree.ts';
import type { AtSymlink } from './open.ts';
import { openRegular, unchanged } from './open.ts';

const CHUNK_BYTES = 1 << 20;

/** A file's content ids, or why there is no one answer. */
export type Hashed = { readonly content: ContentId } | { readonly problem: string };

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
    const blob = createHash('sha1').update('blob ' + stat.size.toString() + '\0');
    // One byte more than the file has, so that its end is seen in the first read of a small file.
    const chunk = Buffer.allocUnsafe(
      Number(stat.size < BigInt(CHUNK_BYTES) ? stat.size + BigInt(1) : BigInt(CHUNK_BYTES)),
    );
    for (let bytes = readSync(handle, chunk); bytes > 0; bytes = readSync(handle, chunk)) {
      const read = bytes === chunk.length ? chunk : chunk.subarray(0, bytes);
      sha256.update(read);
      blob.update(read);
    }
    if (!unchanged(stat, fstatSync(handle, { bigint: true }))) return undefined;
    return { content: { sha256: sha256.digest('hex'), blob: blob.digest('hex') } };
  } finally {
    closeSync(handle);
  }
}
