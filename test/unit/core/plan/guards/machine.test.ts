import { describe, expect, it } from 'vitest';
import { bytesNeeded, machineConcerns } from '../../../../../server/core/plan/guards/machine.ts';
import type { MachineFacts } from '../../../../../server/core/plan/guards/machine.ts';
import type { HostReport, ProcessReport } from '../../../../../server/core/plan/host-report.ts';
import type { HealthSpec, Operation } from '../../../../../server/core/plan/plan.ts';

const content = (size: number) => ({ sha256: 'a'.repeat(64), size, mode: 0o644 });
const OPERATIONS: Operation[] = [
  { kind: 'create', path: 'c', after: content(1_000_000) },
  { kind: 'replace', path: 'r', before: content(2_000_000), after: content(3_000_000) },
  { kind: 'delete', path: 'd', before: content(4_000_000) },
];
const HEALTH: HealthSpec = { probes: [], outside: [], withinMs: 1, stableForMs: 1 };
const up = { id: '0', status: 'online', pid: 7, restarts: 0, uptimeMs: 0, mode: 'fork', logs: [] };
const WELL: HostReport = {
  root: { state: 'ok', real: '/srv/app', writable: true, owner: 'app' },
  stateFolder: { path: '/srv/app/.driftline', exists: false, usable: true },
  unfit: [],
  nextNode: { path: '/usr/bin/node', version: 'v20.0.0', args: [], differs: false },
  process: { state: 'found', instances: [up] },
  disk: { freeBytes: 1e12, freeInodes: 1e6 },
  clockMs: 0,
};
const concerns = (report: Partial<HostReport>, more: Partial<MachineFacts> = {}, operations = OPERATIONS) =>
  machineConcerns(
    {
      platform: { by: 'node', node: 'v20.0.0', os: 'linux' },
      report: { ...WELL, ...report },
      process: { kind: 'pm2', name: 'api' },
      health: HEALTH,
      before: [{ name: 'api', ok: true, latencyMs: 1, saw: '200', answered: true }],
      releases: [],
      ...more,
    },
    operations,
  );
const say = (...facts: Parameters<typeof concerns>) =>
  concerns(...facts).map(({ guard, severity, blocking, message }) => ({ guard, severity, blocking, message }));

describe('the guards of the machine', () => {
  it('say nothing of a machine that is well', () => expect(say({})).toEqual([]));

  it('hand on what the host itself says is to be done', () => {
    const remedy = 'Put that user into it.';
    const stateFolder = { path: '/srv/state', exists: true, usable: false, why: 'ana is not in the group', remedy };
    const process = { state: 'failed', detail: 'ana may not run it', remedy } as const;
    const remedies = concerns({ stateFolder, process }).map((each) => each.remedy);
    expect(remedies).toEqual([remedy, remedy]);
  });

  it('block where the root or the state folder cannot be written', () => {
    expect(say({ root: { ...WELL.root, writable: false } })).toMatchObject([
      { guard: 'not-writable', severity: 'error', blocking: 'always' },
    ]);
    const stateFolder = { path: '/srv/state', exists: true, usable: false, why: 'it lies on another file system' };
    const [one] = say({ stateFolder });
    expect(one).toMatchObject({ guard: 'state-folder', blocking: 'always' });
    expect(one?.message).toContain('it lies on another file system');
  });

  it('block where a folder of the plan cannot be written, or lies on another mount, and say it once', () => {
    const closed = { folder: '/srv/app/lib', problem: 'notWritable', why: 'cannot be written' } as const;
    const mounted = { folder: '/srv/app/data', problem: 'otherMount', why: 'is on another mount' } as const;
    const unfit = [closed, mounted];
    expect(say({ unfit })).toEqual([
      { guard: 'not-writable', severity: 'error', blocking: 'always', message: '/srv/app/lib cannot be written.' },
      { guard: 'other-mount', severity: 'error', blocking: 'always', message: '/srv/app/data is on another mount.' },
    ]);
    const root = { ...WELL.root, writable: false };
    const stateFolder = { ...WELL.stateFolder, usable: false };
    const guards = say({ root, stateFolder, unfit: [{ ...closed, folder: '/srv/app' }, mounted] }).map(
      ({ guard }) => guard,
    );
    expect(guards).toEqual(['not-writable', 'state-folder']);
  });

  it('count staged files, the backup and what an undo needs', () => {
    const needed = bytesNeeded(OPERATIONS);
    expect(needed).toBeGreaterThanOrEqual(1e6 + (3e6 + 2 * 2e6) + 2 * 4e6);
    const free = (freeBytes: number, freeInodes = 1e6) => say({ disk: { freeBytes, freeInodes } });
    expect(free(needed)).toEqual([]);
    expect(free(needed - 1)).toMatchObject([{ guard: 'disk-full', severity: 'error', blocking: 'always' }]);
    expect(free(needed, 10)).toMatchObject([{ guard: 'disk-full', blocking: 'always' }]);
    expect(free(needed, 44)).toEqual([]);
  });

  it('block without Node on the host, and warn where the next start uses another', () => {
    expect(say({}, { platform: { by: 'posix', os: 'linux' } })).toMatchObject([
      { guard: 'no-node', blocking: 'always' },
    ]);
    const nextNode = { path: '/opt/node18/bin/node', version: 'v18.0.0', args: [], differs: true };
    expect(say({ nextNode })).toMatchObject([{ guard: 'node-differs', severity: 'warning', blocking: 'never' }]);
    expect(say({ nextNode: { unknown: 'no process' } })).toEqual([]);
  });

  it.each<[ProcessReport, string, string]>([
    [{ state: 'notConfigured' }, 'process', 'never'],
    [{ state: 'noDaemon', detail: 'No daemon' }, 'process', 'always'],
    [{ state: 'otherUser', detail: 'Of root' }, 'process', 'always'],
    [{ state: 'failed', detail: 'Broken' }, 'process', 'always'],
    [{ state: 'notFound', detail: 'None', others: ['web'] }, 'process', 'always'],
    [{ state: 'ambiguous', detail: 'Two' }, 'process', 'always'],
    [{ state: 'otherRoot', detail: 'Elsewhere' }, 'process', 'always'],
    [{ state: 'found', instances: [up, { ...up, pid: 0, status: 'stopped' }] }, 'down-before', 'untilAccepted'],
  ])('say of the process %j', (process, guard, blocking) => {
    expect(say({ process })).toMatchObject([{ guard, blocking, severity: blocking === 'never' ? 'warning' : 'error' }]);
  });

  it('do not send anybody to wait for a release that may be gone with its container', () => {
    const release = { id: 'r1', startedAt: '', outcome: 'running', detail: '', by: 'jo@desk', files: 1 } as const;
    const [held] = concerns({}, { releases: [{ ...release, elsewhere: 'web-2', touched: true, kept: true }] });
    expect(held?.message).toContain("from web-2; whether it still runs can't be told from here");
    expect(held?.remedy).toContain('driftline unlock r1 --holder jo@desk --reason "…"');
  });

  it.each(['running', 'interrupted', 'failedNeedsAttention'] as const)('block over a release that is %s', (outcome) => {
    const release = {
      id: 'r1',
      startedAt: '',
      outcome,
      detail: '',
      by: 'jo@desk',
      files: 1,
      touched: true,
      kept: true,
    };
    const [one, ...more] = say({}, { releases: [release, { ...release, id: 'r0', outcome: 'deployed' }] });
    expect(one).toMatchObject({ guard: outcome === 'running' ? 'locked' : 'unfinished', blocking: 'always' });
    expect(more).toEqual([]);
    expect(one?.message).toContain('r1');
    // A person has judged it, and let go of it.
    expect(say({}, { releases: [{ ...release, unlocked: true }] })).toEqual([]);
  });

  it('name the apps that there are', () => {
    const process: ProcessReport = { state: 'notFound', detail: 'None', others: ['web', 'jobs'] };
    expect(say({ process })[0]?.message).toContain('There are: web, jobs.');
  });

  it('block a deploy that nobody would watch, and one of an app that is ill already', () => {
    expect(say({}, { health: null, before: [] })).toMatchObject([{ guard: 'no-health', blocking: 'untilAccepted' }]);
    const before = [{ name: 'api', ok: false, latencyMs: 1, saw: 'no answer in 5 s', answered: false }];
    const [one] = say({}, { before });
    expect(one).toMatchObject({ guard: 'unhealthy-before', blocking: 'untilAccepted', severity: 'error' });
    expect(one?.message).toContain('no answer in 5 s');
  });
});
