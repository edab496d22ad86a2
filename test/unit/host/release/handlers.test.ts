import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../../server/core/plan/plan.ts';
import { HostFailure } from '../../../../server/host/handlers.ts';
import type { HostVerbs } from '../../../../server/host/protocol.ts';
import { ReleaseFolder } from '../../../../server/host/release/folder.ts';
import { releaseHandlers } from '../../../../server/host/release/handlers.ts';
import { endOf, Journal, readJournal } from '../../../../server/host/release/journal.ts';
import { describe as holderOf, lockFile } from '../../../../server/host/release/lock.ts';
import { backUp, switchOver } from '../../../../server/host/release/switch.ts';
import { talk } from '../../../support/handlers.ts';
import { layOutPlanned, planId } from '../../../support/planned.ts';
import type { Planned } from '../../../support/planned.ts';
import { stageAll } from '../../../support/staged.ts';

const handlers = releaseHandlers('// no program');
let planned: Planned;
let plan: Plan;
beforeEach(async () => {
  planned = await layOutPlanned({ old: { 'a.js': 'old' }, next: { 'a.js': 'new', 'b.js': 'new b', 'empty.js': '' } });
  plan = planned.plan;
});
afterEach(async () => {
  await handlers.abandon({ plan: plan.id, state: plan.state }, talk());
  planned.remove();
});

const prepare = (which = plan) => handlers.prepare({ plan: which }, talk());
const stage = (name: string, bytes: string) =>
  handlers.stage({ plan: plan.id, state: plan.state, path: name }, talk(Buffer.from(bytes)));
const other = (): Plan => ({ ...plan, id: planId() });
/** What the host says no with. */
async function refusal(asking: () => Promise<unknown>): Promise<HostFailure> {
  try {
    await asking();
  } catch (error) {
    if (error instanceof HostFailure) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}
async function die(): Promise<void> {
  writeFileSync(lockFile(plan.state), JSON.stringify(holderOf(plan, await deadPid(), null)));
}

describe('a preparation', () => {
  it('takes the root, and tells which contents are there already', async () => {
    expect(await prepare()).toEqual({ release: plan.id, staged: ['empty.js'] });
    expect(await refusal(() => prepare(other()))).toMatchObject({ code: 'locked' });
  });

  it('leaves nothing behind when it is abandoned', async () => {
    await prepare();
    await handlers.abandon({ plan: plan.id, state: plan.state }, talk());
    expect(existsSync(lockFile(plan.state))).toBe(false);
    expect(readdirSync(path.join(plan.state, 'releases'))).toEqual([]);
    await expect(prepare()).resolves.toBeDefined();
  });

  it('is refused for another root, and for one that is gone, with what to do', async () => {
    renameSync(planned.root, `${planned.root}-old`);
    const gone = await refusal(prepare);
    expect([gone.code, gone.remedy]).toEqual(['changed', 'Plan again.']);
    mkdirSync(planned.root);
    expect((await refusal(prepare)).message).toContain(
      'is another folder than the one that was planned for. Nothing live',
    );
    expect(readdirSync(planned.root)).toEqual([]);
    rmSync(`${planned.root}-old`, { recursive: true });
  });

  it.each<[string, string, () => void]>([
    [
      'others may write to',
      'others than its owner may write there',
      () => {
        mkdirSync(plan.state);
        chmodSync(plan.state, 0o775);
      },
    ],
    ['is a link to elsewhere', 'it is no folder', () => symlinkSync(planned.folder, plan.state)],
    ['is a file', 'it is no folder', () => writeFileSync(plan.state, '')],
  ])('is refused where the state folder %s', async (_, words, make) => {
    make();
    const said = await refusal(prepare);
    expect([said.code, said.message]).toEqual(['state-folder', expect.stringContaining(words)]);
    expect(said.remedy).toMatch(/\w/);
  });

  it('does not remove a release that has its name', async () => {
    const folder = stageAll(planned);
    expect(await refusal(prepare)).toMatchObject({ code: 'exists' });
    expect(existsSync(folder.file('plan.json'))).toBe(true);
    expect(existsSync(lockFile(plan.state))).toBe(false);
  });
});

describe('staging', () => {
  it('takes bytes in pieces, and compares them when they are whole', async () => {
    await prepare();
    expect(await stage('b.js', 'new')).toEqual({ bytes: 3 });
    expect(await stage('b.js', ' b')).toEqual({ bytes: 5 });
    expect(await refusal(() => stage('a.js', 'NEW'))).toMatchObject({ code: 'damaged' });
    expect(await refusal(() => stage('b.js', 'more'))).toMatchObject({ code: 'damaged' });
  });
  it('takes nothing that the plan does not write, and nothing without a preparation', async () => {
    expect(await refusal(() => stage('a.js', 'new'))).toMatchObject({ code: 'not-prepared', remedy: 'Deploy again.' });
    await prepare();
    expect(await refusal(() => stage('../../etc/passwd', 'x'))).toMatchObject({ code: 'not-planned' });
  });
  it('is not started without a preparation', async () => {
    const start = () => handlers.start({ plan: plan.id, state: plan.state }, talk());
    expect(await refusal(start)).toMatchObject({ code: 'not-prepared' });
  });
});

describe('a release in the middle of which everything ended', () => {
  it('is ended by the next deploy where it had touched nothing live', async () => {
    const folder = stageAll(planned);
    new Journal(folder).step('verify', '');
    await die();
    const next = other();
    await prepare(next);
    expect(endOf(readJournal(folder))).toMatchObject({ outcome: 'rolledBack' });
    expect(endOf(readJournal(folder))?.detail).toContain('Nothing live was changed');
    await handlers.abandon({ plan: next.id, state: plan.state }, talk());
  });

  it.each([true, false])('stands in the way where it had, its lock being there: %s', async (locked) => {
    const folder = stageAll(planned);
    backUp(plan, folder);
    switchOver(plan, folder);
    if (locked) await die();
    const said = await refusal(() => prepare(other()));
    expect([said.code, said.remedy]).toEqual(['interrupted', 'Finish or undo it first: driftline recover']);
    expect(existsSync(folder.file('record.json'))).toBe(true);
    expect(existsSync(lockFile(plan.state))).toBe(locked);
  });

  it('does no more once a person has taken its lock away, which is written down', async () => {
    const folder = stageAll(planned);
    backUp(plan, folder);
    switchOver(plan, folder);
    await die();
    const ask: HostVerbs['unlock']['ask'] = {
      state: plan.state,
      release: plan.id,
      by: 'maria@laptop',
      reason: 'mended by hand',
    };
    expect(await handlers.unlock(ask, talk())).toEqual({ unlocked: true });
    const [told] = (await handlers.releases({ state: plan.state }, talk())).releases;
    expect(told).toMatchObject({ outcome: 'failedNeedsAttention', unlocked: true });
    expect(told?.detail).toBe('the lock was taken away by maria@laptop: mended by hand');
    expect(existsSync(folder.backup(0)) || existsSync(folder.backup(1)) || existsSync(folder.backup(2))).toBe(true);
    expect(await handlers.unlock(ask, talk())).toEqual({ unlocked: false });
    const next = other();
    await prepare(next);
    await handlers.abandon({ plan: next.id, state: plan.state }, talk());
  });

  it('is not unlocked while somebody carries it out, nor under another name', async () => {
    await prepare();
    const ask = { state: plan.state, release: plan.id, by: 'maria@laptop', reason: 'no patience' };
    expect(await refusal(() => handlers.unlock(ask, talk()))).toMatchObject({ code: 'locked' });
    expect(await refusal(() => handlers.unlock({ ...ask, release: planId() }, talk()))).toMatchObject({
      code: 'locked',
    });
  });
});

describe('what is asked of a release', () => {
  it('that there is not, is refused with where to look', async () => {
    const ask = { state: plan.state, plan: 'none', from: 0 };
    const said = await refusal(() => handlers.follow(ask, talk()));
    expect([said.code, said.remedy]).toEqual(['no-release', 'See: driftline releases']);
    expect(await refusal(() => handlers.decide({ ...ask, word: 'undo' }, talk()))).toMatchObject({
      code: 'no-release',
    });
    for (const id of ['../..', '.', 'a/b', ''])
      expect(await refusal(() => handlers.release({ state: plan.state, id }, talk()))).toMatchObject({
        code: 'bad-release',
      });
  });
  it('is told to its end, and no longer than somebody carries it out', async () => {
    const folder = stageAll(planned);
    new Journal(folder).step('verify', 'one');
    const half = talk<'follow'>();
    expect(await handlers.follow({ state: plan.state, plan: plan.id, from: 0 }, half)).toEqual({ ended: false });
    new Journal(folder).end('rolledBack', 'two')();
    const whole = talk<'follow'>();
    expect(await handlers.follow({ state: plan.state, plan: plan.id, from: 1 }, whole)).toEqual({ ended: true });
    expect(whole.parts.map(({ part }) => part.event.type)).toEqual(['ended']);
    expect(new ReleaseFolder(plan.state, plan.id).path).toBe(folder.path);
  });
});
