import { statSync } from 'fs';
import type { HostPlatform, InventoryEntry } from '../core/tree/inventory.ts';
import { Selection } from '../core/tree/selection.ts';
import type { EntryKind } from '../core/tree/tree.ts';
import type { Handler } from './handlers.ts';
import { HostFailure } from './handlers.ts';
import { hashFile } from './hash.ts';
import { reasonOf } from './names.ts';
import { openRoot } from './root.ts';
import { runningNodes } from './running-nodes.ts';
import { stateBelow, Walk } from './walk.ts';
import type { Found } from './walk.ts';

const BATCH = 2000;

/** Lists and hashes a root in one go. Reads only; what cannot be read is said, not left out. */
export const inventory: Handler<'inventory'> = async (ask, conversation) => {
  const takenAt = new Date().toISOString();
  const realRoot = openRoot(ask.root);
  const identity = statSync(realRoot, { bigint: true });
  const walk = new Walk(realRoot, new Selection(ask.rules), ask.limits, stateBelow(ask.root, realRoot, ask.state));
  let batch: InventoryEntry[] = [];
  for (const found of walk.entries()) {
    batch.push(describe(found, walk));
    if (batch.length < BATCH) continue;
    await conversation.part({ entries: batch });
    batch = [];
    if (conversation.cancelled.now) throw new HostFailure('cancelled', 'the listing was cancelled');
    // Lets a cancellation, or the end of the line, be heard between two batches.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (batch.length > 0) await conversation.part({ entries: batch });
  return {
    root: ask.root,
    realRoot,
    rootIdentity: `${identity.dev.toString()}:${identity.ino.toString()}`,
    takenAt,
    complete: walk.complete,
    platform: platform(realRoot),
    unlisted: walk.unlisted,
    unreadable: walk.unreadable,
  };
};

export function platform(realRoot: string): HostPlatform {
  const { nodePath, conditions, starts, typescript } = runningNodes(realRoot);
  return {
    by: 'node',
    node: process.version,
    os: process.platform,
    ...(nodePath.length > 0 && { nodePath }),
    ...(conditions.length > 0 && { conditions }),
    ...(starts.length > 0 && { starts }),
    ...(typescript !== undefined && { typescript }),
  };
}

function describe({ path, stat, link }: Found, walk: Walk): InventoryEntry {
  const kind = kindOf(stat);
  return {
    path,
    kind,
    size: Number(stat.size),
    mtimeNs: stat.mtimeNs.toString(),
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    ...link,
    ...(kind === 'file' && walk.selection.toLocal(path).managed && hash(walk, path, stat.size)),
  };
}

function hash(walk: Walk, path: string, size: bigint): Pick<InventoryEntry, 'content' | 'problem'> {
  const limit = walk.limits.hashBytesPerFile;
  const spoil = (problem: string): { problem: string } => {
    walk.complete = false;
    return { problem };
  };
  if (size > BigInt(limit)) return spoil(`larger than ${limit} bytes`);
  try {
    const hashed = hashFile(walk.full(path), 'refuse');
    return 'problem' in hashed ? spoil(hashed.problem) : { content: hashed.content };
  } catch (error) {
    return spoil(reasonOf(error));
  }
}

export function kindOf(stat: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): EntryKind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}
