import { renameSync, unlinkSync, utimesSync } from 'fs';
import * as path from 'path';
import type { Operation, Plan } from '../../core/plan/plan.ts';
import { hasCode, reasonOf } from '../names.ts';
import { exists, keepInode, removeIfEmpty, sha256Of, syncFolder } from './durable.ts';
import type { ReleaseFolder } from './folder.ts';
import { live, parents, statOf } from './places.ts';
import { readRecord } from './record.ts';
import { verifyFolders, verifyRoot } from './verify.ts';

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
