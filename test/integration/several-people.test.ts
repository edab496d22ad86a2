import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configure, isLocked, journalOf, lastEvents, releasesOnHost, startReadyScene } from '../story/ready.ts';
import { deployJson, releasesJson } from '../story/reports.ts';
import { APP } from '../story/scene.ts';
import type { Scene } from '../story/scene.ts';
import { badRelease, goodRelease, takeBack } from '../story/voice-api.ts';
import { makeAccounts } from '../support/accounts.ts';
import type { Accounts } from '../support/accounts.ts';
import { temporaryFolder } from '../support/home.ts';
import { PM2_BIN } from '../support/pm2.ts';
import { end, processes, until } from '../support/processes.ts';

/** A host as teams have it: the app and its PM2 belong to one user, several people deploy, each as a user of their own. */
type Name = 'app' | 'ana' | 'ben' | 'cora';
let people: Accounts<Name>;
let scene: Scene;
/** Stands for `/usr/local/bin`. */
let bin: string;

beforeEach(async () => {
  people = await makeAccounts<Name>(['app', 'ana', 'ben'], ['cora']);
  bin = await temporaryFolder('bin');
  chmodSync(bin, 0o755);
  symlinkSync(path.join(PM2_BIN, 'pm2'), path.join(bin, 'pm2'));
  const { app } = people.of;
  scene = await startReadyScene({
    account: app,
    sshd: { everybody: true, environment: { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin` } },
    prepare: (folder) => {
      chmodSync(path.dirname(folder), 0o755);
      return () => undefined;
    },
  });
  const { root } = scene;
  execFileSync('chown', ['-R', `${app.name}:${people.group}`, root]);
  execFileSync('chmod', ['-R', 'g+rwX', root]);
  execFileSync('find', [root, '-type', 'd', '-exec', 'chmod', 'g+s', '{}', '+']);
});
afterEach(async () => {
  await scene.stop();
  people.remove();
  rmSync(bin, { recursive: true });
});

async function as(name: Name, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const process = { pm2: APP, home: scene.pm2.home, user: people.of.app.name };
  await configure(scene, { user: people.of[name].name, group: people.group, process, ...more });
}
const json = (...words: string[]) => scene.driftline([...words, '--format', 'json']);
const deploy = () => json('deploy', '--yes');
async function deployed(...words: string[]): Promise<void> {
  const { outcome, detail } = deployJson((await json(...words, '--yes')).stdout);
  expect([outcome, detail]).toEqual(['deployed', expect.stringMatching(/^(healthy|unwatched)$/)]);
}
const state = (...names: string[]): string => path.join(scene.root, '.driftline', ...names);

/** What the refusal itself says that is to be permitted, for these. */
async function permit(...names: Name[]): Promise<void> {
  const lines: string[] = [];
  for (const name of names) {
    await as(name);
    const [guard] = deployJson((await deploy()).stdout).guards.filter((each) => each.blocks);
    expect(guard?.guard).toBe('process');
    lines.push(guard?.remedy.split(': ').slice(1).join(': ') ?? '');
  }
  people.permit(...lines);
}

describe('PM2 of another user', () => {
  it('is spoken to only where it is named, by the line of sudoers that the refusal names', async () => {
    const before = await scene.production();
    await as('ana', { process: { pm2: APP, home: scene.pm2.home } });
    const [unnamed] = deployJson((await deploy()).stdout).guards.filter((each) => each.blocks);
    expect(unnamed?.message).toContain(`belongs to ${people.of.app.name}, not to this user`);
    expect(unnamed?.remedy).toContain(`"user": "${people.of.app.name}"`);
    await as('ana');
    rmSync(path.join(bin, 'pm2'));
    const [unfound] = deployJson((await deploy()).stdout).guards.filter((each) => each.blocks);
    expect(unfound?.message).toContain(`there is no pm2 in ${bin}, /usr/local/bin`);
    expect(unfound?.remedy).toContain('as root: ln -s THAT /usr/local/bin/pm2');
    symlinkSync(path.join(PM2_BIN, 'pm2'), path.join(bin, 'pm2'));
    const refused = deployJson((await deploy()).stdout);
    expect(refused.outcome).toBe('refused');
    expect(refused.guards.filter((each) => each.blocks).map((each) => each.message)).toEqual([
      expect.stringMatching(
        /ana may not run \/usr\/bin\/env PM2_HOME=.* jlist as .*app \(sudo: a password is required\)/,
      ),
    ]);
    expect(await scene.production()).toEqual(before);
    await permit('ana');
    await deployed('deploy');
    expect(await scene.version()).toBe('2');
    const watched = lastEvents(scene, 'step').find(({ step }) => step === 'watch');
    expect(watched?.['detail']).toContain(`without its log, which this user cannot read: ${scene.pm2.home}`);
    await badRelease(scene.repository);
    expect(deployJson((await deploy()).stdout).outcome).toBe('rolledBack');
    expect(await scene.version()).toBe('2');
    expect((await scene.pm2.list()).map(({ status }) => status)).toEqual(['online']);
    await deployed('rollback');
    expect(await scene.version()).toBe('1');
  });

  it('that forgot the app in the middle of a bad release starts it again as its own user', async () => {
    await permit('ana');
    await undoneAfter('delete', APP);
  });

  it('that died in the middle of it is started again as its own user, by root too', async () => {
    await permit('ana');
    await undoneAfter('kill');
    // Root needs neither sudo nor the name of whose it is.
    await configure(scene, { group: people.group, process: { pm2: APP, home: scene.pm2.home } });
    await undoneAfter('kill');
  });

  async function undoneAfter(...pm2: string[]): Promise<void> {
    const before = releasesOnHost(scene);
    await badRelease(scene.repository);
    const client = scene.start(['deploy', '--yes', '--format', 'json']);
    const release = (): string => releasesOnHost(scene).find((id) => !before.includes(id)) ?? '';
    await until('the new version is watched', () => journalOf(scene, release()).some(({ type }) => type === 'probe'));
    await scene.pm2.run(...pm2);
    expect(deployJson((await client.ended).stdout)).toMatchObject({ outcome: 'rolledBack' });
    expect(await scene.version()).toBe('1');
    const [app] = await scene.pm2.list();
    expect(lstatSync(`/proc/${app?.pid ?? 0}`).uid).toBe(people.of.app.uid);
    await takeBack(scene.repository);
  }
});

describe('several people who deploy', () => {
  it('go back over, keep and go on after what another has deployed', async () => {
    await permit('ana', 'ben');
    await as('ana', { keep: 1 });
    await deployed('deploy');
    const two = await scene.production();
    const [first = ''] = releasesOnHost(scene);

    await as('ben', { keep: 1 });
    await goodRelease(scene.repository, '2b');
    await deployed('deploy');
    expect(readdirSync(state('releases', first))).not.toContain('old'); // Retired, though the other's.
    await badRelease(await back());
    expect(deployJson((await deploy()).stdout).outcome).toBe('rolledBack');

    await as('ana', { keep: 1 });
    await deployed('rollback');
    expect(await scene.production()).toEqual(two);
    expect(await scene.version()).toBe('2');
    const { stdout } = await json('releases');
    expect(releasesJson(stdout).map((each) => each.outcome)).toEqual([
      'deployed',
      'rolledBack',
      'deployed',
      'deployed',
    ]);
    for (const owner of new Set(releasesOnHost(scene).map((id) => lstatSync(state('releases', id)).uid)))
      expect([people.of.ana.uid, people.of.ben.uid]).toContain(owner);
  });

  it('recover what another left in its middle, and take its lock away', async () => {
    await permit('ana', 'ben');
    const before = await scene.production();
    await as('ana', { health: slow() });
    await cutOff();
    await as('ben', { health: slow() });
    expect(deployJson((await deploy()).stdout).outcome).toBe('refused');
    const recovered = await json('recover', '--yes');
    expect([recovered.status, deployJson(recovered.stdout).outcome]).toEqual([0, 'rolledBack']);
    expect(await scene.production()).toEqual(before);
    expect([isLocked(scene), await scene.version()]).toEqual([false, '1']);

    await as('ana', { health: slow() });
    const cut = await cutOff();
    await as('ben');
    const [held] = (JSON.parse((await json('releases')).stdout) as { releases: { by: string }[] }).releases;
    const words = ['unlock', cut, '--holder', held?.by ?? '', '--reason', 'the host lost its power'];
    expect(await scene.driftline(words)).toMatchObject({ status: 0 });
    expect(isLocked(scene)).toBe(false);
    await goodRelease(scene.repository, '2b');
    await deployed('deploy');
  });

  it('make the state folder theirs where one of them had it alone, and let nobody else in', async () => {
    await permit('ana', 'ben');
    const alone = { user: people.of.ana.name, process: { restart: 'true' }, group: undefined };
    await as('ana', alone);
    const accepted = ['--accept', 'no-health', '--reason', 'only its files count here'];
    await configure(scene, { ...alone, health: undefined });
    await deployed('deploy', ...accepted);
    expect(lstatSync(state()).mode & 0o777).toBe(0o700);

    await as('ben');
    const [blocking] = deployJson((await deploy()).stdout).guards.filter((each) => each.blocks);
    expect(blocking?.message).toContain(`belongs to ${people.of.ana.name} alone`);
    await as('ana');
    await goodRelease(scene.repository, '2b');
    await deployed('deploy');
    await as('ben');
    await goodRelease(scene.repository, '2c');
    // What the other has deployed is in no commit that this one could know.
    await deployed('deploy', '--accept', 'hotfix-overwritten', '--reason', 'it is older than this');

    await as('cora');
    await goodRelease(scene.repository, '2d');
    const refused = deployJson((await deploy()).stdout);
    const said = refused.guards.map(({ message, remedy }) => `${message} ${remedy}`).join('\n');
    expect(refused.outcome).toBe('refused');
    expect(said).toContain(`${people.of.cora.name} is not in the group ${people.group}`);
    expect(said).toContain(`usermod -aG ${people.group} ${people.of.cora.name}`);
    const listed = await scene.driftline(['releases']);
    expect(listed.status).not.toBe(0);
    expect(listed.stderr).toContain('permission denied');
  });
});

/** The story's own code again, before another bad release. */
async function back(): Promise<string> {
  await takeBack(scene.repository);
  return scene.repository;
}

function slow(): Readonly<Record<string, unknown>> {
  const url = `http://127.0.0.1:${scene.target.port}/health`;
  return { probes: [{ name: 'health', url }], within: '30s', stableFor: '6s' };
}

/** As by a power cut: both processes of the release are gone, and its new version is live. */
async function cutOff(): Promise<string> {
  const before = releasesOnHost(scene);
  const client = scene.start(['deploy', '--yes']);
  const release = (): string => releasesOnHost(scene).find((id) => !before.includes(id)) ?? '';
  await until('the new version is watched', () => journalOf(scene, release()).some(({ type }) => type === 'probe'));
  const runners = processes().filter(({ command }) => command.includes(state('releases', release())));
  for (const { pid } of runners) end(pid, 'SIGKILL');
  await client.ended;
  expect(readFileSync(state('lock'), 'utf8')).toContain(release());
  return release();
}
