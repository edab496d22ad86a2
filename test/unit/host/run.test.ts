import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run, runCommand } from '../../../server/host/run.ts';
import { talk } from '../../support/handlers.ts';
import { temporaryFolder } from '../../support/home.ts';
import { descendants, end, isAlive, until } from '../../support/processes.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('run');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('runCommand', () => {
  it('gives status and output, in the folder and environment that it was told', async () => {
    const result = await runCommand('pwd; echo "$WHO"; echo oops >&2; exit 3', folder, 10_000, {
      PATH: '/usr/bin:/bin',
      WHO: 'me',
    });
    expect(result).toEqual({ status: 3, stdout: `${folder}\nme\n`, stderr: 'oops\n', timedOut: false });
  });

  it('gives a command no input to wait for', async () => {
    expect(await runCommand('cat; echo done', folder, 10_000)).toMatchObject({ status: 0, stdout: 'done\n' });
  });

  it('keeps the end of what is too long', async () => {
    const { stdout } = await runCommand('yes 0123456789 | head -c 1000000; echo the end', folder, 10_000);
    expect(stdout.length).toBe(64 * 1024);
    expect(stdout.endsWith('the end\n')).toBe(true);
  });

  it('ends the whole group when its time is up', async () => {
    const result = await runCommand('sleep 1002 & echo $!; sleep 1003', folder, 300);
    expect(result).toMatchObject({ status: null, timedOut: true });
    const pid = Number(result.stdout);
    await until('its child is gone', () => !isAlive(pid));
  });

  it('does not wait for what a command leaves running with its output open', async () => {
    const result = await runCommand('sleep 1004 & echo $!', folder, 60_000);
    const pid = Number(result.stdout);
    try {
      expect(result).toMatchObject({ status: 0, timedOut: false });
      expect(isAlive(pid)).toBe(true);
    } finally {
      end(pid, 'SIGKILL');
    }
  });

  it('cannot start where there is no such folder', async () => {
    const result = await runCommand('true', `${folder}/none`, 10_000);
    expect(result).toMatchObject({ status: 127, stderr: expect.stringContaining('ENOENT') as string });
  });
});

describe('run', () => {
  it('ends its command when nobody wants to know any more', async () => {
    const conversation = talk<'run'>();
    const running = run({ command: 'sleep 1005', cwd: folder, timeoutMs: 1_000_000 }, conversation);
    const asleep = (): boolean => descendants(process.pid).some(({ command }) => command === 'sleep 1005');
    await until('it runs', asleep);
    conversation.cancelled.now = true;
    expect(await running).toMatchObject({ status: null, timedOut: false });
    await until('it is gone', () => !asleep());
  });
});
