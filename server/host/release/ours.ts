import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
} from 'fs';
import * as path from 'path';
import { hasCode } from '../names.ts';
import { CONTENTS } from './folder.ts';

/**
 * Whom Driftline's own files on the host are for. A state folder is its owner's alone or, with `target.group`, every deployer's; what is
 * made in a folder is for the same people as the folder is. The contents of the application's files keep the rights that those have.
 */
const OWN_FILE = 0o600;
const OWN_FOLDER = 0o700;
const SHARED_FILE = 0o660;
/** With setgid: what is made in it gets its group. */
const SHARED_FOLDER = 0o2770;
const GROUP_WRITES = 0o020;

/** Opens a file of ours for writing, whatever the umask. */
export function openOurs(file: string, flags: 'w' | 'a'): number {
  const handle = openSync(file, flags, OWN_FILE);
  try {
    if (isShared(path.dirname(file)) && (fstatSync(handle).mode & 0o777) !== SHARED_FILE)
      fchmodSync(handle, SHARED_FILE);
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** Makes a folder of ours where it is not there yet. */
export function makeOurs(folder: string): void {
  try {
    mkdirSync(folder, { mode: OWN_FOLDER });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    throw error;
  }
  if (isShared(path.dirname(folder))) chmodSync(folder, SHARED_FOLDER);
}

/** Gives a state folder with all that is ours in it to a group, itself last: one that is cut off here is done again. */
export function giveToGroup(folder: string, gid: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) giveToGroup(at, gid);
    else if (entry.isFile() && !CONTENTS.some((name) => name === path.basename(folder))) give(at, gid, SHARED_FILE);
  }
  give(folder, gid, SHARED_FOLDER);
}

/** The group first: a change of it clears setgid. */
function give(place: string, gid: number, mode: number): void {
  chownSync(place, lstatSync(place).uid, gid);
  chmodSync(place, mode);
}

function isShared(folder: string): boolean {
  return (lstatSync(folder).mode & GROUP_WRITES) !== 0;
}
