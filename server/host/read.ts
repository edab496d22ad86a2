import { createHash } from 'crypto';
import { realpathSync } from 'fs';
import type { Handler } from './handlers.ts';
import { HostFailure } from './handlers.ts';
import { holds, openRoot } from './root.ts';
import { reasonOf } from './names.ts';
import { readRegular } from './open.ts';

/** Sends contents of files under a root, whole, with the hash of just these bytes. */
export const read: Handler<'read'> = async (ask, conversation) => {
  const root = openRoot(ask.root);
  for (const file of ask.files) {
    if (conversation.cancelled.now) throw new HostFailure('cancelled', 'reading was cancelled');
    let bytes: Buffer;
    let mode: number;
    try {
      ({ bytes, mode } = readBelow(root, file.path, ask.maxBytes));
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

/** Symlinks are followed as far as they stay below the root. */
function readBelow(root: string, path: string, maxBytes: number): { bytes: Buffer; mode: number } {
  const real = realpathSync(`${root}/${path}`);
  if (!holds(root, real)) throw new Error('it leads out of the root');
  return readRegular(real, maxBytes, 'refuse');
}
