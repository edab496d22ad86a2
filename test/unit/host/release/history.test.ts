import { existsSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../../server/core/plan/plan.ts';
import type { ReleaseOutcome } from '../../../../server/core/release/release.ts';
import { ReleaseFolder } from '../../../../server/host/release/folder.ts';
import { keptContents, releaseIds, retire, summaries, unfinished } from '../../../../server/host/release/history.ts';
import { Journal } from '../../../../server/host/release/journal.ts';
import { lockFile } from '../../../../server/host/release/lock.ts';
import { clearAway } from '../../../../server/host/release/state-folder.ts';
import { backUp, switchOver } from '../../../../server/host/release/switch.ts';
import { undoSwitch } from '../../../../server/host/release/undo.ts';
import { contentsOf, layOutPlanned, planFor, sha256 } from '../../../support/planned.ts';
import type { Planned } from '../../../support/planned.ts';
import { stageAll } from '../../../support/staged.ts';

let first: Planned;
beforeEach(async () => {
  first = await layOutPlanned({ old: { 'a.js': 'v0' }, next: { 'a.js': 'v1' } });
});
afterEach(() => first.remove());

/** Carries out what a runner does to files, with this end. */
function release(text: string, outcome: ReleaseOutcome, more: Partial<Plan> = {}): Plan {
  const next = { 'a.js': text };
  const plan = planFor(first.root, next, { keep: 2, ...more });
  const folder = stageAll({ ...first, plan, contentOf: contentsOf(next) });
  backUp(plan, folder);
  switchOver(plan, folder);
  if (outcome === 'rolledBack') undoSwitch(plan, folder);
  const journal = new Journal(folder);
  journal.step('watch', '');
  const tell = journal.end(outcome, '');
  clearAway(plan, folder, tell);
  return plan;
}

const backupOf = (plan: Plan): boolean => existsSync(new ReleaseFolder(plan.state, plan.id).backup(0));

describe('retention', () => {
  it('keeps the backups of the newest deployed releases, and every plan and journal', () => {
    const plans = ['v1', 'v2', 'v3', 'v4'].map((text) => release(text, 'deployed'));
    expect(plans.map(backupOf)).toEqual([false, false, true, true]);
    expect(summaries(first.state).map(({ id, kept }) => [id, kept])).toEqual(
      [...plans].reverse().map((plan, at) => [plan.id, at < 2]),
    );
  });

  it('does not let failed deploys push the good ones out', () => {
    const good = release('v1', 'deployed');
    for (const text of ['x', 'y', 'z']) expect(backupOf(release(text, 'rolledBack'))).toBe(false);
    expect(backupOf(good)).toBe(true);
  });

  it('never removes what an unfinished undo needs', () => {
    const stuck = release('v1', 'failedNeedsAttention');
    writeFileSync(path.join(first.root, 'a.js'), 'v1');
    for (const text of ['v2', 'v3', 'v4', 'v5']) release(text, 'deployed');
    expect(backupOf(stuck)).toBe(true);
    expect(existsSync(new ReleaseFolder(stuck.state, stuck.id).undo(0))).toBe(true);
    expect(unfinished(first.state)).toEqual([stuck.id]);
  });

  it('never removes the backup of the release that has just ended, though a clock jumped back before it', () => {
    release('v1', 'deployed', { id: '20300101-000000-000-aaaa' });
    release('v2', 'deployed', { id: '20300102-000000-000-aaaa' });
    const now = release('v3', 'deployed', { id: '20260101-000000-000-aaaa', keep: 1 });
    expect(backupOf(now)).toBe(true);
    expect(releaseIds(first.state)[0]).toBe(now.id);
    expect(summaries(first.state)[0]?.id).toBe(now.id);
  });

  it('counts what is asked of it again from the start', () => {
    const plan = release('v1', 'deployed');
    retire(first.state, 2, plan.id);
    expect(backupOf(plan)).toBe(true);
  });
});

describe('kept contents', () => {
  it('are found by their hash, and not where they are damaged or unreadable', () => {
    const [one, two] = [release('v1', 'deployed'), release('v2', 'deployed')];
    const wanted = new Set([sha256('v0'), sha256('v1'), sha256('v9')]);
    const fileOf = (plan: Plan): string => new ReleaseFolder(plan.state, plan.id).backup(0);
    expect(keptContents(first.state, wanted)).toEqual(
      new Map([
        [sha256('v1'), fileOf(two)],
        [sha256('v0'), fileOf(one)],
      ]),
    );
    writeFileSync(fileOf(one), 'damaged');
    unlinkSync(fileOf(two));
    mkdirSync(fileOf(two));
    expect(keptContents(first.state, wanted)).toEqual(new Map());
  });
});

describe('summaries', () => {
  it('pass over folders without a whole plan, and are told though the lock is broken', () => {
    const plan = release('v1', 'deployed');
    mkdirSync(path.join(first.state, 'releases', '20260101-000000-000-half'));
    writeFileSync(path.join(first.state, 'releases', '20260101-000000-000-half', 'plan.json'), '{"form');
    writeFileSync(lockFile(first.state), 'broken');
    expect(summaries(first.state).map(({ id, outcome }) => [id, outcome])).toEqual([[plan.id, 'deployed']]);
  });

  it('are none where nothing was ever deployed', () =>
    expect(summaries(path.join(first.folder, 'nowhere'))).toEqual([]));
});
