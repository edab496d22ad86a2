import { createHash } from 'crypto';
import { fstatSync, openSync, closeSync, readSync, realpathSync } from 'fs';
import type { Handler } from './handlers.ts';
import { HostFailure } from './handlers.ts';
import { openRoot } from './inventory.ts';
import { reasonOf } from './names.ts';

/** Sends contents of files under a root, whole, with the hash of just these bytes. */
export const read: Handler<'read'> = async (ask, conversation) => {
  const root = openRoot(ask.root);
  for (const file of ask.files) {
    if (conversation.cancelled.now) throw new HostFailure('cancelled', 'reading was cancelled');
    let bytes: Buffer;
    let mode: number;
    try {
      ({ bytes, mode } = readWhole(root, file.path, ask.maxBytes));
    } catch (error) {
      await conversation.part({ path: file.path, problem: reasonOf(error) });
      continue;
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (file.sha256 !== undefined && file.sha256 !== sha256) {
      await conversation.part({ path: file.path, sha256, problem: 'it changed on production since it was listed' });
      continue;
    }
    await conversation.part({ path: file.path, sha256, size: bytes.length, mode }, bytes);
  }
  return {};
};

function readWhole(root: string, path: string, maxBytes: number): { bytes: Buffer; mode: number } {
  const real = realpathSync(`${root}/${path}`);
  if (!real.startsWith(root + '/')) throw new Error('it leads out of the root');
  const handle = openSync(real, 'r');
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) throw new Error('it is not a regular file');
    if (stat.size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    const bytes = Buffer.alloc(stat.size);
    let at = 0;
    while (at < bytes.length) {
      const count = readSync(handle, bytes, at, bytes.length - at, at);
      if (count === 0) throw new Error('it became shorter while it was read');
      at += count;
    }
    return { bytes, mode: stat.mode & 0o7777 };
  } finally {
    closeSync(handle);
  }
}
