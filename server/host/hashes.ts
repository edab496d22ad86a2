import type { Handler } from './handlers.ts';
import { HostFailure } from './handlers.ts';
import { hashFile } from './hash.ts';
import { reasonOf } from './names.ts';
import type { HashRow } from './protocol.ts';
import { openRoot } from './root.ts';

const BATCH = 500;
/** Large files fill a batch sooner, so that the client hears from us. */
const BATCH_BYTES = 64 * 1024 * 1024;

/** Hashes the contents of files below a root, each with its looks at that moment. */
export const hashes: Handler<'hashes'> = async (ask, conversation) => {
  const root = openRoot(ask.root);
  const prefix = root === '/' ? '/' : `${root}/`;
  let rows: HashRow[] = [];
  let bytes = 0;
  const send = async (): Promise<void> => {
    await conversation.part({ rows });
    rows = [];
    bytes = 0;
    if (conversation.cancelled.now) throw new HostFailure('cancelled', 'hashing was cancelled');
    // Lets a cancellation, or the end of the line, be heard between two batches.
    await new Promise((resolve) => setImmediate(resolve));
  };
  for (let index = 0; index < ask.paths.length; index++) {
    const row = hash(index, `${prefix}${ask.paths[index] ?? ''}`);
    rows.push(row);
    if (row.length > 2) bytes += Number(row[5]);
    if (rows.length >= BATCH || bytes >= BATCH_BYTES) await send();
  }
  await send();
  return {};
};

function hash(index: number, file: string): HashRow {
  try {
    const hashed = hashFile(file, 'refuse');
    if ('problem' in hashed) return [index, hashed.problem];
    const { content, stamp } = hashed;
    const { sha256, blob, lf = null } = content;
    return [index, sha256, blob, lf, stamp.mtimeNs, stamp.size, stamp.ctimeNs, stamp.ino, stamp.dev];
  } catch (error) {
    return [index, reasonOf(error)];
  }
}
