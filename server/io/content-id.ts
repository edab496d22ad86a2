import { createHash } from 'node:crypto';
import type { ContentId } from '../core/tree/tree.ts';

/** Both names of a content that is at hand. */
export function contentIdOf(bytes: Uint8Array): ContentId {
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    blob: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
  };
}
