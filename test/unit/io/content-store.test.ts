import { createHash } from 'node:crypto';
import { readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContentStore, fetchFiles } from '../../../server/io/content-store.ts';
import { FakeHost } from '../../support/fake-host.ts';
import { temporaryFolder } from '../../support/home.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('contents');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const BYTES = Buffer.from('module.exports = 1;\n');
const HASH = createHash('sha256').update(BYTES).digest('hex');

describe('ContentStore', () => {
  it('gives back what was put, by its hash, for this user only', async () => {
    const store = new ContentStore(path.join(folder, 'contents'));
    expect(await store.get(HASH)).toBeUndefined();
    expect(await store.put(BYTES)).toBe(HASH);
    expect(await store.put(BYTES)).toBe(HASH);
    expect(await new ContentStore(store.folder).get(HASH)).toEqual(BYTES);
    const kept = path.join(store.folder, HASH.slice(0, 2));
    expect(await readdir(kept)).toEqual([HASH]);
    expect((await stat(path.join(kept, HASH))).mode & 0o777).toBe(0o600);
    expect((await stat(store.folder)).mode & 0o777).toBe(0o700);
  });

  it('never gives out what was damaged or swapped', async () => {
    const store = new ContentStore(folder);
    await store.put(BYTES);
    const file = path.join(folder, HASH.slice(0, 2), HASH);
    await truncate(file, 3);
    expect(await store.get(HASH)).toBeUndefined();
    await writeFile(file, 'something else');
    expect(await store.get(HASH)).toBeUndefined();
    await store.put(BYTES);
    expect(await store.get(HASH)).toEqual(BYTES);
  });

  it('takes nothing for a hash that is none', async () => {
    const store = new ContentStore(folder);
    await expect(store.get('../../etc/passwd')).rejects.toThrow(RangeError);
    await expect(store.get(HASH.toUpperCase())).rejects.toThrow(RangeError);
  });
});

describe('fetchFiles', () => {
  const signal = new AbortController().signal;

  function sending(...parts: { part: unknown; body?: Uint8Array }[]): FakeHost {
    return new FakeHost({ read: () => ({ parts }) });
  }

  it('asks for nothing where nothing is wanted', async () => {
    const host = sending();
    expect(await fetchFiles(host, '/srv', [], signal)).toEqual([]);
    expect(host.asked).toEqual([]);
  });

  it('keeps the order asked, whatever order it comes in', async () => {
    const host = sending(
      { part: { path: 'b', mode: 0o644 }, body: BYTES },
      { part: { path: 'a', mode: 0o755 }, body: BYTES },
    );
    const fetched = await fetchFiles(host, '/srv', [{ path: 'a', sha256: HASH }, { path: 'b' }], signal);
    expect(fetched).toEqual([
      { path: 'a', bytes: Uint8Array.from(BYTES), mode: 0o755, sha256: HASH },
      { path: 'b', bytes: Uint8Array.from(BYTES), mode: 0o644, sha256: HASH },
    ]);
  });

  it('believes no hash that the host names', async () => {
    const host = sending({ part: { path: 'a', sha256: HASH, mode: 0o644 }, body: Buffer.from('evil') });
    expect(await fetchFiles(host, '/srv', [{ path: 'a', sha256: HASH }], signal)).toEqual([
      { path: 'a', problem: 'what arrived is not what was listed' },
    ]);
  });

  it('takes no file that it did not ask for, and misses none that it did', async () => {
    const host = sending({ part: { path: '../../.bashrc', mode: 0o644 }, body: BYTES });
    expect(await fetchFiles(host, '/srv', [{ path: 'a' }], signal)).toEqual([
      { path: 'a', problem: 'the host did not send it' },
    ]);
  });

  it.each([-1, 0o10000, 1.5, undefined])('takes no file with mode %s', async (mode) => {
    const host = sending({ part: { path: 'a', mode }, body: BYTES });
    expect(await fetchFiles(host, '/srv', [{ path: 'a' }], signal)).toEqual([
      { path: 'a', problem: 'the host sent no mode with it' },
    ]);
  });

  it('passes on why a file could not be read', async () => {
    const host = sending({ part: { path: 'a', problem: 'permission denied' } });
    expect(await fetchFiles(host, '/srv', [{ path: 'a' }], signal)).toEqual([
      { path: 'a', problem: 'permission denied' },
    ]);
  });
});
