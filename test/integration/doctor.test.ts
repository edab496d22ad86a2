import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startCli } from '../story/cli.ts';
import type { CliResult } from '../story/cli.ts';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';
import { planFor } from '../support/planned.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';

let home: TemporaryHome;
let sshd: Sshd;
let folder: string;
let root: string;
let state: string;

beforeAll(async () => {
  home = await temporaryHome();
  // Modes count there, whoever runs the tests.
  sshd = await startSshd({ home, powerless: true });
  await sshd.writeClientConfig('voice');
  await sshd.acceptHostKey();
});

afterAll(async () => {
  await sshd.stop();
  await home.remove();
});

beforeEach(async () => {
  folder = await temporaryFolder('doctor');
  root = path.join(folder, 'app');
  state = path.join(root, '.driftline');
  mkdirSync(root);
  writeFileSync(path.join(root, 'a.js'), 'old\n');
  const workspace = path.join(folder, 'workspace');
  mkdirSync(workspace);
  writeFileSync(path.join(workspace, 'a.js'), 'new\n');
  const target = { host: 'voice', root, health: { probes: [{ command: 'true' }] } };
  writeFileSync(path.join(workspace, 'driftline.json'), JSON.stringify({ targets: { production: target } }));
});

afterEach(() => {
  for (const each of [root, state]) if (existsSync(each)) chmodSync(each, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

function driftline(...words: string[]): Promise<CliResult> {
  return startCli(words, { cwd: path.join(folder, 'workspace'), environment: home.environment() }).ended;
}

interface Check {
  readonly verdict: string;
  readonly found: string;
  readonly remedy?: string;
}

/** What doctor says of each area, and its exit code. */
async function doctor(): Promise<{ status: number | null; of: Readonly<Record<string, Check>> }> {
  const { status, stdout } = await driftline('doctor', '--format', 'json');
  const { checks } = JSON.parse(stdout) as { checks: ({ area: string } & Check)[] };
  return { status, of: Object.fromEntries(checks.map(({ area, ...check }) => [area, check])) };
}

describe('doctor', () => {
  it('has a word for everything that a deploy needs', async () => {
    const { status, of } = await doctor();
    expect(status).toBe(0);
    const verdicts = Object.entries(of).map(([area, { verdict }]) => [area, verdict]);
    expect(Object.fromEntries(verdicts)).toEqual({
      connection: 'ok',
      hostKey: 'ok',
      root: 'ok',
      state: 'ok',
      releases: 'ok',
      node: 'warning',
      process: 'warning',
      health: 'ok',
      disk: 'ok',
      clock: 'ok',
    });
  });

  it('says of a release that was cut off, or ended badly, that it blocks every deploy, and what ends it', async () => {
    const plan = planFor(root, { 'a.js': 'newer\n' });
    const release = path.join(state, 'releases', plan.id);
    mkdirSync(release, { recursive: true, mode: 0o700 });
    chmodSync(state, 0o700);
    writeFileSync(path.join(release, 'plan.json'), JSON.stringify(plan));
    writeFileSync(path.join(release, 'record.json'), '{}');
    const cut = await doctor();
    expect(cut.status).toBe(1);
    expect(cut.of['releases']).toMatchObject({
      verdict: 'failed',
      found: `Release ${plan.id} of maria@laptop was cut off in its middle, and nobody finished it.`,
      remedy: 'Undo it first: driftline recover',
    });
    const end = { seq: 1, at: plan.madeAt, type: 'ended', outcome: 'failedNeedsAttention', detail: 'it is down' };
    writeFileSync(path.join(release, 'journal.jsonl'), `${JSON.stringify(end)}\n`);
    const bad = await doctor();
    expect([bad.status, bad.of['releases']?.found]).toEqual([1, expect.stringContaining('needs a person')]);
    expect((await driftline('deploy', '--yes')).status).toBe(1);
    expect((await driftline('doctor')).stdout).toContain('In the way of a deploy: releases.');
  });

  it('says of a lock that nobody can read which file it is', async () => {
    mkdirSync(state, { mode: 0o700 });
    writeFileSync(path.join(state, 'lock'), '');
    const { status, of } = await doctor();
    expect([status, of['state']?.verdict]).toEqual([1, 'failed']);
    expect(JSON.stringify(of['state'])).toContain(`remove ${path.join(state, 'lock')} and run`);
  });

  it('fails where the root or the state folder cannot be written, as a deploy is refused', async () => {
    chmodSync(root, 0o555);
    const closed = await doctor();
    expect(closed.status).toBe(1);
    expect(closed.of['root']).toMatchObject({
      verdict: 'failed',
      found: expect.stringContaining('not writable') as string,
    });
    expect(closed.of['state']).toMatchObject({
      verdict: 'failed',
      found: `${state} cannot hold a release: it cannot be made: ${root}: permission denied`,
    });
    expect((await driftline('deploy', '--yes')).status).toBe(1);

    chmodSync(root, 0o755);
    for (const [mode, why] of [
      [0o000, 'permission denied'],
      [0o555, 'permission denied'],
      [0o770, 'others than its owner may write there'],
    ] as const) {
      mkdirSync(state);
      chmodSync(state, mode);
      const { status, of } = await doctor();
      expect([status, of['root']?.verdict]).toEqual([1, 'ok']);
      const sentence = `${state} cannot hold a release: ${why}`;
      expect(of['state']).toMatchObject({ verdict: 'failed', found: sentence });
      if (mode === 0o000) {
        const releases = await driftline('releases');
        expect([releases.status, releases.stderr]).toEqual([1, expect.stringContaining('"user" in driftline.json')]);
      }
      const refused = await driftline('deploy', '--yes');
      expect(refused.status).toBe(1);
      expect(refused.stdout + refused.stderr).toContain(sentence);
      chmodSync(state, 0o700);
      rmSync(state, { recursive: true });
    }
  });
});

describe('a root that is not there, or is a file', () => {
  const VERBS = [
    ['doctor'],
    ['audit'],
    ['check'],
    ['plan'],
    ['why', 'a.js', './b'],
    ['pull', 'a.js', '--yes'],
    ['deploy', '--yes'],
    ['releases'],
    ['rollback', '--yes'],
    ['recover', '--yes'],
  ];

  it('is a matter of the host for every verb', async () => {
    rmSync(root, { recursive: true });
    for (const words of VERBS) {
      const { status, stdout, stderr } = await driftline(...words);
      expect([words, status]).toEqual([words, 3]);
      expect(stdout + stderr).toMatch(new RegExp(`[Tt]here is no folder ${root}`));
    }
    const { of } = await doctor();
    expect(of['state']).toMatchObject({ verdict: 'failed', remedy: 'Mend the root first.' });
    writeFileSync(root, '');
    for (const words of [['doctor'], ['audit'], ['releases']]) {
      const { status, stdout, stderr } = await driftline(...words);
      expect([words, status]).toEqual([words, 3]);
      expect(stdout + stderr).toContain(`${root} is not a folder`);
    }
  });
});
