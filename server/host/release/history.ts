import { readdirSync, rmSync } from 'fs';
import * as path from 'path';
import type { Plan } from '../../core/plan/plan.ts';
import type { ReleaseSummary } from '../../core/release/release.ts';
import { HostFailure } from '../handlers.ts';
import { hasCode } from '../names.ts';
import { exists, readIfThere, sha256Of } from './durable.ts';
import { ReleaseFolder } from './folder.ts';
import { endOf, readJournal } from './journal.ts';
import { lifeOf, placeOf, readLock } from './lock.ts';
import type { HolderLife, LockHolder } from './lock.ts';
import { hasBegun } from './record.ts';

/** The newest first: by the number that each was given under the lock, since a clock may have jumped; an older program gave none. */
export function releaseIds(state: string): string[] {
  return readNames(state)
    .map((id) => ({ id, number: numberOf(state, id) }))
    .sort((a, b) => b.number - a.number || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
}

/** The number of a release that is made now. */
export function nextNumber(state: string): number {
  return 1 + Math.max(0, ...readNames(state).map((id) => numberOf(state, id)));
}

function numberOf(state: string, id: string): number {
  return Number.parseInt(readIfThere(new ReleaseFolder(state, id).file('number')) ?? '', 10) || 0;
}

function readNames(state: string): string[] {
  try {
    return readdirSync(path.join(state, 'releases')).filter((name) => /^[\w-]{1,80}$/.test(name));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Releases that have no good end and that no person has let go of, the newest first. */
export function unfinished(state: string): string[] {
  return releaseIds(state).filter((id) => {
    const folder = new ReleaseFolder(state, id);
    if (planOf(folder) === undefined || isUnlocked(folder)) return false;
    const outcome = endOf(readJournal(folder))?.outcome;
    return outcome === undefined || outcome === 'failedNeedsAttention';
  });
}

/** Whether a person has judged what it left, and taken its lock away. */
function isUnlocked(folder: ReleaseFolder): boolean {
  return exists(folder.file('record.unlocked.json'));
}

/** Every release that was begun, the newest first. */
export function summaries(state: string): ReleaseSummary[] {
  const lock = holderOf(state);
  return releaseIds(state).flatMap((id) => {
    const folder = new ReleaseFolder(state, id);
    const plan = planOf(folder);
    return plan === undefined ? [] : [summary(folder, plan, lock)];
  });
}

function holderOf(state: string): LockHolder | undefined {
  try {
    return readLock(state);
  } catch (error) {
    if (error instanceof HostFailure) return undefined; // A broken lock is said where it is in the way.
    throw error;
  }
}

function summary(folder: ReleaseFolder, plan: Plan, lock: LockHolder | undefined): ReleaseSummary {
  const journal = readJournal(folder);
  const ended = endOf(journal);
  const first = journal[0];
  const life = lock?.release === folder.id ? lifeOf(lock) : 'dead';
  return {
    id: folder.id,
    startedAt: first?.at ?? plan.madeAt,
    ...(ended !== undefined && { endedAt: ended.at }),
    outcome: ended?.outcome ?? (life === 'dead' ? 'interrupted' : 'running'),
    detail: ended?.detail ?? MIDDLES[life],
    ...(ended === undefined && life === 'unknown' && lock !== undefined && { elsewhere: placeOf(lock) }),
    by: `${plan.by.user}@${plan.by.machine}`,
    ...(plan.commit !== undefined && { commit: plan.commit.id }),
    files: plan.operations.length,
    touched: hasBegun(folder),
    ...(isUnlocked(folder) && { unlocked: true }),
    ...(plan.reason.kind === 'rollback' && { undoes: plan.reason.undoes }),
    kept: plan.operations.every((operation, number) => operation.kind === 'create' || exists(folder.backup(number))),
  };
}

const MIDDLES: Readonly<Record<HolderLife, string>> = {
  alive: 'in its middle',
  dead: 'cut off in its middle: driftline recover',
  unknown: "begun elsewhere; whether it still runs can't be told from here",
};

/** `undefined` for a folder whose plan never arrived whole. */
function planOf(folder: ReleaseFolder): Plan | undefined {
  const text = readIfThere(folder.file('plan.json'));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Plan; // As in ReleaseFolder.readPlan.
  } catch {
    return undefined; // Cut short by a full disk before anything was begun.
  }
}

/** Files of kept releases that have these bytes, so that a rollback needs no upload. Whether one is whole shows when it is copied. */
export function keptContents(state: string, wanted: ReadonlySet<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const id of releaseIds(state)) {
    const folder = new ReleaseFolder(state, id);
    for (const [number, operation] of (planOf(folder)?.operations ?? []).entries()) {
      if (operation.kind === 'create' || !wanted.has(operation.before.sha256)) continue;
      if (found.has(operation.before.sha256)) continue;
      const file = folder.backup(number);
      if (isWhole(file, operation.before.sha256)) found.set(operation.before.sha256, file);
    }
  }
  return found;
}

/** A backup that cannot be read is none, here: the client sends these bytes, or says that nobody has them. */
function isWhole(file: string, sha256: string): boolean {
  try {
    return sha256Of(file) === sha256;
  } catch {
    return false;
  }
}

/**
 * Removes the backups of deployed releases beyond the newest `keep`. Those that failed do not count: they left nothing to go back from.
 * One that did not end well keeps its backup, which may be all that there is. Plans and journals stay: they are the history.
 */
export function retire(state: string, keep: number, current: string): void {
  let kept = 0;
  for (const id of releaseIds(state)) {
    const folder = new ReleaseFolder(state, id);
    if (endOf(readJournal(folder))?.outcome !== 'deployed') continue;
    kept++;
    if (kept > keep && id !== current) rmSync(path.join(folder.path, 'old'), { recursive: true, force: true });
  }
}
