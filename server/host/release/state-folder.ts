import { mkdirSync, rmSync } from 'fs';
import * as path from 'path';
import type { Plan } from '../../core/plan/plan.ts';
import { HostFailure } from '../handlers.ts';
import { hasCode, reasonOf } from '../names.ts';
import { isSharedBy, whyOutside, whyUnsafe } from '../state-safety.ts';
import { groupId } from '../users.ts';
import { copyVerified, exists, removeIfEmpty, removeIfThere, syncFolder, writeDurably } from './durable.ts';
import { CONTENTS, ReleaseFolder } from './folder.ts';
import { keptContents, nextNumber, releaseIds, retire } from './history.ts';
import { endOf, Journal, makeJournal, readJournal } from './journal.ts';
import { releaseLock } from './lock.ts';
import type { LockHolder } from './lock.ts';
import { giveToGroup, makeOurs } from './ours.ts';
import { readme } from './readme.ts';
import { hasBegun } from './record.ts';
import { Changed } from './verify.ts';

/**
 * Makes the state folder, or sees that the one that is there is safe: what lies in it is run, and renamed into the live tree.
 *
 * @param group to which all of it is given
 */
export function makeStateFolder(state: string, group?: string): void {
  const outside = whyOutside(group);
  if (outside === undefined && !exists(state)) mkdirSync(state, { mode: 0o700 });
  const unsafe = outside ?? whyUnsafe(state, group);
  if (unsafe !== undefined) {
    const message = `${state} cannot hold a release: ${unsafe.why}. Nothing live was touched.`;
    throw new HostFailure('state-folder', message, unsafe.remedy);
  }
  const gid = group === undefined ? undefined : groupId(group);
  if (gid !== undefined && !isSharedBy(state, group)) giveToGroup(state, gid);
  makeOurs(path.join(state, 'releases'));
}

/** The release's folder with its plan, the room for its end, and the contents that older releases still have. */
export function layOut(plan: Plan, folder: ReleaseFolder): string[] {
  if (exists(folder.path)) {
    throw new HostFailure(
      'exists',
      `There is a release ${plan.id} already.`,
      'Plan again: each plan is carried out once.',
    );
  }
  const number = nextNumber(plan.state);
  makeOurs(folder.path);
  for (const name of CONTENTS) makeOurs(path.join(folder.path, name));
  makeJournal(folder);
  writeDurably(folder.file('number'), String(number));
  writeDurably(folder.file('plan.json'), JSON.stringify(plan, null, 2));
  writeDurably(folder.file('README.md'), readme(plan, folder));
  const writes = [...plan.operations.entries()].flatMap(([at, operation]) =>
    operation.kind === 'delete' ? [] : [{ at, path: operation.path, after: operation.after }],
  );
  const kept = keptContents(plan.state, new Set(writes.map(({ after }) => after.sha256)));
  const staged: string[] = [];
  for (const { at, path: name, after } of writes) {
    const source = after.size === 0 ? '/dev/null' : kept.get(after.sha256);
    if (source === undefined) continue;
    copyVerified(source, folder.fresh(at), after);
    staged.push(name);
  }
  syncFolder(path.dirname(folder.path));
  return staged;
}

/**
 * Clears away what only the release itself needed, once it has ended well, and frees the root. Each part may be done already: whoever
 * finds a release that died here does it again.
 */
export function clearAway(plan: Pick<Plan, 'state' | 'keep'>, folder: ReleaseFolder, tell: () => void): void {
  const outcome = endOf(readJournal(folder))?.outcome;
  if (outcome === undefined || outcome === 'failedNeedsAttention') return;
  // Rolled back, every file is the one that the backup has.
  const parts = outcome === 'rolledBack' ? ['new', 'undo', 'removed', 'old'] : ['new', 'undo', 'removed'];
  for (const name of parts) rmSync(path.join(folder.path, name), { recursive: true, force: true });
  removeIfEmpty(path.join(folder.path, 'edits'));
  for (const name of ['process.json', 'record.json', 'word'] as const) removeIfThere(folder.file(name));
  retire(plan.state, plan.keep, folder.id);
  tell();
  releaseLock(plan.state, folder.id);
}

/**
 * Whether a dead holder's release needs nobody: it has ended well, or nothing live was touched yet. What it left is cleared away, and how
 * it ended is written down.
 */
export function isSettled(state: string, holder: LockHolder): boolean {
  const folder = new ReleaseFolder(state, holder.release);
  const journal = readJournal(folder);
  const end = endOf(journal);
  if (end === undefined && journal.length === 0 && !hasBegun(folder)) {
    rmSync(folder.path, { recursive: true, force: true });
    return true;
  }
  if (end?.outcome === 'failedNeedsAttention' || (end === undefined && hasBegun(folder))) return false;
  if (end === undefined) settleUnbegun(folder);
  else clearAway({ state, keep: keepOf(folder) }, folder, () => undefined);
  return true;
}

/** Writes down that a release died before it touched anything live. */
export function settleUnbegun(folder: ReleaseFolder): void {
  const why = 'the release was cut off before its switch. Nothing live was changed';
  clearAway({ state: folder.state, keep: keepOf(folder) }, folder, new Journal(folder).end('rolledBack', why));
}

function keepOf(folder: ReleaseFolder): number {
  try {
    return folder.readPlan().keep;
  } catch {
    return releaseIds(folder.state).length; // Nothing is retired by a plan that cannot be read.
  }
}

/** Says what a failure of the file system means before the start: nothing live was touched. */
export function guardWrites<T>(write: () => T, state: string): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof HostFailure) throw error;
    const untouched = 'Nothing live was touched.';
    if (error instanceof Changed) throw new HostFailure('changed', `${error.message}. ${untouched}`, 'Plan again.');
    if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
      throw new HostFailure('disk-full', `There is no room left at ${state}. ${untouched}`, 'Free some space.');
    }
    const hint = hasCode(error, 'EACCES', 'EPERM', 'EROFS')
      ? 'Let this user write there, or name another folder with "state".'
      : 'See that this user can write there, then deploy again.';
    throw new HostFailure('not-writable', `${state} cannot hold a release: ${reasonOf(error)}. ${untouched}`, hint);
  }
}

/** Gives up a release that was prepared and not started. */
export function discard(folder: ReleaseFolder): void {
  rmSync(folder.path, { recursive: true, force: true });
  releaseLock(folder.state, folder.id);
}
