import { accessSync, constants, realpathSync, statSync } from 'fs';
import { dirname, join } from 'path';
import { HostFailure } from './handlers.ts';
import type { Handler } from './handlers.ts';
import { freeSpace } from './disk.ts';
import { hasCode, reasonOf } from './names.ts';
import { nextNode } from './next-node.ts';
import type { HostReport, ProcessReport } from './protocol.ts';
import { lockFile, readLock } from './release/lock.ts';
import { inspectProcess } from './release/managers.ts';
import { nearestExisting, unfitPlaces } from './release/places.ts';
import { whyOutside, whyUnsafe } from './state-safety.ts';
import { ownerName } from './users.ts';

const NOT_CONFIGURED: ProcessReport = { state: 'notConfigured' };

/** What `doctor` and the guards want to know of the machine. Looks only: starts no daemon, writes nothing. */
export const inspect: Handler<'inspect'> = async (ask) => {
  const root = inspectRoot(ask.root);
  const process = ask.process === null ? NOT_CONFIGURED : await inspectProcess(ask.process, ask.root);
  return {
    root,
    stateFolder: inspectState(ask.state, root.real ?? ask.root, ask.group),
    unfit: inspectPlaces(root, ask.state, ask.touches),
    nextNode: nextNode(ask.node, process),
    process,
    disk: freeSpace(nearestExisting(ask.state)),
    clockMs: Date.now(),
  };
};

function inspectRoot(root: string): HostReport['root'] {
  let real: string;
  try {
    real = realpathSync(root);
  } catch (error) {
    return { state: hasCode(error, 'ENOENT', 'ENOTDIR') ? 'absent' : 'unreadable' };
  }
  const stat = statSync(real);
  if (!stat.isDirectory()) return { state: 'notFolder', real };
  return {
    state: allows(real, constants.R_OK | constants.X_OK) ? 'ok' : 'unreadable',
    real,
    writable: allows(real, constants.W_OK | constants.X_OK),
    owner: ownerName(stat.uid),
  };
}

function inspectPlaces({ real }: HostReport['root'], state: string, touches: readonly string[]): HostReport['unfit'] {
  if (real === undefined) return [];
  return unfitPlaces(
    state,
    touches.map((file) => join(real, file)),
  );
}

/** Whether a release could keep its things there: in a folder of ours on the root's own mount, since a rename cannot leave a mount. */
function inspectState(path: string, root: string, group: string | undefined): HostReport['stateFolder'] {
  const exists = nearestExisting(path) === path;
  const unsafe = whyOutside(group) ?? (exists ? whyUnusable(path, root, group) : whyNotMade(path, root));
  return { path, exists, usable: unsafe === undefined, ...unsafe };
}

type Unusable = Pick<HostReport['stateFolder'], 'remedy'> & { readonly why: string };

function whyUnusable(path: string, root: string, group: string | undefined): Unusable | undefined {
  try {
    const unsafe = whyUnsafe(path, group);
    if (unsafe !== undefined) return unsafe;
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    readLock(path);
    return whyApart(path, root);
  } catch (error) {
    if (!(error instanceof HostFailure)) return { why: reasonOf(error) };
    return {
      why: 'its lock cannot be read as one',
      remedy: `If nobody deploys now, remove ${lockFile(path)} and run: driftline recover`,
    };
  }
}

function whyNotMade(path: string, root: string): Unusable | undefined {
  const parent = dirname(path);
  try {
    accessSync(parent, constants.W_OK | constants.X_OK);
    return whyApart(parent, root);
  } catch (error) {
    const isThere = !hasCode(error, 'ENOENT', 'ENOTDIR');
    return { why: `it cannot be made: ${isThere ? `${parent}: ${reasonOf(error)}` : `there is no folder ${parent}`}` };
  }
}

function whyApart(place: string, root: string): Unusable | undefined {
  if (statSync(place).dev === statSync(nearestExisting(root)).dev) return undefined;
  return { why: 'it lies on another file system than the root, so that nothing could be renamed into place' };
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false; // No is an answer here; why not is said where it matters.
  }
}
