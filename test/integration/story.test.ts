import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchRequests } from '../story/outage.ts';
import { releasesOnHost } from '../story/ready.ts';
import { auditJson, deployJson, releasesJson, sarifResults } from '../story/reports.ts';
import { startScene } from '../story/scene.ts';
import type { Scene } from '../story/scene.ts';
import {
  badRelease,
  CLOSURE,
  HAND_MADE,
  importsOfHandMade,
  LEFT_ALONE,
  PRODUCTION_ONLY,
  takeBack,
} from '../story/voice-api.ts';

/** Each step stands on those before it, as in the story. */
describe('the story that broke production', () => {
  let scene: Scene;
  let before: ReadonlyMap<string, string>;

  beforeAll(async () => {
    scene = await startScene();
    before = await scene.production();
  });
  afterAll(() => scene.stop());

  const json = (...words: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> =>
    scene.driftline([...words, '--format', 'json']);

  it('does not log in to a host whose key nobody accepted', async () => {
    const { status, stdout, stderr } = await scene.driftline(['doctor']);
    expect(status).toBe(3);
    expect(stdout + stderr).toContain(scene.sshd.hostKeyFingerprint());
    expect(scene.sshd.log()).not.toContain('Accepted publickey');
  });

  it('refuses a key that is not the one that was named', async () => {
    const { status } = await scene.driftline(['doctor', '--accept-host-key', `SHA256:${'A'.repeat(43)}`]);
    expect(status).toBe(3);
    expect(scene.sshd.log()).not.toContain('Accepted publickey');
  });

  it('1. doctor finds everything that a deploy needs', async () => {
    const fingerprint = scene.sshd.hostKeyFingerprint();
    const { status, stdout } = await json('doctor', '--accept-host-key', fingerprint);
    expect(status).toBe(0);
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { area: string; verdict: string }[] };
    expect(ok).toBe(true);
    const areas = ['connection', 'hostKey', 'root', 'node', 'process', 'health', 'disk', 'clock'];
    for (const area of areas) expect(checks).toContainEqual(expect.objectContaining({ area, verdict: 'ok' }));
  });

  it('2. audit lists all that differs, what code needs first', async () => {
    const { status, stdout } = await json('audit');
    expect(status).toBe(0);
    const result = auditJson(stdout);
    expect(result).toMatchObject({ target: 'production', root: scene.root, complete: true });
    expect(Number.isNaN(Date.parse(result.takenAt))).toBe(false);
    const needed = result.entries.slice(0, 6);
    expect(needed.every((entry) => entry.needed && entry.kind === 'productionOnly')).toBe(true);
    expect(needed.map((entry) => entry.path)).toEqual([...HAND_MADE, ...CLOSURE]);
    const kinds = (kind: string): string[] =>
      result.entries.filter((entry) => entry.kind === kind).map(({ path: file }) => file);
    expect(kinds('productionOnly').sort()).toEqual(Object.keys(PRODUCTION_ONLY).sort());
    expect(kinds('changedHere').sort()).toEqual(['src/index.js', 'src/lib/log.js']);
    expect(kinds('localOnly')).toHaveLength(20);
    expect(kinds('same')).toEqual([]);
    const index = result.entries.find((entry) => entry.path === 'src/index.js');
    expect(index?.local).toBe('api/src/index.js');
  });

  it('2. audit --all includes what is the same', async () => {
    const { entries } = auditJson((await json('audit', '--all')).stdout);
    const same = entries.filter((entry) => entry.kind === 'same').map((entry) => entry.path);
    expect(same.sort()).toEqual(['src/lib/numbers.js', 'src/routes/health.js']);
  });

  it('3. check names each import of them, at its place', async () => {
    const { status, stdout } = await scene.driftline(['check', '--target', 'production', '--format', 'sarif']);
    expect(status).toBe(1);
    const wanted = importsOfHandMade().map(({ file, line, column }) => ({
      ruleId: 'production-only-import',
      level: 'error',
      file,
      line,
      column,
    }));
    expect(sarifResults(stdout)).toEqual(wanted);
    const people = await scene.driftline(['check']);
    expect(people.status).toBe(1);
    for (const { line, column } of importsOfHandMade()) expect(people.stdout).toContain(`${line}:${column}`);
  });

  it('4. deploy is refused before anything is written', async () => {
    const { status, stdout } = await json('deploy', '--yes');
    expect(status).toBe(1);
    const result = deployJson(stdout);
    expect(result).toMatchObject({ outcome: 'refused', release: null });
    const blocking = result.guards.filter((guard) => guard.blocks).map((guard) => guard.guard);
    expect(blocking).toEqual(Array(3).fill('production-only-import'));
    expect(await scene.production()).toEqual(before);
    expect(existsSync(path.join(scene.root, '.driftline'))).toBe(false);
    expect(await scene.version()).toBe('1');
    expect((await scene.driftline(['deploy', '--yes'])).stdout).toContain('driftline pull --missing');
  });

  it('5. pull asks first, and says so where nobody can be asked', async () => {
    const { status, stdout, stderr } = await scene.driftline(['pull', '--missing']);
    expect(status).toBe(2);
    expect(stdout + stderr).toContain('--yes');
    expect(git('status', '--porcelain')).toBe('');
  });

  it('5. pull brings the three files and what they import, and commits them', async () => {
    const { status, stdout } = await json('pull', '--missing', '--commit', '--yes');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ done: true });
    for (const file of [...HAND_MADE, ...CLOSURE]) {
      expect(readFileSync(path.join(scene.repository, 'api', file), 'utf8')).toBe(PRODUCTION_ONLY[file]);
    }
    for (const file of LEFT_ALONE) expect(existsSync(path.join(scene.repository, 'api', file))).toBe(false);
    expect(git('status', '--porcelain')).toBe('');
    const committed = git('show', '--name-only', '--format=').trim().split('\n');
    expect(committed.sort()).toEqual([...HAND_MADE, ...CLOSURE].map((file) => `api/${file}`).sort());
    expect((await scene.driftline(['check'])).status).toBe(0);
  });

  it('6. plan shows what a deploy would do, and does nothing', async () => {
    const { status, stdout } = await json('plan');
    expect(status).toBe(0);
    const { deployable, plan } = JSON.parse(stdout) as {
      deployable: boolean;
      plan: { operations: { kind: string; path: string }[] };
    };
    expect(deployable).toBe(true);
    const paths = (kind: string): string[] =>
      plan.operations.filter((operation) => operation.kind === kind).map((operation) => operation.path);
    expect(paths('replace').sort()).toEqual(['src/index.js', 'src/lib/log.js']);
    expect(paths('create')).toHaveLength(20);
    expect(paths('delete')).toEqual([]);
    expect(existsSync(path.join(scene.root, '.driftline'))).toBe(false);
  });

  it('6. deploy ends deployed, and what only production had is still there', async () => {
    const { status, stdout } = await json('deploy', '--yes');
    expect(status).toBe(0);
    const result = deployJson(stdout);
    expect(result.outcome).toBe('deployed');
    expect(releasesOnHost(scene)).toEqual([result.release]);
    expect(await scene.version()).toBe('2');
    for (const route of ['/chat', '/usage', '/campaigns', '/analytics', '/admin/audit-log', '/calls']) {
      expect([route, (await scene.get(route)).status]).toEqual([route, 200]);
    }
    const after = await scene.production();
    for (const [file, text] of Object.entries(PRODUCTION_ONLY)) expect(after.get(file)).toBe(text);
    expect([...before.keys()].filter((file) => !after.has(file))).toEqual([]);
    expect(after.get('src/index.js')).toBe(readFileSync(path.join(scene.repository, 'api/src/index.js'), 'utf8'));
    expect((await scene.pm2.list()).map(({ status: called }) => called)).toEqual(['online']);
  });

  it('6. a second deploy has nothing to do', async () => {
    const { status, stdout } = await json('deploy', '--yes');
    expect(status).toBe(0);
    expect(deployJson(stdout)).toMatchObject({ outcome: 'nothingToDo', release: null });
  });

  it('7. a release that crashes on requests is undone, and the report says why', async () => {
    const good = await scene.production();
    await badRelease(scene.repository);
    expect((await scene.driftline(['check'])).status).toBe(0);
    const requests = watchRequests(scene);
    const { status, stdout } = await json('deploy', '--yes');
    const seen = await requests.stop();
    expect(status).toBe(4);
    const result = deployJson(stdout);
    expect(result.outcome).toBe('rolledBack');
    expect(result.detail).toContain('calls');
    const probes = result.journal.filter((event) => event['type'] === 'probe' && event['ok'] === false);
    expect(probes.some((event) => event['name'] === 'calls' && String(event['saw']).includes('500'))).toBe(true);
    const logs = result.journal.flatMap((event) => (event['type'] === 'log' ? [JSON.stringify(event['lines'])] : []));
    expect(logs.join()).toContain('TypeError');
    expect(seen.statuses).toContain(500);
    expect(seen.calledWhileWrong).toContain('online');
    expect(await scene.version()).toBe('2');
    expect((await scene.get('/calls')).status).toBe(200);
    expect(await scene.production()).toEqual(good);
    await takeBack(scene.repository);
  });

  it('8. rollback brings back what was there before, and can itself be undone', async () => {
    const [first] = releasesOnHost(scene);
    const back = deployJson((await json('rollback', '--yes')).stdout);
    expect(back.outcome).toBe('deployed');
    expect(await scene.version()).toBe('1');
    expect(await scene.production()).toEqual(before);
    const again = await json('rollback', first ?? '', '--yes');
    expect([again.status, deployJson(again.stdout).outcome]).toEqual([0, 'deployed']);
    expect(await scene.version()).toBe('2');
  });

  it('8. releases lists all of them, the newest first', async () => {
    const { status, stdout } = await json('releases');
    expect(status).toBe(0);
    const outcomes = releasesJson(stdout).map((release) => release.outcome);
    expect(outcomes).toEqual(['deployed', 'deployed', 'rolledBack', 'deployed']);
  });

  function git(...words: string[]): string {
    return execFileSync('git', ['-C', scene.repository, ...words], { encoding: 'utf8', env: scene.home.environment() });
  }
});
