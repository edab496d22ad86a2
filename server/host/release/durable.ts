import { createHash } from 'crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'fs';
import type { Stats } from 'fs';
import * as path from 'path';
import type { Content } from '../../core/plan/plan.ts';
import { hashFile } from '../hash.ts';
import { hasCode } from '../names.ts';
import { openRegular } from '../open.ts';
import { openOurs } from './ours.ts';

/** Writes a small file of ours so that it is there whole or not at all, also after a power loss. */
export function writeDurably(file: string, text: string): void {
  const fresh = `${file}.${process.pid}.new`;
  try {
    const handle = openOurs(fresh, 'w');
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, file);
  } catch (error) {
    removeIfThere(fresh);
    throw error;
  }
  syncFolder(path.dirname(file));
}

/** A second name for a file that is about to be replaced, in case somebody writes to it just now. */
export function keepInode(at: string, kept: string): boolean {
  try {
    linkSync(at, kept);
    return true;
  } catch (error) {
    // Another user's file may not be linked to (`fs.protected_hardlinks`), and some file systems know no links.
    if (hasCode(error, 'EPERM', 'EACCES', 'ENOTSUP', 'ENOSYS', 'EMLINK')) return false;
    throw error;
  }
}

export function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}

/** Makes a file's bytes, or a folder's names, survive a power loss. */
export function syncFile(file: string): void {
  const handle = openSync(file, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function syncFolder(folder: string): void {
  try {
    syncFile(folder);
  } catch (error) {
    // Some network file systems cannot; there a folder's names are as durable as that server makes them.
    if (!hasCode(error, 'EINVAL', 'EISDIR', 'EPERM')) throw error;
  }
}

/**
 * A copy of its own (a reflink where the file system has them, never a hard link: that would change the live file's ctime and share its
 * bytes), with its rights, read back and compared. Throws where the source has not, or the copy does not get, this content.
 *
 * @param like whose owner it gets: what root puts into place must still belong to the app's user
 */
export function copyVerified(from: string, to: string, content: Content, like?: Stats): void {
  const source = from === '/dev/null' ? undefined : openRegular(from, 'refuse');
  try {
    // By its handle, where /proc has it: a name may be a FIFO by now, and opening that would wait for ever.
    const held = source === undefined ? from : `/proc/self/fd/${source.handle}`;
    copyFileSync(existsSync(held) ? held : from, to, constants.COPYFILE_FICLONE);
  } finally {
    if (source !== undefined) closeSync(source.handle);
  }
  if (sha256Of(to) !== content.sha256)
    throw new Error(`${from} has not the bytes that were listed, or its copy got others`);
  giveRights(to, content.mode, like);
}

/** Gives a file its owner and its permission bits, and makes all of it survive a power loss. */
export function giveRights(file: string, mode: number, like?: Stats): void {
  const handle = openSync(file, 'r');
  try {
    // The owner first: a change of it clears setuid and setgid.
    if (like !== undefined) takeOwner(handle, like);
    fchmodSync(handle, mode);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function takeFolderOwner(folder: string, like: Stats): void {
  const handle = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    takeOwner(handle, like);
  } finally {
    closeSync(handle);
  }
}

function takeOwner(handle: number, like: Stats): void {
  // Only root may give files away; for anybody else what they write is theirs, as with any other way of writing it, and of a group of theirs.
  for (const uid of new Set([like.uid, fstatSync(handle).uid])) {
    try {
      fchownSync(handle, uid, like.gid);
      return;
    } catch (error) {
      if (!hasCode(error, 'EPERM')) throw error;
    }
  }
}

/** SHA-256 of a regular file, `null` where nothing is. Another kind of thing there is an error. */
export function sha256Of(file: string): string | null {
  try {
    const hashed = hashFile(file, 'refuse');
    if ('problem' in hashed) throw new Error(`${file}: ${hashed.problem}`);
    return hashed.content.sha256;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

export function sha256OfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function exists(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** A file's text, `undefined` where it is not there. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** A folder with something in it stays: whatever that is, it is not ours. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error;
  }
}
