import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../server/core/tree/inventory.ts';
import { loadInventory, saveInventory } from '../../../server/io/inventory-store.ts';
import { temporaryFolder } from '../../support/home.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('inventory');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const SHAPE = { mtimeNs: '1700000000123456789', mode: 0o644, uid: 0, gid: 0 };
const INVENTORY: Inventory = {
  root: '/srv/voice',
  realRoot: '/srv/releases/voice',
  rootIdentity: '2049:131',
  takenAt: '2026-01-02T03:04:05.678Z',
  complete: false,
  platform: { by: 'node', node: 'v20.1.0', os: 'linux' },
  entries: [
    { path: 'src', kind: 'folder', size: 4096, ...SHAPE },
    { path: 'src/a.js', kind: 'file', size: 1, ...SHAPE, content: { sha256: 'a'.repeat(64), blob: 'b'.repeat(40) } },
    { path: 'src/link', kind: 'symlink', size: 4, ...SHAPE, leadsTo: 'a.js', link: 'inside' },
    { path: 'src/line\nbreak', kind: 'file', size: 1, ...SHAPE, problem: 'permission denied' },
  ],
  unlisted: [{ path: 'uploads', reason: 'not managed, and large', count: 5000 }],
  unreadable: [{ path: 'closed', reason: 'permission denied' }],
};

describe('the inventory that is kept', () => {
  it('comes back as it was, and is for this user only', async () => {
    expect(await loadInventory(folder)).toBeUndefined();
    await saveInventory(folder, INVENTORY);
    expect(await loadInventory(folder)).toEqual(INVENTORY);
    expect((await stat(path.join(folder, 'inventory.json'))).mode & 0o777).toBe(0o600);
  });

  async function changed(change: (text: string) => string): Promise<Inventory | undefined> {
    await saveInventory(folder, INVENTORY);
    const file = path.join(folder, 'inventory.json');
    const before = await readFile(file, 'utf8');
    const after = change(before);
    expect(after).not.toBe(before);
    await writeFile(file, after);
    return loadInventory(folder);
  }

  it.each([
    ['is cut short', (text: string) => text.slice(0, -20)],
    ['is empty', () => ''],
    ['is no object', () => '[]'],
    ['is of another format', (text: string) => text.replace('"format":1', '"format":2')],
    ['has an entry that climbs', (text: string) => text.replace('"src/link"', '"src/../../link"')],
    ['has an entry twice', (text: string) => text.replace('"src/link"', '"src/a.js"')],
    ['has an entry without its folder', (text: string) => text.replace('"path":"src",', '"path":"lib",')],
    ['has a damaged hash', (text: string) => text.replace('aaaa', 'AAAA')],
    ['has a damaged time', (text: string) => text.replace('2026-01-02T', 'yesterday ')],
  ])('is forgotten when it %s', async (_what, change) => {
    expect(await changed(change)).toBeUndefined();
  });

  it('comes back without what nobody knows', async () => {
    expect(await changed((text) => text.replace('"complete"', '"extra":{"deep":1},"complete"'))).toEqual(INVENTORY);
  });
});
