import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../../server/core/tree/inventory.ts';
import { DEFAULT_LIMITS, InventoryRefused, takeInventory } from '../../../server/io/inventory.ts';
import { FakeHost } from '../../support/fake-host.ts';

const RULES = { map: [{ local: '.', production: '.' }], include: [], exclude: [] };
const END = {
  root: '/srv/voice',
  realRoot: '/srv/voice',
  rootIdentity: '1:2',
  takenAt: '2026-01-02T03:04:05.678Z',
  complete: true,
  platform: { by: 'node', node: 'v20.0.0', os: 'linux' },
  unlisted: [],
  unreadable: [],
};

function entry(path: string, more: object = {}): object {
  return { path, kind: 'file', size: 1, mtimeNs: '1', mode: 0o644, uid: 0, gid: 0, ...more };
}

function take(
  batches: readonly unknown[],
  end: unknown = END,
  options: Parameters<typeof takeInventory>[2] = {},
): Promise<Inventory> {
  const host = new FakeHost({ inventory: () => ({ parts: batches.map((part) => ({ part })), end }) });
  return takeInventory(host, { root: '/srv/voice', state: '/srv/voice/.driftline', rules: RULES }, options);
}

describe('takeInventory', () => {
  it('puts batches together, and tells how far it is', async () => {
    const progress: number[] = [];
    const inventory = await take(
      [{ entries: [entry('src', { kind: 'folder' })] }, { entries: [entry('src/a.js'), entry('b.js')] }],
      END,
      { onProgress: (entries) => progress.push(entries) },
    );
    expect(inventory.entries.map(({ path }) => path)).toEqual(['src', 'src/a.js', 'b.js']);
    expect(inventory.complete).toBe(true);
    expect(progress).toEqual([1, 3]);
  });

  it('keeps only the fields of an entry', async () => {
    const { entries } = await take([{ entries: [entry('a.js', { __proto__: { x: 1 }, evil: true, problem: 'odd' })] }]);
    expect(entries).toEqual([entry('a.js', { problem: 'odd' })]);
  });

  it.each([
    ['/etc/passwd', 'not a path below the root'],
    ['../other', 'not a path below the root'],
    ['src/../../x', 'not a path below the root'],
    ['./a.js', 'not a path below the root'],
    ['src//a.js', 'not a path below the root'],
    ['src/', 'not a path below the root'],
    ['', 'not a path below the root'],
    ['a\0b', 'not a path below the root'],
    ['twice.js', 'listed twice'],
    ['lib/a.js', 'its folder was not listed'],
    ['twice.js/a.js', 'its folder was not listed'],
  ])('makes no entry of %j, and is not complete then', async (path, reason) => {
    const inventory = await take([{ entries: [entry('src', { kind: 'folder' }), entry('twice.js'), entry(path)] }]);
    expect(inventory.entries.map((each) => each.path)).toEqual(['src', 'twice.js']);
    expect(inventory.unreadable).toEqual([{ path, reason }]);
    expect(inventory.complete).toBe(false);
  });

  it.each([
    ['no entries', { files: [] }],
    ['no object', null],
    ['an entry of an unknown kind', { entries: [entry('a', { kind: 'door' })] }],
    ['an entry of a negative size', { entries: [entry('a', { size: -1 })] }],
    ['an entry with half a hash', { entries: [entry('a', { content: { sha256: 'a'.repeat(64) } })] }],
    ['an entry that is a string', { entries: ['a'] }],
  ])('refuses a part that is %s', async (_what, part) => {
    await expect(take([part])).rejects.toThrow(InventoryRefused);
  });

  it.each([
    ['nothing', {}],
    ['a root that is no path', { ...END, realRoot: 'srv/../voice' }],
    ['a time that is none', { ...END, takenAt: 'now' }],
    ['a platform that is none', { ...END, platform: { by: 'magic', os: 'linux' } }],
    ['a list that is none', { ...END, unreadable: [{ path: 1 }] }],
  ])('refuses an end that has %s', async (_what, end) => {
    await expect(take([], end)).rejects.toThrow(InventoryRefused);
  });

  it('refuses more entries than were asked for, and more refused ones than anybody reads', async () => {
    const many = Array.from({ length: 4 }, (_none, index) => entry(`${index}.js`));
    await expect(take([{ entries: many }], END, { limits: { ...DEFAULT_LIMITS, totalEntries: 3 } })).rejects.toThrow(
      'more than',
    );
    const odd = Array.from({ length: 1001 }, (_none, index) => entry(`../${index}`));
    await expect(take([{ entries: odd }])).rejects.toThrow('more than 1000 of its paths');
  });
});
