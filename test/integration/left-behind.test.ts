import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isLocked, journalOf, releasesOnHost, startReadyScene } from '../story/ready.ts';
import { deployJson } from '../story/reports.ts';
import type { Scene } from '../story/scene.ts';
import { badRelease, goodRelease, LEFT_ALONE, PRODUCTION_ONLY, takeBack } from '../story/voice-api.ts';
import { end, processes, until } from '../support/processes.ts';

let scene: Scene;
afterEach(() => scene.stop());

const live = (file: string): string => path.join(scene.root, file);
const deploy = (...words: string[]) => scene.driftline(['deploy', '--yes', ...words]);
const outcomeOf = async (...words: string[]): Promise<string> =>
  deployJson((await scene.driftline([...words, '--yes', '--format', 'json'])).stdout).outcome;

describe('deploy --delete', () => {
  it('deletes what only production has and was named, which an undo and a rollback bring back', async () => {
    scene = await startReadyScene();
    const [gone, ...others] = [...LEFT_ALONE].sort((a) => (a === 'src/scripts/nightly-report.js' ? -1 : 1));
    if (gone === undefined) throw new Error('The story leaves nothing alone any more.');
    const plan = await scene.driftline(['plan', '--delete', gone]);
    expect(plan.stdout).toMatch(
      new RegExp(`Deleted \\(1\\)\\n +${gone}\\n[^]*Next: driftline deploy --delete ${gone}`),
    );

    await badRelease(scene.repository);
    expect(await outcomeOf('deploy', '--delete', gone)).toBe('rolledBack');
    expect(readFileSync(live(gone), 'utf8')).toBe(PRODUCTION_ONLY[gone]);

    await takeBack(scene.repository);
    expect(await outcomeOf('deploy', '--delete', gone)).toBe('deployed');
    expect(existsSync(live(gone))).toBe(false);
    expect(others.filter((file) => !existsSync(live(file)))).toEqual([]);
    expect(await scene.version()).toBe('2');

    expect(await outcomeOf('rollback')).toBe('deployed');
    expect(readFileSync(live(gone), 'utf8')).toBe(PRODUCTION_ONLY[gone]);
  });

  it('deletes nothing that is not there, that is here too, or that code needs', async () => {
    scene = await startReadyScene();
    const before = await scene.production();
    const none = await deploy('--delete', 'src/none.js');
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('no managed file src/none.js')]);
    const here = await deploy('--delete', 'src/lib/log.js');
    expect([here.status, here.stderr]).toEqual([2, expect.stringContaining('src/lib/log.js is in the workspace too')]);
    writeFileSync(
      path.join(scene.repository, 'api/src/extra.js'),
      "module.exports = require('./scripts/nightly-report');\n",
    );
    const needed = await deploy('--delete', 'src/scripts/nightly-report.js');
    expect([needed.status, needed.stdout]).toEqual([1, expect.stringContaining('extra.js:1:27')]);
    expect(await scene.production()).toEqual(before);
  });
});

describe('a release that was cut off', () => {
  /** As by a power cut: both its processes are gone. */
  async function cutOff(): Promise<string> {
    const client = scene.start(['deploy', '--yes']);
    const release = (): string => releasesOnHost(scene)[0] ?? '';
    await until('the new version is watched', () => journalOf(scene, release()).some(({ type }) => type === 'probe'));
    for (const { pid, command } of processes()) if (command.includes(release())) end(pid, 'SIGKILL');
    const { status, stdout } = await client.ended;
    expect([status, stdout]).toEqual([5, expect.stringContaining('Next: driftline recover')]);
    return release();
  }

  it('stands in the way until it is recovered, and every verb says so', async () => {
    scene = await startReadyScene();
    const before = await scene.production();
    await cutOff();
    for (const words of [['deploy', '--yes'], ['plan'], ['rollback', '--yes'], ['releases']]) {
      const { stdout, stderr } = await scene.driftline(words);
      expect(stdout + stderr, words.join(' ')).toContain('driftline recover');
    }
    const recovered = await scene.driftline(['recover', '--yes']);
    expect([recovered.status, recovered.stdout]).toEqual([0, expect.stringContaining('Recovered: the old version')]);
    expect([isLocked(scene), await scene.version(), await scene.production()]).toEqual([false, '1', before]);
    expect((await scene.driftline(['recover', '--yes'])).stdout).toContain('Nothing to do.');
    expect(await outcomeOf('deploy')).toBe('deployed');
  });

  it('on another machine is unlocked only by who names its holder, with the command that the refusal prints', async () => {
    scene = await startReadyScene();
    const release = await cutOff();
    // The root is shared, and the container that deployed is gone: what this host sees is a lock of a machine that it does not know.
    const file = live('.driftline/lock');
    const lock = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
    writeFileSync(file, JSON.stringify({ ...lock, machine: 'f00d', host: 'web-2' }));
    const by = String(lock['by']);
    const [refused, recover] = [await deploy(), await scene.driftline(['recover', '--yes'])];
    const command = `driftline unlock ${release} --holder ${by} --reason`;
    expect([refused.status, refused.stdout]).toEqual([1, expect.stringContaining(`Next: ${command}`)]);
    expect(refused.stdout).toContain("from web-2; whether it still runs can't be told from here");
    expect([recover.status, recover.stderr]).toEqual([1, expect.stringContaining(command)]);

    const unlock = (holder: string) =>
      scene.driftline(['unlock', release, '--holder', holder, '--reason', 'web-2 was taken down']);
    expect((await unlock('jo@desk')).status).toBe(1);
    expect(isLocked(scene)).toBe(true);
    expect((await unlock(by)).status).toBe(0);
    expect(isLocked(scene)).toBe(false);
    const listed = await scene.driftline(['releases']);
    expect(listed.stdout).toContain('web-2 was taken down');
    expect(listed.stdout).not.toContain('driftline recover');
    await goodRelease(scene.repository, '2b');
    const accepted = ['--accept', 'hotfix-overwritten', '--reason', 'it came from here'];
    expect(await outcomeOf('deploy', ...accepted)).toBe('deployed');
    expect(await scene.version()).toBe('2b');
  });
});
