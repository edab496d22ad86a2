import { createHash } from 'crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'fs';
import * as path from 'path';
import type { Content } from '../../core/plan/plan.ts';
import { hashFile } from '../hash.ts';
import { hasCode } from '../names.ts';

/** Writes a small file so that it is there whole or not at all, also after a power loss. Mode 0600. */
export function writeDurably(file: string, text: string): void {
  const fresh = `${file}.${process.pid}.new`;
  const handle = openSync(fresh, 'w', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
  syncFolder(path.dirname(file));
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
 * bytes), read back and compared. Throws where the source has not, or the copy does not get, this content.
 */
export function copyVerified(from: string, to: string, content: Content): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  chmodSync(to, content.mode);
  syncFile(to);
  const found = sha256Of(to);
  if (found !== content.sha256) throw new Error(`the copy of ${from} has not the bytes that were listed`);
}

/** Gives a file the owner of another: what root puts into place must still belong to the app's user. */
export function takeOwnerOf(file: string, like: string): void {
  const wanted = lstatSync(like);
  const has = lstatSync(file);
  if (wanted.uid === has.uid && wanted.gid === has.gid) return;
  try {
    chownSync(file, wanted.uid, wanted.gid);
  } catch (error) {
    // Only root may give files away; for anybody else what they write is theirs, as with any other way of writing it.
    if (!hasCode(error, 'EPERM')) throw error;
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
