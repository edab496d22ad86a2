import { existsSync } from 'node:fs';
import { mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configure, isLocked, lastEvents, mountSmallDisk, releasesOnHost, startReadyScene } from '../story/ready.ts';
import { deployJson, releasesJson } from '../story/reports.ts';
import { APP } from '../story/scene.ts';
import type { Scene, SceneOptions } from '../story/scene.ts';
import { badRelease, goodRelease } from '../story/voice-api.ts';
import { processes, until } from '../support/processes.ts';

let scene: Scene;
afterEach(() => scene.stop());

const begin = (options: SceneOptions = {}): void => {
  beforeEach(async () => {
    scene = await startReadyScene(options);
  });
};
const deploy = (...words: string[]) => scene.driftline(['deploy', '--yes', '--format', 'json', ...words]);
const switched = () => until('production has been switched', () => lastEvents(scene, 'switched').length > 0);
const ended = () => until('the release has ended', () => lastEvents(scene, 'ended').length > 0 && !isLocked(scene));
const outcome = (): unknown => lastEvents(scene, 'ended')[0]?.['outcome'];

describe('when the one who deploys is gone', () => {
  begin();

  it('a killed client leaves a good release deployed', async () => {
    const client = scene.start(['deploy', '--yes']);
    await switched();
    client.child.kill('SIGKILL');
    await client.ended;
    await ended();
    expect(outcome()).toBe('deployed');
    expect(await scene.version()).toBe('2');
    const { stdout } = await scene.driftline(['releases', '--format', 'json']);
    expect(releasesJson(stdout).map((release) => release.outcome)).toEqual(['deployed']);
  });

  it('a killed client leaves a bad release undone', async () => {
    const before = await scene.production();
    await badRelease(scene.repository);
    const client = scene.start(['deploy', '--yes']);
    await switched();
    client.child.kill('SIGKILL');
    await client.ended;
    await ended();
    expect(outcome()).toBe('rolledBack');
    expect(await scene.version()).toBe('1');
    expect(await scene.production()).toEqual(before);
  });

  it('a cut line ends the client with where to look, and the host goes on', async () => {
    const client = scene.start(['deploy', '--yes']);
    await switched();
    scene.sshd.dropSessions();
    const { status, stdout, stderr } = await client.ended;
    expect(status).toBe(3);
    expect(stdout + stderr).toContain('driftline releases');
    await ended();
    expect(outcome()).toBe('deployed');
    expect(await scene.version()).toBe('2');
  });
});

describe('two deploys at once', () => {
  begin();

  it('the second is refused and told who deploys', async () => {
    await configure(scene, { health: slowHealth() });
    const first = scene.start(['deploy', '--yes', '--format', 'json']);
    await switched();
    await goodRelease(scene.repository, '2b');
    const second = await deploy();
    expect(isLocked(scene)).toBe(true);
    expect(second.status).toBe(1);
    expect(second.stdout + second.stderr).toContain('Another deploy is running');
    const { status, stdout } = await first.ended;
    expect([status, deployJson(stdout).outcome]).toEqual([0, 'deployed']);
    expect(await scene.version()).toBe('2');
    expect(releasesOnHost(scene)).toHaveLength(1);
  });
});

describe('an app that is not as the deploy expects', () => {
  begin();

  it('an app of that name in another root is left alone', async () => {
    const elsewhere = path.join(path.dirname(scene.root), 'elsewhere');
    await mkdir(elsewhere);
    const script = path.join(elsewhere, 'app.js');
    await writeFile(script, 'setInterval(() => {}, 1000);\n');
    await scene.pm2.start({ name: 'other', script, cwd: elsewhere, port: 0 });
    await configure(scene, { process: { pm2: 'other', home: scene.pm2.home } });
    const other = (await scene.pm2.list()).find((app) => app.name === 'other');
    await refused('process', elsewhere);
    const after = (await scene.pm2.list()).find((app) => app.name === 'other');
    expect([after?.pid, after?.restarts]).toEqual([other?.pid, 0]);
  });

  it('an app that is unknown to PM2 is told with those that are known', async () => {
    await configure(scene, { process: { pm2: 'voice', home: scene.pm2.home } });
    await refused('process', APP);
  });

  it('an app that was down before blocks until that is accepted', async () => {
    await scene.pm2.run('stop', APP);
    await refused('down-before', APP);
    const accepted = ['down-before', 'unhealthy-before'].flatMap((guard) => ['--accept', guard]);
    const { status, stdout } = await deploy(...accepted, '--reason', 'it was stopped for this');
    expect([status, deployJson(stdout).outcome]).toEqual([0, 'deployed']);
    expect(await scene.version()).toBe('2');
  });

  it('without a PM2 daemon none is started', async () => {
    const home = path.join(path.dirname(scene.root), 'no-daemon');
    await configure(scene, { process: { pm2: APP, home } });
    const doctor = await scene.driftline(['doctor']);
    expect(doctor.status).toBe(1);
    expect(doctor.stdout).toContain('No PM2 daemon');
    await refused('process', 'No PM2 daemon');
    expect(existsSync(home)).toBe(false);
    expect(processes().filter(({ command }) => command.includes(home))).toEqual([]);
  });

  async function refused(guard: string, told: string): Promise<void> {
    const before = await scene.production();
    const { status, stdout } = await deploy();
    expect(status).toBe(1);
    const result = deployJson(stdout);
    expect(result.outcome).toBe('refused');
    const blocking = result.guards.filter((each) => each.blocks);
    expect(blocking.map((each) => each.guard)).toContain(guard);
    expect(blocking.map((each) => each.message).join('\n')).toContain(told);
    expect(await scene.production()).toEqual(before);
    expect(existsSync(path.join(scene.root, '.driftline'))).toBe(false);
  }
});

describe('a health URL that hangs', () => {
  begin();

  it('blocks a deploy where it hangs already', async () => {
    // Takes what it is sent, and answers nothing.
    const silent = net.createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = silent.address() as AddressInfo;
      await configure(scene, { health: { probes: [{ name: 'silent', url: `http://127.0.0.1:${port}/` }] } });
      const { status, stdout } = await deploy();
      expect(status).toBe(1);
      const [guard] = deployJson(stdout).guards.filter((each) => each.blocks);
      expect(guard?.guard).toBe('unhealthy-before');
      expect(guard?.message).toContain('no answer in 5 s');
    } finally {
      await new Promise((resolve) => silent.close(resolve));
    }
  });

  it('undoes a release that makes it hang', async () => {
    await badRelease(scene.repository, 'hangs');
    await configure(scene, { health: { ...slowHealth(), within: '7s' } });
    const { status, stdout } = await deploy();
    expect(status).toBe(4);
    const result = deployJson(stdout);
    expect(result.outcome).toBe('rolledBack');
    expect(result.detail).toContain('no answer in 5 s');
    expect(await scene.version()).toBe('1');
    expect((await scene.get('/calls')).status).toBe(200);
  });
});

describe('a disk that is full', () => {
  let small: string;
  begin({
    prepare: (folder) => {
      small = folder;
      return mountSmallDisk(folder, 12).unmount;
    },
  });

  it('refuses a deploy that would not fit, before its first write', async () => {
    const before = await scene.production();
    await fill(path.join(small, 'filler'), 100);
    const { status, stdout } = await deploy();
    expect(status).toBe(1);
    const result = deployJson(stdout);
    expect(result.outcome).toBe('refused');
    expect(result.guards.filter((each) => each.blocks).map((each) => each.guard)).toContain('disk-full');
    expect(await scene.production()).toEqual(before);
    expect(await scene.version()).toBe('1');
  });

  it('ends well where it fills up after the guards have looked', async () => {
    const before = await scene.production();
    // A guard of the team's own, the last to look, that leaves next to nothing.
    const command = `head -c $(( ($(stat -f -c '%a*%S' ${small}) - 16384) )) /dev/zero > ${small}/filler`;
    await configure(scene, { guards: [{ name: 'fills-the-disk', command, on: 'host' }] });
    const { status, stdout, stderr } = await deploy();
    expect((await stat(path.join(small, 'filler'))).size).toBeGreaterThan(0);
    expect([1, 4]).toContain(status);
    expect(stdout + stderr).toMatch(/room|space|ENOSPC|full/i);
    expect(await scene.production()).toEqual(before);
    expect(await scene.version()).toBe('1');
    expect((await scene.get('/calls')).status).toBe(200);
    // With room again, the next deploy finds nothing in its way.
    await rm(path.join(small, 'filler'));
    await configure(scene, { guards: [] });
    const again = await deploy();
    expect([again.status, deployJson(again.stdout).outcome]).toEqual([0, 'deployed']);
    expect(await scene.version()).toBe('2');
  });

  /** Leaves so many kilobytes free. */
  async function fill(file: string, kilobytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(small);
    await writeFile(file, Buffer.alloc(bavail * bsize - kilobytes * 1024));
  }
});

/** Health that has to hold so long that something else can happen meanwhile. */
function slowHealth(): Record<string, unknown> {
  const url = (route: string): string => `http://127.0.0.1:${scene.target.port}${route}`;
  return {
    probes: [
      { name: 'health', url: url('/health'), expect: { status: 200, text: 'ok' } },
      { name: 'calls', url: url('/calls'), expect: { status: 200 } },
    ],
    within: '30s',
    stableFor: '4s',
  };
}
