import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { configure, lastEvents, releasesOnHost, startReadyScene } from '../story/ready.ts';
import { deployJson } from '../story/reports.ts';
import { APP } from '../story/scene.ts';
import type { Scene } from '../story/scene.ts';
import { bothSides } from '../story/untouched.ts';
import { badRelease } from '../story/voice-api.ts';
import { keepChanging } from '../support/awkward.ts';
import { processes } from '../support/processes.ts';

/** What is not as it should be just when Driftline looks, or on a host that lacks what a deploy needs. */
let scene: Scene;
afterEach(() => scene.stop());

const live = (file: string): string => path.join(scene.root, file);
const local = (file: string): string => path.join(scene.repository, 'api', file);

describe('a file that changes while it is read', () => {
  it('on production: is told as that, is not pulled, and is not deployed over', async () => {
    scene = await startReadyScene();
    const file = 'src/data/hold-music.txt';
    // So large that no reading of it falls between two writes.
    writeFileSync(live(file), Buffer.alloc(32 * 1024 * 1024, 'la la la\n'));
    mkdirSync(local('src/data'));
    writeFileSync(local(file), 'Please hold the line, we will be with you.\n');
    const before = bothSides(scene).workspace;
    const still = await keepChanging(live(file));
    try {
      const audit = await scene.driftline(['audit']);
      expect(audit.stdout).toMatch(/src\/data\/hold-music\.txt +it kept changing while it was read/);
      expect(audit.stdout).toContain('The inventory is not complete');
      expect(audit.status).toBe(0);
      const pull = await scene.driftline(['pull', file, '--yes']);
      expect(pull.stdout).toMatch(/hold-music\.txt +it could not be read \(it kept changing while it was read\)/);
      expect(pull.status).toBe(1);
      const deploy = await scene.driftline(['deploy', '--yes']);
      expect(deploy.stdout).toContain('nothing was written');
      expect(deploy.stdout).toContain(`unreadable: ${file} could not be compared: it kept changing while it was read.`);
      expect(deploy.stdout).toContain('See to it that');
      expect(deploy.status).toBe(1);
      expect(bothSides(scene).workspace).toEqual(before);
      expect(existsSync(live('.driftline'))).toBe(false);
    } finally {
      await still();
    }
    expect(await scene.version()).toBe('1');
  });

  it('on production, from the moment when the plan is made: is neither backed up nor replaced', async () => {
    scene = await startReadyScene();
    const file = live('src/lib/log.js');
    const before = await scene.production();
    let changing: Promise<() => Promise<void>> | undefined;
    const onOutput = (text: string): void => {
      if (text.includes('Asking the app')) changing ??= keepChanging(file);
    };
    const { status, stdout } = await scene.driftline(['deploy', '--yes'], { onOutput });
    const still = await changing;
    await still?.();
    expect(still).toBeDefined();
    expect(stdout).toMatch(/src\/lib\/log\.js .*changed/);
    expect(stdout).toMatch(/nothing (live was changed|was written)/i);
    expect([1, 4]).toContain(status);
    expect(readFileSync(file, 'utf8')).toMatch(/^\d/);
    const after = await scene.production();
    for (const [name, text] of before) if (!file.endsWith(name)) expect([name, after.get(name)]).toEqual([name, text]);
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect(await scene.version()).toBe('1');
  });

  it('here: is not deployed', async () => {
    scene = await startReadyScene();
    const before = bothSides(scene).production;
    const still = await keepChanging(local('src/lib/log.js'));
    try {
      const { status, stdout } = await scene.driftline(['deploy', '--yes']);
      expect(stdout).toContain('nothing was written');
      expect(stdout).toContain('src/lib/log.js');
      expect(status).toBe(1);
    } finally {
      await still();
    }
    expect(bothSides(scene).production).toEqual(before);
    expect(await scene.version()).toBe('1');
  });

  it('here, between the plan and its sending: what was reviewed is sent, or nothing', async () => {
    scene = await startReadyScene();
    const before = await scene.production();
    // A check of the team's own that tidies up what it looks at.
    const command = 'echo "// tidied" >> api/src/lib/log.js';
    await configure(scene, { guards: [{ name: 'tidy', command, on: 'client' }] });
    const { status, stdout } = await scene.driftline(['deploy', '--yes']);
    expect(stdout).toMatch(/log\.js.*changed/);
    expect([1, 4]).toContain(status);
    expect(await scene.production()).toEqual(before);
    expect(await scene.version()).toBe('1');
  });
});

describe('a host without Node', () => {
  it('can be looked at and pulled from; what changes it is refused with what to do', async () => {
    scene = await startReadyScene({ sshd: { withoutNode: true } });
    const before = bothSides(scene);
    expect((await scene.driftline(['audit'])).stdout).toContain('To be deployed (22)');
    expect((await scene.driftline(['check'])).status).toBe(0);
    for (const words of [['plan'], ['deploy', '--yes'], ['releases'], ['rollback', '--yes'], ['recover', '--yes']]) {
      const { status, stderr } = await scene.driftline(words);
      expect(stderr).toMatch(/No Node was found on \S+@\S+, and this cannot be done without one/);
      expect(stderr).toContain('Install Node there, or name it in driftline.json as "node".');
      expect([words, status]).toEqual([words, 1]);
    }
    expect(bothSides(scene)).toEqual(before);
    const file = 'src/data/hold-music.txt';
    expect((await scene.driftline(['pull', file, '--yes'])).status).toBe(0);
    expect(readFileSync(local(file), 'utf8')).toBe(readFileSync(live(file), 'utf8'));
    expect(bothSides(scene).production).toEqual(before.production);
    expect(await scene.version()).toBe('1');
  });
});

describe('a host on which no PM2 daemon runs', () => {
  it('is told so, and nobody starts one or writes ~/.pm2', async () => {
    scene = await startReadyScene();
    await configure(scene, { process: { pm2: APP } });
    const home = path.join(scene.sshd.hostHome, '.pm2');
    const before = bothSides(scene);
    const files = readdirSync(scene.sshd.hostHome);
    for (const words of [['doctor'], ['plan'], ['deploy', '--yes']]) {
      const { status, stdout } = await scene.driftline(words);
      expect(stdout).toContain(`No PM2 daemon runs for ${home}`);
      expect(stdout).toMatch(/Start (it|the app)/);
      expect([words, status]).toEqual([words, 1]);
    }
    expect(readdirSync(scene.sshd.hostHome)).toEqual(files);
    expect(processes().filter(({ command }) => command.includes(home))).toEqual([]);
    expect(bothSides(scene)).toEqual(before);
    expect(await scene.version()).toBe('1');
  });
});

describe('an app that was down before', () => {
  it('is down again, on its old files, where the version that was to mend it is bad too', async () => {
    scene = await startReadyScene();
    const before = await scene.production();
    await scene.pm2.run('stop', APP);
    await badRelease(scene.repository);
    const accepted = ['down-before', 'unhealthy-before'].flatMap((guard) => ['--accept', guard]);
    const words = ['deploy', '--yes', ...accepted, '--reason', 'it was stopped for this'];
    const people = await scene.driftline(words);
    expect(people.stdout).toContain('Rolled back: the old version is back, and the app is down as before.');
    expect(people.stdout).toContain('500');
    expect(people.status).toBe(4);
    const scripts = await scene.driftline([...words, '--format', 'json']);
    expect([scripts.status, deployJson(scripts.stdout).outcome]).toEqual([4, 'rolledBack']);
    expect(lastEvents(scene, 'step').map((event) => event['detail'])).toContain('nothing: as before, the app is down');
    expect(await scene.production()).toEqual(before);
    expect((await scene.pm2.list()).map(({ status }) => status)).toEqual(['stopped']);
    expect((await scene.get('/health')).status).toBe(0);
    expect(releasesOnHost(scene)).toHaveLength(2);
    // Nothing is in the way of starting it again.
    await scene.pm2.run('start', APP);
    writeFileSync(local('src/index.js'), before.get('src/index.js') ?? '');
    expect((await scene.driftline(['doctor'])).stdout).not.toContain('FAIL');
  });
});
