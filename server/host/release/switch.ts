import {
  accessSync,
  chmodSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  utimesSync,
} from 'fs';
import type { BigIntStats } from 'fs';
import * as path from 'path';
import type { Operation, Plan } from '../../core/plan/plan.ts';
import { hasCode, reasonOf } from '../names.ts';
import {
  copyVerified,
  exists,
  giveRights,
  removeIfEmpty,
  sha256Of,
  syncFolder,
  takeFolderOwner,
  writeDurably,
} from './durable.ts';
import type { ReleaseFolder } from './folder.ts';
import { mountOf } from './mounts.ts';

/** What is written, with `fsync`, before the first rename: enough to finish or undo by looking at the disk alone. */
interface Record {
  readonly root: string;
  readonly identity: string;
  readonly operations: readonly Operation[];
  /** Folders that were made for new files, the outermost first. */
  readonly madeFolders: readonly string[];
}

/** Production is not what the plan rests on. */
export class Changed extends Error {}

/** Everything that the plan relies on is still as it was: the root itself, what it touches, what its verdicts read, and absences. */
export function verifyPlan(plan: Plan): void {
  verifyRoot(plan);
  for (const operation of plan.operations) {
    verifyFolders(plan, operation.path);
    if (operation.kind === 'create') expect(plan, operation.path, null);
    else {
      expect(plan, operation.path, operation.before.sha256);
      expectMode(plan, operation.path, operation.before.mode);
    }
  }
  for (const reliance of plan.relies) expect(plan, reliance.path, reliance.sha256);
}

export function verifyRoot(plan: Plan): void {
  const { real, identity } = plan.root;
  const stat = statOf(real);
  if (stat === undefined) throw new Changed(`The root ${real} is not there any more`);
  if (`${stat.dev}:${stat.ino}` !== identity) {
    throw new Changed(`${real} is another folder than the one that was planned for`);
  }
}

/**
 * Every file can be renamed from the state folder to its place: this user may write there, and a rename cannot leave its mount, be it a
 * bind mount of the same disk.
 */
export function verifyPlaces(plan: Plan): void {
  const ours = mountOf(plan.state);
  for (const folder of new Set(plan.operations.map((operation) => nearestFolder(live(plan, operation.path))))) {
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new Error(`${folder} cannot be written by this user: ${reasonOf(error)}`);
    }
    const theirs = mountOf(folder);
    if (ours === theirs) continue;
    throw new Error(
      `${folder} is on another mount than the state folder ${plan.state}, so nothing can be renamed to it`,
    );
  }
}

function expect(plan: Plan, relative: string, sha256: string | null): void {
  let found: string | null;
  try {
    found = sha256Of(live(plan, relative));
  } catch (error) {
    const stat = statOf(live(plan, relative));
    if (stat?.isFile() !== false) throw new Error(`${relative} cannot be read: ${reasonOf(error)}`);
    throw new Changed(`${relative} is no regular file on production any more`);
  }
  if (found === sha256) return;
  const what = sha256 === null ? 'appeared' : found === null ? 'vanished' : 'changed';
  throw new Changed(`${relative} ${what} on production since the plan was made`);
}

function expectMode(plan: Plan, relative: string, mode: number): void {
  const found = lstatSync(live(plan, relative)).mode & 0o7777;
  if (found === mode) return;
  const words = `${mode.toString(8)} to ${found.toString(8)}`;
  throw new Changed(`the permissions of ${relative} changed on production from ${words} since the plan was made`);
}

/** Each folder on the way is a folder and no link: a link would lead writes out of the root. */
function verifyFolders(plan: Plan, relative: string): void {
  for (const folder of foldersAbove(relative)) {
    const stat = statOf(live(plan, folder));
    if (stat !== undefined && !stat.isDirectory()) throw new Changed(`${folder} is no folder on production any more`);
  }
}

/** Every staged content is whole, and every old content is copied twice and read back: once to keep, once to be renamed back. */
export function backUp(plan: Plan, folder: ReleaseFolder): number {
  let files = 0;
  for (const [number, operation] of plan.operations.entries()) {
    if (operation.kind !== 'delete' && sha256Of(folder.fresh(number)) !== operation.after.sha256) {
      throw new Error(`the new bytes of ${operation.path} did not arrive whole`);
    }
    const at = live(plan, operation.path);
    if (operation.kind === 'create') {
      giveRights(folder.fresh(number), operation.after.mode, lstatSync(nearestFolder(at)));
      continue;
    }
    const like = lstatSync(at);
    copyVerified(at, folder.backup(number), operation.before, like);
    copyVerified(folder.backup(number), folder.undo(number), operation.before, like);
    if (operation.kind === 'replace') giveRights(folder.fresh(number), operation.after.mode, like);
    files++;
  }
  for (const name of ['old', 'undo', 'new']) syncFolder(path.join(folder.path, name));
  return files;
}

/**
 * Renames everything into place. Before the first rename the record is on the disk, and every file is still the very one that was
 * verified; inside, nothing is written but names. What was replaced is kept and read once more after: an edit that fell into the gap
 * between the last look and the rename is found, and is an error.
 *
 * @returns how long the tree was mixed, in milliseconds
 */
export function switchOver(plan: Plan, folder: ReleaseFolder): number {
  const madeFolders = missingFolders(plan);
  const record: Record = {
    root: plan.root.real,
    identity: plan.root.identity,
    operations: plan.operations,
    madeFolders,
  };
  writeDurably(folder.file('record.json'), JSON.stringify(record));
  for (const made of madeFolders) makeFolder(live(plan, made));
  // Looked at before they are read: whatever is done to one from here on shows.
  const seen = plan.operations.map((operation) => statOf(live(plan, operation.path)));
  const above = plan.operations.map((operation) => foldersAbove(operation.path).map((one) => live(plan, one)));
  const folders = new Map(above.flat().map((one) => [one, statOf(one)]));
  verifyPlan(plan);

  const begin = process.hrtime.bigint();
  for (const [number, operation] of plan.operations.entries()) {
    const at = live(plan, operation.path);
    const stays = (above[number] ?? []).every((one) => samePlace(folders.get(one), statOf(one)));
    if (!stays || !sameFile(seen[number], statOf(at)))
      throw new Changed(`${operation.path} changed on production at the last moment`);
    switch (operation.kind) {
      case 'create':
        linkSync(folder.fresh(number), at); // Unlike a rename, this never replaces what appeared meanwhile.
        unlinkSync(folder.fresh(number));
        break;
      case 'replace':
        keepInode(at, folder.removed(number));
        renameSync(folder.fresh(number), at);
        break;
      case 'delete':
        renameSync(at, folder.removed(number));
        break;
    }
  }
  const windowMs = Number(process.hrtime.bigint() - begin) / 1e6;
  for (const parent of [...parents(plan), ...madeFolders.map((made) => path.posix.dirname(live(plan, made)))])
    syncFolder(parent);
  refuseLateEdits(plan, folder);
  return windowMs;
}

/** A second name for a file that is about to be replaced, in case somebody writes to it just now. */
function keepInode(at: string, kept: string): boolean {
  try {
    linkSync(at, kept);
    return true;
  } catch (error) {
    // Another user's file may not be linked to (`fs.protected_hardlinks`), and some file systems know no links.
    if (hasCode(error, 'EPERM', 'EACCES', 'ENOTSUP', 'ENOSYS', 'EMLINK')) return false;
    throw error;
  }
}

function refuseLateEdits(plan: Plan, folder: ReleaseFolder): void {
  for (const [number, operation] of plan.operations.entries()) {
    if (operation.kind === 'create') continue;
    const found = sha256Of(folder.removed(number));
    if (found !== null && found !== operation.before.sha256)
      throw new Changed(`${operation.path} was edited on production while it was being replaced; the edit is kept`);
  }
}

/** What an undo did, or could not do without overwriting somebody else's work. */
export interface Undone {
  readonly restored: readonly string[];
  readonly untouched: readonly {
    readonly path: string;
    readonly why: string;
    /** Whether it is somebody else's work, and not that something did not go. */
    readonly theirs: boolean;
  }[];
  /** Edits by somebody else that fell into the switch or the undo and were saved, with where they are. */
  readonly saved: readonly { readonly path: string; readonly at: string }[];
}

/**
 * Puts the old version back, each path by what is there now and never by what was written down last. Takes no new block and no inode:
 * the old files are renamed from where they stand ready. A file that is neither old nor new is somebody else's, and stays.
 */
export function undoSwitch(plan: Plan, folder: ReleaseFolder): Undone {
  const record = readRecord(folder);
  if (record === undefined) return { restored: [], untouched: [], saved: [] };
  verifyRoot(plan);
  const restored: string[] = [];
  const untouched: { path: string; why: string; theirs: boolean }[] = [];
  const saved: { path: string; at: string }[] = [];
  for (const [number, operation] of [...plan.operations.entries()].reverse()) {
    try {
      verifyFolders(plan, operation.path);
      const done = undoOne(plan, folder, number, operation);
      if ('why' in done) untouched.push({ path: operation.path, ...done });
      else {
        if (done.restored) restored.push(operation.path);
        if (done.saved !== undefined) saved.push({ path: operation.path, at: done.saved });
      }
    } catch (error) {
      untouched.push({ path: operation.path, why: reasonOf(error), theirs: false });
    }
  }
  for (const made of [...record.madeFolders].reverse()) removeIfEmpty(live(plan, made));
  const tops = record.madeFolders.map((made) => path.posix.dirname(live(plan, made)));
  for (const parent of new Set([...parents(plan), ...tops])) if (exists(parent)) syncFolder(parent);
  return { restored, untouched, saved };
}

type UndoneOne =
  { readonly restored: boolean; readonly saved?: string } | { readonly why: string; readonly theirs: boolean };

function undoOne(plan: Plan, folder: ReleaseFolder, number: number, operation: Operation): UndoneOne {
  const at = live(plan, operation.path);
  const before = operation.kind === 'create' ? null : operation.before.sha256;
  const after = operation.kind === 'delete' ? null : operation.after.sha256;
  const found = sha256OrOther(at);
  if (found === before) return { restored: false };
  if (found !== after) {
    return isPending(folder, number, operation)
      ? { restored: false }
      : { why: 'somebody changed it since the switch', theirs: true };
  }
  if (operation.kind === 'create') {
    takeAway(at, folder.undone(number));
    return { restored: true, ...lateEdit(folder, number, after) };
  }
  const ready = readyCopy(folder, number, operation.before.sha256);
  if (ready === undefined) {
    const why = `its ready copy ${folder.undo(number)} is damaged; another one is ${folder.backup(number)}`;
    return { why, theirs: false };
  }
  if (found !== null && !exists(folder.undone(number))) keepIfRoom(at, folder.undone(number));
  renameSync(ready.file, at);
  const now = sha256Of(at);
  if (now !== before && !ready.edited) return { why: 'it was changed while it was put back', theirs: true };
  return { restored: true, ...(ready.edited ? { saved: at } : lateEdit(folder, number, after)) };
}

/** Something that is no regular file is neither old nor new. */
function sha256OrOther(at: string): string | null {
  try {
    return sha256Of(at);
  } catch (error) {
    const stat = statOf(at);
    if (stat === undefined || stat.isFile()) throw error;
    return 'other';
  }
}

/** Whether the switch never came to an operation: what lies at its path is not the release's, whatever it is. */
function isPending(folder: ReleaseFolder, number: number, operation: Operation): boolean {
  switch (operation.kind) {
    case 'create':
      return sha256Of(folder.fresh(number)) === operation.after.sha256;
    case 'replace':
      return exists(folder.fresh(number));
    case 'delete':
      return !exists(folder.removed(number));
  }
}

/**
 * What goes back into place: the file itself that was there, with all that it had; else its ready copy. Where the file was edited in the
 * gap before its rename, that edit is the newest that production had.
 */
function readyCopy(
  folder: ReleaseFolder,
  number: number,
  before: string,
): { readonly file: string; readonly edited: boolean } | undefined {
  const itself = sha256Of(folder.removed(number));
  if (itself !== null && touch(folder.removed(number)))
    return { file: folder.removed(number), edited: itself !== before };
  return sha256Of(folder.undo(number)) === before ? { file: folder.undo(number), edited: false } : undefined;
}

/** Gives a file a time of its own: a web server that compares only size and time would call what comes back unchanged. */
function touch(file: string): boolean {
  try {
    utimesSync(file, new Date(), new Date());
    return true;
  } catch (error) {
    if (hasCode(error, 'EPERM', 'EACCES')) return false; // Another user's: its ready copy is as good, and has a time of its own.
    throw error;
  }
}

/** Moves a file of the release out of the way; it is looked at once more after, and is of no use beyond that. */
function takeAway(at: string, aside: string): void {
  try {
    renameSync(at, aside);
  } catch (error) {
    if (!hasCode(error, 'ENOSPC', 'EDQUOT', 'EXDEV')) throw error;
    unlinkSync(at); // A name elsewhere may need a block; its bytes were just seen to be ours.
  }
}

function keepIfRoom(at: string, aside: string): void {
  try {
    keepInode(at, aside);
  } catch (error) {
    if (!hasCode(error, 'ENOSPC', 'EDQUOT', 'EXDEV', 'EEXIST')) throw error;
  }
}

function lateEdit(folder: ReleaseFolder, number: number, after: string | null): { saved?: string } {
  const found = sha256Of(folder.undone(number));
  if (found === null || found === after) return {};
  renameSync(folder.undone(number), folder.edit(number)); // Where no tidying reaches it.
  return { saved: folder.edit(number) };
}

/** Whether live files may have been touched: the record is written before the first rename. */
export function hasBegun(folder: ReleaseFolder): boolean {
  return exists(folder.file('record.json'));
}

function readRecord(folder: ReleaseFolder): Record | undefined {
  if (!hasBegun(folder)) return undefined;
  return JSON.parse(readFileSync(folder.file('record.json'), 'utf8')) as Record; // Written by this program, whole or not at all.
}

export function live(plan: Plan, relative: string): string {
  return path.posix.join(plan.root.real, relative);
}

function parents(plan: Plan): Set<string> {
  return new Set(plan.operations.map((operation) => path.posix.dirname(live(plan, operation.path))));
}

function missingFolders(plan: Plan): string[] {
  const missing = new Set<string>();
  for (const operation of plan.operations) {
    if (operation.kind !== 'create') continue;
    for (const folder of foldersAbove(operation.path)) if (!exists(live(plan, folder))) missing.add(folder);
  }
  return [...missing];
}

/** As the folder that it is made in: a umask of whoever deploys must not shut the app's user out. */
function makeFolder(at: string): void {
  const like = lstatSync(path.posix.dirname(at));
  mkdirSync(at, 0o755);
  takeFolderOwner(at, like);
  chmodSync(at, like.mode & 0o7777);
}

/** Relative, the outermost first. */
function foldersAbove(relative: string): string[] {
  const parts = relative.split('/').slice(0, -1);
  return parts.map((_, depth) => parts.slice(0, depth + 1).join('/'));
}

function nearestFolder(at: string): string {
  let folder = path.posix.dirname(at);
  while (!exists(folder)) folder = path.posix.dirname(folder);
  return folder;
}

function statOf(file: string): BigIntStats | undefined {
  try {
    return lstatSync(file, { bigint: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function sameFile(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

/** The same folder; its times change with every rename into it. */
function samePlace(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  return a !== undefined && b !== undefined && b.isDirectory() && a.ino === b.ino && a.dev === b.dev;
}
