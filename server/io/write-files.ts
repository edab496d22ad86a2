import { randomBytes } from 'node:crypto';
import { chmod, link, lstat, mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../core/failure.ts';
import { hashFile } from './local-files.ts';

/** A file to write, relative to a folder, with what may stand there now. */
export interface FileToWrite {
  readonly local: string;
  readonly bytes: Uint8Array;
  readonly mode: number;
  /** SHA-256 of the file that stands there now and that the person agreed to replace. */
  readonly replaces?: string;
}

/** A place in the workspace that must not be written. */
export class UnsafePlace extends Failure {
  readonly kind = 'refused';
}

/**
 * Writes all of the files or none: every content lies ready beside its place before the first rename, and a failure puts back what was
 * there. Never leaves the folder, never follows a symlink, never enters `.git`, never writes over another spelling of a name.
 *
 * @param folder the workspace's folder, absolute
 */
export async function writeAllOrNone(folder: string, files: readonly FileToWrite[]): Promise<void> {
  const mark = `.driftline-${randomBytes(6).toString('hex')}`;
  const madeFolders: string[] = [];
  const staged: { file: FileToWrite; at: string; fresh: string; kept: string }[] = [];
  const switched: (typeof staged)[number][] = [];
  try {
    for (const file of files) {
      madeFolders.push(...(await prepareFolder(folder, path.posix.dirname(file.local))));
      await refuseOtherSpelling(folder, file.local);
      const at = path.join(folder, file.local);
      const step = { file, at, fresh: `${at}${mark}.new`, kept: `${at}${mark}.old` };
      await writeFile(step.fresh, file.bytes, { flag: 'wx', mode: file.mode });
      await chmod(step.fresh, file.mode);
      staged.push(step);
    }
    for (const step of staged) {
      if (step.file.replaces === undefined) {
        await refuseExisting(step.at, step.file.local);
      } else {
        await link(step.at, step.kept);
        refuseChanged(step.kept, step.file.local, step.file.replaces);
      }
      await rename(step.fresh, step.at);
      switched.push(step);
    }
  } catch (error) {
    for (const step of switched.reverse()) {
      if (step.file.replaces !== undefined) await rename(step.kept, step.at);
      else await rm(step.at, { force: true });
    }
    await Promise.all(staged.flatMap((step) => [rm(step.fresh, { force: true }), rm(step.kept, { force: true })]));
    for (const made of madeFolders.reverse()) await removeIfEmpty(made);
    throw error;
  }
  await Promise.all(staged.map((step) => rm(step.kept, { force: true })));
}

/** Makes the folders on the way and returns those that were made. */
async function prepareFolder(folder: string, relative: string): Promise<string[]> {
  const made: string[] = [];
  let at = folder;
  for (const part of relative === '.' ? [] : relative.split('/')) {
    if (part === '..' || part === '' || part.toLowerCase() === '.git') {
      throw new UnsafePlace(
        `${relative} is not a place in the workspace that Driftline writes to.`,
        'Pull it by hand if you want it.',
      );
    }
    await refuseOtherSpelling(at, part);
    at = path.join(at, part);
    const stat = await statOrNothing(at);
    if (stat === undefined) {
      await mkdir(at);
      made.push(at);
    } else if (!stat.isDirectory()) {
      const what = stat.isSymbolicLink() ? 'a symbolic link' : 'a file';
      throw new UnsafePlace(
        `${path.relative(folder, at)} is ${what} here, but a folder on production.`,
        'Rename or remove it here, then pull again.',
      );
    }
  }
  return made;
}

/** Two names that differ only in case are one file on many disks: writing the second would overwrite the first. */
async function refuseOtherSpelling(folder: string, local: string): Promise<void> {
  const parent = path.join(folder, path.posix.dirname(local));
  const name = path.posix.basename(local);
  const other = (await readdir(parent)).find(
    (sibling) => sibling !== name && sibling.toLowerCase() === name.toLowerCase(),
  );
  if (other === undefined) return;
  throw new UnsafePlace(
    `${local} differs only in case from ${other}, which is already here.`,
    `Rename ${other} to ${name}, then pull again.`,
  );
}

async function refuseExisting(at: string, local: string): Promise<void> {
  const stat = await statOrNothing(at);
  if (stat === undefined) return;
  if (stat.isDirectory()) {
    throw new UnsafePlace(
      `${local} is a folder here, but a file on production.`,
      'Rename or remove it here, then pull again.',
    );
  }
  throw new UnsafePlace(`${local} appeared here while it was being pulled.`, 'Look at it, then pull again.');
}

/** The file that would be replaced must still be the one that was looked at: anything newer is work that nobody agreed to lose. */
function refuseChanged(at: string, local: string, sha256: string): void {
  if (hashFile(at).sha256 === sha256) return;
  throw new UnsafePlace(
    `${local} was changed here while it was being pulled.`,
    'Save or discard that change, then pull again.',
  );
}

async function statOrNothing(at: string): Promise<Awaited<ReturnType<typeof lstat>> | undefined> {
  try {
    return await lstat(at);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    // Somebody put a file there meanwhile: theirs, so the folder stays.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error;
  }
}
