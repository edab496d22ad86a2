import { lstatSync } from 'fs';
import { groupId, isInGroup, myName, ownerName } from './users.ts';

const GROUP_OR_OTHERS_WRITE = 0o022;
const OTHERS_WRITE = 0o002;
/** What is made in a shared folder gets its group by the setgid bit. */
const SHARED = 0o2020;

/** Why a state folder cannot be used. */
export interface Unsafe {
  readonly why: string;
  readonly remedy: string;
}

/**
 * Why a state folder that is there is not safe to use: what lies in it is run, and renamed into the live tree.
 *
 * @param group of several deployers, this one among them, who all may do that
 */
export function whyUnsafe(state: string, group?: string): Unsafe | undefined {
  const stat = lstatSync(state);
  if (!stat.isDirectory()) {
    return { why: 'it is no folder', remedy: 'Move it away, or name another folder with "state".' };
  }
  const shared = isSharedBy(state, group);
  const me = process.getuid?.() ?? stat.uid;
  if (group !== undefined && !shared && stat.uid !== me && me !== 0) {
    const owner = ownerName(stat.uid);
    return {
      why: `it belongs to ${owner} alone, and not to the group ${group} yet`,
      remedy: `Let ${owner} deploy once with "group": ${group}. That gives it to the group.`,
    };
  }
  if (!shared && stat.uid !== me && stat.uid !== 0) {
    return {
      why: `it belongs to ${ownerName(stat.uid)}, who could change what is deployed`,
      remedy:
        'Deploy as that user ("user" in driftline.json), name a group of all who deploy with "group", or another folder with "state".',
    };
  }
  if ((stat.mode & (shared ? OTHERS_WRITE : GROUP_OR_OTHERS_WRITE)) === 0) return undefined;
  return shared
    ? { why: 'anybody on the host may write there', remedy: `Take that from them: chmod -R o-w ${state}` }
    : { why: 'others than its owner may write there', remedy: `Take that from them: chmod -R go-w ${state}` };
}

/** Why this user cannot deploy for a group; `undefined` where none is named. */
export function whyOutside(group: string | undefined): Unsafe | undefined {
  if (group === undefined) return undefined;
  const gid = groupId(group);
  if (gid === undefined) {
    return {
      why: `there is no group ${group} on the host`,
      remedy: `Make it there with all who deploy in it (groupadd ${group}), or correct "group" in driftline.json.`,
    };
  }
  if (isInGroup(gid)) return undefined;
  return {
    why: `${myName()} is not in the group ${group}`,
    remedy: `Put that user into it on the host, as root: usermod -aG ${group} ${myName()}`,
  };
}

/** Whether a folder was given to a group: only its owner could do that, as a member of it. */
export function isSharedBy(folder: string, group: string | undefined): boolean {
  if (group === undefined) return false;
  const { gid, mode } = lstatSync(folder);
  return gid === groupId(group) && (mode & SHARED) === SHARED;
}
