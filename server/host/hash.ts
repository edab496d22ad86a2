import { createHash } from 'crypto';
import { closeSync, fstatSync, openSync, readSync } from 'fs';
import type { ContentId } from '../core/tree/tree.ts';

const CHUNK_BYTES = 1 << 20;

/** A file's content ids, or why there is no one answer. */
export type Hashed = { readonly content: ContentId } | { readonly problem: string };

/**
 * SHA-256 and git's blob id in one read. The file is looked at before and after: what changes meanwhile is read a second time, and then
 * is a problem. Throws what the file system throws.
 */
export function hashFile(file: string | Buffer): Hashed {
  return hashOnce(file) ?? hashOnce(file) ?? { problem: 'it kept changing while it was read' };
}

function hashOnce(file: string | Buffer): Hashed | undefined {
  const handle = openSync(file, 'r');
  try {
    const before = fstatSync(handle, { bigint: true });
    const sha256 = createHash('sha256');
    const blob = createHash('sha1').update('blob ' + before.size.toString() + '\0');
    const chunk = Buffer.allocUnsafe(
      Number(before.size < BigInt(CHUNK_BYTES) ? before.size + BigInt(1) : BigInt(CHUNK_BYTES)),
    );
    for (let bytes = readSync(handle, chunk); bytes > 0; bytes = readSync(handle, chunk)) {
      const read = bytes === chunk.length ? chunk : chunk.subarray(0, bytes);
      sha256.update(read);
      blob.update(read);
    }
    const after = fstatSync(handle, { bigint: true });
    if (before.size !== after.size || before.mtimeNs !== after.mtimeNs || before.ctimeNs !== after.ctimeNs)
      return undefined;
    return { content: { sha256: sha256.digest('hex'), blob: blob.digest('hex') } };
  } finally {
    closeSync(handle);
  }
}
