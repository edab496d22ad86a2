import { mkdirSync, readFileSync, readlinkSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { configure, lastEvents, startReadyScene } from '../story/ready.ts';
import { deployJson } from '../story/reports.ts';
import type { Scene } from '../story/scene.ts';
import { badRelease, goodRelease, takeBack } from '../story/voice-api.ts';
import { until } from '../support/processes.ts';

/** Keys of the configuration that the story does not use, each in a whole deploy. */
let scene: Scene;
afterEach(() => scene.stop());

const deploy = (...words: string[]) => scene.driftline(['deploy', '--yes', '--format', 'json', ...words]);

describe('health that is looked at from outside too', () => {
  const health = (outside: Record<string, unknown>): Record<string, unknown> => ({
    confirm: 'client',
    health: {
      probes: [{ name: 'health', url: `http://127.0.0.1:${scene.target.port}/health` }],
      outside: [{ name: 'from here', url: `http://127.0.0.1:${scene.target.port}/version`, ...outside }],
      within: '8s',
      stableFor: '1s',
    },
  });

  it('holds the release until it was seen, and then it is deployed', async () => {
    scene = await startReadyScene();
    await configure(scene, health({ expect: { status: 200, text: '"version":"2"' } }));
    const { status, stdout } = await deploy();
    expect([status, deployJson(stdout).outcome]).toEqual([0, 'deployed']);
    expect(lastEvents(scene, 'step').map((event) => event['step'])).toContain('hold');
    expect(await scene.version()).toBe('2');
  });

  it('brings the old version back where it does not hold there', async () => {
    scene = await startReadyScene();
    const before = await scene.production();
    await configure(scene, health({ expect: { status: 404 } }));
    const { status, stdout } = await deploy();
    expect([status, deployJson(stdout).outcome]).toEqual([4, 'rolledBack']);
    expect(await scene.version()).toBe('1');
    expect(await scene.production()).toEqual(before);
  });

  it('brings it back by itself where nobody gives a word', async () => {
    scene = await startReadyScene();
    await configure(scene, health({ expect: { status: 404 } }));
    const client = scene.start(['deploy', '--yes']);
    await until('the release is held', () => lastEvents(scene, 'step').some((event) => event['step'] === 'hold'));
    client.child.kill('SIGKILL');
    await client.ended;
    await until('it has ended', () => lastEvents(scene, 'ended').length > 0);
    expect(lastEvents(scene, 'ended')[0]?.['outcome']).toBe('rolledBack');
    expect(await scene.version()).toBe('1');
  });
});

describe('code that is built before it is deployed', () => {
  /** The repository's code is the source; what is deployed is a copy that the build makes. */
  async function withBuild(command: string): Promise<void> {
    scene = await startReadyScene();
    await configure(scene, {
      map: { built: 'src' },
      build: { command, from: 'api/src', to: 'built' },
    });
  }
  const built = (): string => path.join(scene.repository, 'built');

  it('runs the build first, and deploys its output', async () => {
    await withBuild('rm -rf built && cp -r api/src built');
    const { status, stdout } = await deploy();
    expect([status, deployJson(stdout).outcome]).toEqual([0, 'deployed']);
    expect(await scene.version()).toBe('2');
  });

  it('plans nothing where the build fails', async () => {
    await withBuild('echo "types are wrong" >&2; exit 2');
    const { status, stdout, stderr } = await deploy();
    expect(status).toBe(1);
    expect(stdout + stderr).toContain('types are wrong');
    expect(await scene.version()).toBe('1');
  });

  it('refuses output that is older than its source, where the build is skipped', async () => {
    await withBuild('rm -rf built && cp -r api/src built');
    mkdirSync(built());
    const text = readFileSync(path.join(scene.repository, 'api/src/index.js'), 'utf8');
    writeFileSync(path.join(built(), 'index.js'), text);
    utimesSync(path.join(built(), 'index.js'), 1_000_000, 1_000_000);
    const { status, stdout } = await deploy('--no-build');
    expect(status).toBe(1);
    const blocking = deployJson(stdout).guards.filter((each) => each.blocks);
    expect(blocking.map((each) => each.guard)).toContain('stale-build');
  });
});

describe('checks of the team', () => {
  it('say no in their own words, here and on the host, and are let pass by name', async () => {
    scene = await startReadyScene();
    await configure(scene, {
      guards: [
        { name: 'migrated', command: 'test -e migrated-025', on: 'host', message: 'Migration 025 is not applied.' },
        { name: 'reviewed', command: 'test -e reviewed', on: 'client', message: 'Nobody has reviewed this.' },
      ],
    });
    const refused = deployJson((await deploy()).stdout);
    expect(refused.outcome).toBe('refused');
    const said = refused.guards.filter((each) => each.blocks).map(({ guard, message }) => `${guard}: ${message}`);
    expect(said.join('\n')).toMatch(/migrated: Migration 025 is not applied[^]*reviewed: Nobody has reviewed this/);
    writeFileSync(path.join(scene.root, 'migrated-025'), '');
    const { status, stdout } = await deploy('--accept', 'reviewed', '--reason', 'it is Friday');
    expect([status, deployJson(stdout).outcome]).toEqual([0, 'deployed']);
  });
});

describe('an application of ES modules', () => {
  it('is deployed, undone and rolled back like any other: its package.json does not decide how our program is read', async () => {
    scene = await startReadyScene();
    const { root, repository } = scene;
    mkdirSync(path.join(root, 'esm'));
    writeFileSync(path.join(root, 'esm/package.json'), '{ "type": "module" }\n');
    writeFileSync(path.join(root, 'esm/index.js'), 'export const version = 1;\n');
    mkdirSync(path.join(repository, 'esm'));
    writeFileSync(path.join(repository, 'esm/index.js'), 'export const version = 2;\n');
    await configure(scene, {
      root: path.join(root, 'esm'),
      map: { esm: '.' },
      process: { restart: 'true' },
      health: { probes: [{ name: 'runs', command: 'node index.js' }], within: '5s', stableFor: '500ms' },
    });
    const live = (): string => readFileSync(path.join(root, 'esm/index.js'), 'utf8');
    const accept = ['--accept', 'hotfix-overwritten', '--reason', 'it was never committed'];
    expect(deployJson((await deploy(...accept)).stdout).outcome).toBe('deployed');
    expect(live()).toContain('version = 2');
    writeFileSync(path.join(repository, 'esm/index.js'), 'export const version = 3;\nthrow new Error("no");\n');
    expect(deployJson((await deploy()).stdout).outcome).toBe('rolledBack');
    expect(live()).toContain('version = 2');
    expect(deployJson((await scene.driftline(['rollback', '--yes', '--format', 'json'])).stdout).outcome).toBe(
      'deployed',
    );
    expect(live()).toContain('version = 1');
  });
});

describe('a root that is a link, as other deploy tools leave it', () => {
  it('is deployed to, undone and rolled back through the link, which stays', async () => {
    scene = await startReadyScene({
      prepare: (folder) => {
        mkdirSync(path.join(folder, 'releases/1'), { recursive: true });
        symlinkSync('releases/1', path.join(folder, 'voice-api'));
        return () => undefined;
      },
    });
    const before = await scene.production();
    expect(deployJson((await deploy()).stdout).outcome).toBe('deployed');
    expect(await scene.version()).toBe('2');
    const good = await scene.production();
    await badRelease(scene.repository);
    expect(deployJson((await deploy()).stdout).outcome).toBe('rolledBack');
    expect(await scene.version()).toBe('2');
    expect(await scene.production()).toEqual(good);
    await takeBack(scene.repository);
    const back = await scene.driftline(['rollback', '--yes', '--format', 'json']);
    expect(deployJson(back.stdout).outcome).toBe('deployed');
    expect(await scene.version()).toBe('1');
    expect(await scene.production()).toEqual(before);
    expect(readlinkSync(scene.root)).toBe('releases/1');
  });
});

describe('a deploy that nobody watches', () => {
  it('is accepted by name, and is called unwatched wherever it is told of', async () => {
    scene = await startReadyScene({ more: { health: undefined } });
    expect((await deploy()).status).toBe(1);
    const { status, stdout } = await deploy('--accept', 'no-health', '--reason', 'the probe comes next week');
    expect(status).toBe(0);
    expect(deployJson(stdout)).toMatchObject({ outcome: 'deployed', detail: 'unwatched' });
    expect(lastEvents(scene, 'ended')).toMatchObject([{ outcome: 'deployed', detail: 'unwatched' }]);
    const listed = await scene.driftline(['releases']);
    expect(listed.stdout).toContain('unwatched');
    expect(listed.stdout).not.toContain('healthy');
    expect(await scene.version()).toBe('2');
    await configure(scene, { confirm: 'client' });
    await goodRelease(scene.repository, '2b');
    const held = await deploy('--accept', 'no-health', '--reason', 'the probe comes next week');
    expect(deployJson(held.stdout)).toMatchObject({ outcome: 'deployed', detail: 'unwatched, and confirmed' });
  });
});
