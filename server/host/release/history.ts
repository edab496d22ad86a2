import { readdirSync, rmSync } from 'fs';
import * as path from 'path';
import type { Plan } from '../../core/plan/plan.ts';
import type { ReleaseSummary } from '../../core/release/release.ts';
import { hasCode } from '../names.ts';
import { exists, readIfThere, sha256Of } from './durable.ts';
import { ReleaseFolder } from './folder.ts';
import { endOf, readJournal } from './journal.ts';
import { lifeOf, readLock } from './lock.ts';

/** The newest plans first: a release's id begins with its plan's time. */
export function releaseIds(state: string): string[] {
  try {
    return readdirSync(path.join(state, 'releases'))
      .filter((name) => /^[\w-]+$/.test(name))
      .sort()
      .reverse();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Every release that was begun, the newest first: by when it began, since a plan may have waited longer than others. */
export function summaries(state: string): ReleaseSummary[] {
  return releaseIds(state)
    .flatMap((id) => {
      const folder = new ReleaseFolder(state, id);
      const plan = planOf(folder);
      return plan === undefined ? [] : [summary(folder, plan)];
    })
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
}

function summary(folder: ReleaseFolder, plan: Plan): ReleaseSummary {
  const journal = readJournal(folder);
  const ended = endOf(journal);
  const first = journal[0];
  const lock = readLock(folder.state);
  const lives = lock?.release === folder.id && lifeOf(lock) !== 'dead';
  return {
    id: folder.id,
    startedAt: first?.at ?? plan.madeAt,
    ...(ended !== undefined && { endedAt: ended.at }),
    outcome: ended?.outcome ?? (lives ? 'running' : 'interrupted'),
    detail: ended?.detail ?? (lives ? 'in its middle' : 'cut off in its middle: driftline recover'),
    by: `${plan.by.user}@${plan.by.machine}`,
    ...(plan.commit !== undefined && { commit: plan.commit.id }),
    files: plan.operations.length,
    ...(plan.reason.kind === 'rollback' && { undoes: plan.reason.undoes }),
    kept: plan.operations.every((operation, number) => operation.kind === 'create' || exists(folder.backup(number))),
  };
}

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
      if (exists(file) && sha256Of(file) === operation.before.sha256) found.set(operation.before.sha256, file);
    }
  }
  return found;
}

/**
 * Removes the backups of releases beyond the newest `keep`, but never of one that did not end well: its backup may be all that there is.
 * Plans and journals stay: they are the history.
 */
export function retire(state: string, keep: number, current: string): void {
  let kept = 0;
  for (const id of releaseIds(state)) {
    const folder = new ReleaseFolder(state, id);
    const outcome = id === current ? 'deployed' : endOf(readJournal(folder))?.outcome;
    if (outcome === undefined || outcome === 'failedNeedsAttention') continue;
    kept++;
    if (kept > keep) rmSync(path.join(folder.path, 'old'), { recursive: true, force: true });
  }
}
