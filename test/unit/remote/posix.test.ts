import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf, fieldsOf, hashScript, helloScript, listScript } from '../../../server/remote/posix.ts';
import { HostRefused } from '../../../server/remote/failures.ts';
import { posixInventory } from '../../../server/remote/posix-inventory.ts';
import { temporaryFolder } from '../../support/home.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('posix');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function printed(...fields: (string | Buffer)[]): Buffer {
  return Buffer.concat(fields.flatMap((field) => [Buffer.from(field), Buffer.from([0])]));
}

function runIn(shell: string, script: string): string[] | undefined {
  return fieldsOf(execFileSync(shell, ['-s'], { input: script }))?.map((field) => field.toString('utf8'));
}

describe('fieldsOf', () => {
  it('finds the fields between start and end, after whatever a shell prints', () => {
    const output = Buffer.concat([
      Buffer.from('welcome\n'),
      printed('driftline-start', 'a', '', 'b\n', 'driftline-end'),
    ]);
    expect(fieldsOf(output)?.map(String)).toEqual(['a', '', 'b\n']);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no start', printed('a', 'driftline-end')],
    ['no end', printed('driftline-start', 'a')],
    ['half an end', printed('driftline-start', 'a', 'driftline-end').subarray(0, -1)],
  ])('has none where there is %s', (_what, output) => {
    expect(fieldsOf(output)).toBeUndefined();
  });
});

describe('bytesOf', () => {
  it('reads what od prints', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_none, index) => index));
    expect(bytesOf(execFileSync('od', ['-An', '-v', '-tx1'], { input: bytes }))).toEqual(bytes);
    expect(bytesOf(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
  });
});

describe.each(['/bin/dash', '/bin/bash'])('the scripts in %s', (shell) => {
  it('say who is there', () => {
    const fields = runIn(shell, helloScript());
    expect(fields).toHaveLength(6);
    expect(fields?.[0]).toBe('Linux');
    expect(Number(fields?.[5])).toBeGreaterThan(1_700_000_000);
  });

  it('hash what is there, and say why not', async () => {
    await writeFile(path.join(folder, "it's"), 'x');
    const fields = runIn(shell, hashScript(folder, ["it's", '-none']));
    expect(fields).toEqual([
      "./it's",
      '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
      'c1b0730e0133447badcfd47fd144e254807b06e1',
      '',
      './-none',
      '',
      '',
      'it vanished while it was read',
    ]);
  });

  it('name the state of a root', async () => {
    await writeFile(path.join(folder, 'file'), '');
    expect(runIn(shell, listScript(path.join(folder, 'none'), ['x']))).toEqual(['absent']);
    expect(runIn(shell, listScript(path.join(folder, 'file'), ['x']))).toEqual(['notFolder']);
    const [state, real, identity] = runIn(shell, listScript(folder, ['x'])) ?? [];
    expect([state, real]).toEqual(['ok', folder]);
    expect(identity).toMatch(/^\d+:\d+$/);
  });
});

describe('posixInventory', () => {
  const ASK = {
    root: '/srv/voice',
    state: '/srv/voice/.driftline',
    rules: { map: [{ local: '.', production: '.' }], include: [], exclude: [] },
    limits: { unmanagedEntriesPerFolder: 2, hashBytesPerFile: 100, totalEntries: 100 },
  };
  const ID = ['a'.repeat(64), 'b'.repeat(40)];

  /** A host that prints this listing, and these four fields for each file that is hashed. */
  function host(lines: readonly string[], groups: readonly string[] = [], hashes: readonly string[] = []) {
    const listing = ['ok', '/srv/voice', '1:2', '1700000000', lines.map((line) => `${line}\n`).join(''), ...groups];
    const answers = [listing, hashes];
    return () => Promise.resolve((answers.shift() ?? []).map((field) => Buffer.from(field, 'latin1')));
  }

  it('reads both forms of stat', async () => {
    const lines = ['x41ed 4096 1700000001 0 0 ./src', 'o100755 3 1700000002 1000 1001 ./src/a b.js'];
    const { entries, takenAt, complete } = await posixInventory(
      ASK,
      'freebsd',
      host(lines, [], ['./src/a b.js', ...ID, '']),
    );
    expect(entries).toEqual([
      { path: 'src', kind: 'folder', size: 4096, mtimeNs: '1700000001000000000', mode: 0o755, uid: 0, gid: 0 },
      {
        path: 'src/a b.js',
        kind: 'file',
        size: 3,
        mtimeNs: '1700000002000000000',
        mode: 0o755,
        uid: 1000,
        gid: 1001,
        content: { sha256: ID[0], blob: ID[1] },
      },
    ]);
    expect(takenAt).toBe('2023-11-14T22:13:20.000Z');
    expect(complete).toBe(true);
  });

  it('is not complete where a managed file has no hash', async () => {
    const lines = ['x81a4 3 1 0 0 ./a.js', 'x81a4 101 1 0 0 ./large.js'];
    const run = host(lines, [], ['./a.js', '', '', 'permission denied']);
    const { entries, complete } = await posixInventory(ASK, 'linux', run);
    expect(entries.map(({ problem }) => problem)).toEqual(['permission denied', 'larger than 100 bytes']);
    expect(complete).toBe(false);
    const without = await posixInventory(ASK, 'linux', host(lines.slice(0, 1)));
    expect(without.entries[0]?.problem).toBe('the host has no program that hashes');
  });

  it('names what has no path, and is not complete then', async () => {
    const lines = ['x81a4 3 1 0 0 ./caf\xe9.js'];
    const run = host(lines, ['U', './closed', 'N', './a\nb']);
    const { entries, unreadable, complete } = await posixInventory(ASK, 'linux', run);
    expect(entries).toEqual([]);
    expect(unreadable.map(({ path: at }) => at)).toEqual(['caf\\xe9.js', 'closed', 'a\\x0ab']);
    expect(complete).toBe(false);
  });

  it('says where links lead', async () => {
    const names = ['inside', 'outside', 'dangling'];
    const groups = [
      'L',
      './inside',
      'a.js',
      '/srv/voice/a.js',
      'L',
      './outside',
      '/etc/x',
      '/etc/x',
      'L',
      './dangling',
      'no',
      '',
    ];
    const run = host(
      names.map((name) => `xa1ff 4 1 0 0 ./${name}`),
      groups,
    );
    const { entries } = await posixInventory(ASK, 'linux', run);
    expect(Object.fromEntries(entries.map((entry) => [entry.path, entry.link]))).toEqual({
      inside: 'inside',
      outside: 'outside',
      dangling: 'dangling',
    });
  });

  it.each([
    ['absent', /There is no folder/],
    ['notFolder', /is not a folder/],
    ['unreadable', /permission denied/],
    ['', /cannot be opened/],
  ])('refuses a root that is %j', async (state, sentence) => {
    const attempt = posixInventory(ASK, 'linux', () => Promise.resolve([Buffer.from(state)]));
    await expect(attempt).rejects.toThrow(HostRefused);
    await expect(posixInventory(ASK, 'linux', () => Promise.resolve([Buffer.from(state)]))).rejects.toThrow(sentence);
  });
});
