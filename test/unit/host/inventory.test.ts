import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InventoryEntry } from '../../../server/core/tree/inventory.ts';
import { HostFailure } from '../../../server/host/handlers.ts';
import { inventory } from '../../../server/host/inventory.ts';
import { ask, talk } from '../../support/handlers.ts';
import { temporaryFolder } from '../../support/home.ts';

let root: string;

beforeEach(async () => {
  root = await temporaryFolder('root');
});

afterEach(() => rm(root, { recursive: true, force: true }));

const RULES = { map: [{ local: '.', production: '.' }], include: [], exclude: [] };
const LIMITS = { unmanagedEntriesPerFolder: 3, hashBytesPerFile: 100, totalEntries: 1000 };

function put(at: string, text = ''): void {
  mkdirSync(path.dirname(path.join(root, at)), { recursive: true });
  writeFileSync(path.join(root, at), text);
}

async function take(more: Partial<Parameters<typeof inventory>[0]> = {}) {
  const { parts, end } = await ask(inventory, {
    root,
    state: `${root}/.driftline`,
    rules: RULES,
    limits: LIMITS,
    ...more,
  });
  const entries = new Map(parts.flatMap(({ part }) => part.entries).map((entry) => [entry.path, entry]));
  return { ...end, entries };
}

function paths(entries: ReadonlyMap<string, InventoryEntry>): string[] {
  return [...entries.keys()];
}

describe('inventory', () => {
  it('lists a folder before what it holds, and hashes what is managed', async () => {
    put('src/db/index.js', 'x');
    put('src/app.log', 'log');
    const { entries, complete } = await take();
    expect(paths(entries)).toEqual(['src', 'src/app.log', 'src/db', 'src/db/index.js']);
    expect(entries.get('src/db/index.js')?.content).toEqual({
      sha256: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',
      blob: 'c1b0730e0133447badcfd47fd144e254807b06e1',
    });
    expect(entries.get('src/app.log')).not.toHaveProperty('content');
    expect(complete).toBe(true);
  });

  it('comes in batches that lose nothing', async () => {
    for (let index = 0; index < 4500; index++) put(`many/${index}.txt`);
    const { parts } = await ask(inventory, {
      root,
      state: `${root}/.driftline`,
      rules: { ...RULES, include: ['*.js'] },
      limits: { ...LIMITS, totalEntries: 10_000 },
    });
    expect(parts.map(({ part }) => part.entries.length)).toEqual([2000, 2000, 501]);
  });

  it('stops when nobody wants to know any more', async () => {
    for (let index = 0; index < 4500; index++) put(`many/${index}.txt`);
    const conversation = talk<'inventory'>();
    conversation.onPart = () => (conversation.cancelled.now = true);
    const limits = { ...LIMITS, totalEntries: 10_000 };
    await expect(inventory({ root, state: '/elsewhere', rules: RULES, limits }, conversation)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(conversation.parts).toHaveLength(1);
  });

  it('leaves out by name, and says so', async () => {
    put('node_modules/express/index.js');
    put('src/node_modules/x/index.js');
    put('.git/HEAD');
    put('state/releases/1');
    const { entries, unlisted } = await take({ state: `${root}/state` });
    expect(paths(entries)).toEqual(['.git', 'node_modules', 'src', 'src/node_modules', 'state']);
    expect(unlisted.map(({ path: at }) => at)).toEqual(['.git', 'node_modules', 'src/node_modules', 'state']);
  });

  it('knows its own folder by the name that the root was given with', async () => {
    put('state/releases/1');
    const link = `${root}-link`;
    symlinkSync(root, link);
    try {
      expect(paths((await take({ root: link, state: `${link}/state` })).entries)).toEqual(['state']);
      expect(paths((await take({ root: link, state: `${root}/state` })).entries)).toEqual(['state']);
    } finally {
      await rm(link);
    }
  });

  it('counts what is not managed and large, and lists what is managed however large', async () => {
    for (let index = 0; index < 5; index++) {
      put(`uploads/${index}.jpg`);
      put(`src/${index}.js`);
    }
    const { entries, unlisted, complete } = await take();
    expect(unlisted).toEqual([{ path: 'uploads', reason: 'not managed, and large', count: 5 }]);
    expect(paths(entries).filter((at) => at.startsWith('src/'))).toHaveLength(5);
    expect(complete).toBe(true);
  });

  it('is not complete where a limit was met', async () => {
    put('src/large.js', 'x'.repeat(101));
    const large = await take();
    expect(large.entries.get('src/large.js')).toMatchObject({ problem: 'larger than 100 bytes' });
    expect(large.complete).toBe(false);
    for (let index = 0; index < 5; index++) put(`src/${index}.js`);
    const many = await take({ limits: { ...LIMITS, totalEntries: 4 } });
    expect(many.entries.size).toBe(4);
    expect(many.complete).toBe(false);
    expect(many.unreadable).toEqual([{ path: 'src', reason: 'more than 4 entries under the root' }]);
  });

  it('tells links that stay inside from those that lead out, nowhere or round', async () => {
    put('src/a.js');
    for (const [name, to] of [
      ['inside', 'a.js'],
      ['up', '..'],
      ['outside', '/etc/hostname'],
      ['dangling', 'none'],
      ['loop', 'loop'],
    ] as const) {
      symlinkSync(to, path.join(root, 'src', name));
    }
    const { entries } = await take();
    const links = ['inside', 'up', 'outside', 'dangling', 'loop'].map((name) => entries.get(`src/${name}`)?.link);
    expect(links).toEqual(['inside', 'inside', 'outside', 'dangling', 'loop']);
    expect(entries.get('src/outside')?.leadsTo).toBe('/etc/hostname');
  });

  it('is of the root that is there', async () => {
    await expect(take({ root: `${root}/none` })).rejects.toBeInstanceOf(HostFailure);
    put('file');
    await expect(take({ root: `${root}/file` })).rejects.toMatchObject({ code: 'no-root' });
    const { realRoot, rootIdentity } = await take({ root: `${root}/.` });
    expect(realRoot).toBe(root);
    expect(rootIdentity).toMatch(/^\d+:\d+$/);
    expect(readFileSync(path.join(root, 'file'), 'utf8')).toBe('');
  });
});
