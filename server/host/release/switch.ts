import { linkSync, lstatSync, mkdirSync, readFileSync, renameSync, rmdirSync, unlinkSync } from 'fs';
import type { BigIntStats } from 'fs';
import * as path from 'path';
import type { Operation, Plan } from '../../core/plan/plan.ts';
import { hasCode } from '../names.ts';
import { copyVerified, exists, sha256Of, syncFolder, takeOwnerOf, writeDurably } from './durable.ts';
import type { ReleaseFolder } from './folder.ts';

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
    const expected = operation.kind === 'create' ? null : operation.before.sha256;
    expect(plan, operation.path, expected);
    verifyFolders(plan, operation.path);
  }
  for (const reliance of plan.relies) expect(plan, reliance.path, reliance.sha256);
}

export function verifyRoot(plan: Plan): void {
  const stat = lstatSync(plan.root.real, { bigint: true });
  if (`${stat.dev}:${stat.ino}` !== plan.root.identity) {
    throw new Changed(`${plan.root.real} is another folder than the one that was planned for`);
  }
}

function expect(plan: Plan, relative: string, sha256: string | null): void {
  const found = sha256Of(live(plan, relative));
  if (found === sha256) return;
  const what = sha256 === null ? 'appeared' : found === null ? 'vanished' : 'changed';
  throw new Changed(`${relative} ${what} on production since the plan was made`);
}

/** Each folder on the way is a folder and no link: a link would lead writes out of the root. */
function verifyFolders(plan: Plan, relative: string): void {
  const parts = relative.split('/').slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth++) {
    const folder = parts.slice(0, depth).join('/');
    try {
      if (!lstatSync(live(plan, folder)).isDirectory())
        throw new Changed(`${folder} is no folder on production any more`);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
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
      takeOwnerOf(folder.fresh(number), nearestFolder(at));
      continue;
    }
    copyVerified(at, folder.backup(number), operation.before);
    copyVerified(folder.backup(number), folder.undo(number), operation.before);
    takeOwnerOf(folder.undo(number), at);
    if (operation.kind === 'replace') takeOwnerOf(folder.fresh(number), at);
    files++;
  }
  for (const name of ['old', 'undo', 'new']) syncFolder(path.join(folder.path, name));
  return files;
}

/**
 * Renames everything into place. Before the first rename the record is on the disk, and every file is still the very one that was
 * verified; inside, nothing is written but names.
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
  for (const made of madeFolders) {
    mkdirSync(live(plan, made), 0o755);
    takeOwnerOf(live(plan, made), path.posix.dirname(live(plan, made)));
  }
  verifyPlan(plan);
  const seen = plan.operations.map((operation) => statOf(live(plan, operation.path)));

  const begin = process.hrtime.bigint();
  for (const [number, operation] of plan.operations.entries()) {
    const at = live(plan, operation.path);
    if (!sameFile(seen[number], statOf(at)))
      throw new Changed(`${operation.path} changed on production at the last moment`);
    switch (operation.kind) {
      case 'create':
        linkSync(folder.fresh(number), at); // Unlike a rename, this never replaces what appeared meanwhile.
        unlinkSync(folder.fresh(number));
        break;
      case 'replace':
        renameSync(folder.fresh(number), at);
        break;
      case 'delete':
        renameSync(at, folder.removed(number));
        break;
    }
  }
  const windowMs = Number(process.hrtime.bigint() - begin) / 1e6;
  for (const parent of parents(plan)) syncFolder(parent);
  return windowMs;
}

/** What an undo did, or could not do without overwriting somebody else's work. */
export interface Undone {
  readonly restored: readonly string[];
  readonly untouched: readonly { readonly path: string; readonly why: string }[];
}

/**
 * Puts the old version back, each path by what is there now and never by what was written down last. Takes no new block and no inode:
 * the old files are renamed from where they stand ready. A file that is neither old nor new is somebody else's, and stays.
 */
export function undoSwitch(plan: Plan, folder: ReleaseFolder): Undone {
  const record = readRecord(folder);
  if (record === undefined) return { restored: [], untouched: [] };
  verifyRoot(plan);
  const restored: string[] = [];
  const untouched: { path: string; why: string }[] = [];
  for (const [number, operation] of [...plan.operations.entries()].reverse()) {
    try {
      const done = undoOne(plan, folder, number, operation);
      if (done === 'restored') restored.push(operation.path);
      else if (done !== 'asBefore') untouched.push({ path: operation.path, why: done.why });
    } catch (error) {
      untouched.push({ path: operation.path, why: error instanceof Error ? error.message : String(error) });
    }
  }
  for (const made of [...record.madeFolders].reverse()) removeIfEmpty(live(plan, made));
  for (const parent of parents(plan)) if (exists(parent)) syncFolder(parent);
  return { restored, untouched };
}

function undoOne(
  plan: Plan,
  folder: ReleaseFolder,
  number: number,
  operation: Operation,
): 'restored' | 'asBefore' | { why: string } {
  const at = live(plan, operation.path);
  const before = operation.kind === 'create' ? null : operation.before.sha256;
  const after = operation.kind === 'delete' ? null : operation.after.sha256;
  const found = sha256Of(at);
  if (found === before) return 'asBefore';
  if (found !== after) return { why: 'somebody changed it since the switch' };
  if (operation.kind === 'create') {
    renameSync(at, folder.removed(number));
    return 'restored';
  }
  if (sha256Of(folder.undo(number)) !== before) {
    return { why: `its ready copy ${folder.undo(number)} is damaged; another one is ${folder.backup(number)}` };
  }
  renameSync(folder.undo(number), at);
  return 'restored';
}

/** Whether live files may have been touched: the record is written before the first rename. */
export function hasBegun(folder: ReleaseFolder): boolean {
  return exists(folder.file('record.json'));
}

/** Whether every path is as the plan wants it. */
export function isSwitched(plan: Plan): boolean {
  return plan.operations.every(
    (operation) =>
      sha256Of(live(plan, operation.path)) === (operation.kind === 'delete' ? null : operation.after.sha256),
  );
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
    const parts = operation.path.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      if (!exists(live(plan, folder))) missing.add(folder);
    }
  }
  return [...missing];
}

function nearestFolder(at: string): string {
  let folder = path.posix.dirname(at);
  while (!exists(folder)) folder = path.posix.dirname(folder);
  return folder;
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    // Gone already, or somebody put a file there meanwhile: theirs, so the folder stays.
    if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
  }
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
