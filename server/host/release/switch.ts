import { chmodSync, linkSync, lstatSync, mkdirSync, renameSync, unlinkSync } from 'fs';
import type { BigIntStats } from 'fs';
import * as path from 'path';
import type { Plan } from '../../core/plan/plan.ts';
import { copyVerified, exists, giveRights, keepInode, sha256Of, syncFolder, takeFolderOwner } from './durable.ts';
import type { ReleaseFolder } from './folder.ts';
import { foldersAbove, live, nearestFolder, parents, statOf } from './places.ts';
import { writeRecord } from './record.ts';
import { Changed, verifyPlan } from './verify.ts';

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
  writeRecord(plan, folder, madeFolders);
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

function refuseLateEdits(plan: Plan, folder: ReleaseFolder): void {
  for (const [number, operation] of plan.operations.entries()) {
    if (operation.kind === 'create') continue;
    const found = sha256Of(folder.removed(number));
    if (found !== null && found !== operation.before.sha256)
      throw new Changed(`${operation.path} was edited on production while it was being replaced; the edit is kept`);
  }
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

function sameFile(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}

/** The same folder; its times change with every rename into it. */
function samePlace(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  return a !== undefined && b !== undefined && b.isDirectory() && a.ino === b.ino && a.dev === b.dev;
}
