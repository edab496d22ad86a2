import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InventoryEntry } from '../../../../server/core/tree/inventory.ts';
import { OverlayTree } from '../../../../server/core/tree/overlay.ts';
import { factsOf } from '../../../../server/core/tree/production.ts';
import { SnapshotTree } from '../../../../server/core/tree/snapshot.ts';
import type { Need, Tree } from '../../../../server/core/tree/tree.ts';
import { View } from '../../../../server/core/tree/view.ts';
import { DiskSource } from '../../../../server/io/disk.ts';
import { ModuleStore } from '../../../../server/io/modules.ts';
import { MemoryTree } from '../../../support/trees.ts';

/** Below the root, which every maker puts where it can. */
const FILES: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "app" }',
  'src/a.js': "require('./b')",
  'src/deep/b.js': '',
  link: '-> src/deep',
  'link.js': '-> src/a.js',
  loop: '-> loop',
  gone: '-> nowhere',
  climbing: '-> link/../a.js',
};

const MAKERS: readonly (readonly [name: string, make: (root: string) => Promise<Tree>])[] = [
  ['memory', (root) => Promise.resolve(new MemoryTree(filesBelow(root)))],
  ['disk', ofDisk],
  ['inventory', ofInventory],
  ['nothing laid over it', async (root) => new OverlayTree(await ofDisk(root), new Map())],
];

describe.each(MAKERS)('a tree out of %s', (_, make) => {
  let root: string;
  let tree: Tree;
  let view: View;

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), 'driftline-tree-')));
    for (const [name, text] of Object.entries(FILES)) {
      const file = path.join(root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      if (text.startsWith('-> ')) symlinkSync(text.slice(3), file);
      else writeFileSync(file, text);
    }
    tree = await make(root);
    view = new View(tree);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each([
    ['src/a.js', { state: 'known', value: { kind: 'file' } }],
    ['src', { state: 'known', value: { kind: 'folder' } }],
    ['link', { state: 'known', value: { kind: 'symlink', leadsTo: 'src/deep' } }],
    ['loop', { state: 'known', value: { kind: 'symlink', leadsTo: 'loop' } }],
    ['none', { state: 'absent' }],
    ['SRC', { state: 'absent' }],
    ['src/A.js', { state: 'absent' }],
  ])('says of an entry what it is, never what it leads to: %s', (name, expected) => {
    expect(tree.entry(path.join(root, name))).toEqual(expected);
  });

  it.each([
    ['src/a.js', 'src/a.js'],
    ['link', 'src/deep'],
    ['link/b.js', 'src/deep/b.js'],
    ['link.js', 'src/a.js'],
    ['climbing', 'src/a.js'],
    ['loop', undefined],
    ['gone', undefined],
    ['none/x', undefined],
    ['src/a.js/x', undefined],
  ])('is walked through its links: %s', (name, expected) => {
    const found = view.locate(path.join(root, name));
    expect(found.state === 'known' ? path.relative(root, found.value.path) : undefined).toBe(expected);
    expect(found.state).toBe(expected === undefined ? 'absent' : 'known');
  });

  it('lists exactly what is there', () => {
    const found = tree.list(path.join(root, 'src'));
    expect(found.state === 'known' && [...found.value].sort()).toEqual([
      ['a.js', 'file'],
      ['deep', 'folder'],
    ]);
    expect(tree.list(path.join(root, 'none'))).toEqual({ state: 'absent' });
    expect(tree.list(path.join(root, 'src/a.js'))).toEqual({ state: 'absent' });
  });

  it('knows nothing of the text of what is absent, or is a folder', () => {
    expect(tree.text(path.join(root, 'none'))).toEqual({ state: 'absent' });
    expect(tree.module(path.join(root, 'src'))).toEqual({ state: 'absent' });
  });
});

function filesBelow(root: string): Record<string, string> {
  return Object.fromEntries(Object.entries(FILES).map(([name, text]) => [path.join(root, name), text]));
}

/** What a driver would have fetched, all at once. */
async function ofDisk(root: string): Promise<Tree> {
  const needs: Need[] = [...foldersUp(root), root, path.join(root, 'src'), path.join(root, 'src/deep')].map((at) => ({
    ask: 'list',
    path: at,
  }));
  for (const [name, text] of Object.entries(FILES))
    if (text.startsWith('-> ')) needs.push({ ask: 'entry', path: path.join(root, name) });
  const source = new DiskSource(new ModuleStore());
  return new SnapshotTree(await source.answer(needs, new AbortController().signal));
}

function foldersUp(root: string): string[] {
  const folders: string[] = [];
  for (let at = path.dirname(root); at !== '/'; at = path.dirname(at)) folders.push(at);
  return [...folders, '/'];
}

function ofInventory(root: string): Promise<Tree> {
  const entry = (at: string, rest: Partial<InventoryEntry>): InventoryEntry => ({
    ...{ path: at, kind: 'file', size: 1, mtimeNs: '0', mode: 0o644, uid: 0, gid: 0 },
    ...rest,
  });
  const entries = Object.entries(FILES).map(([name, text]) =>
    text.startsWith('-> ') ? entry(name, { kind: 'symlink', leadsTo: text.slice(3) }) : entry(name, {}),
  );
  const folders = ['src', 'src/deep'].map((name) => entry(name, { kind: 'folder' }));
  return Promise.resolve(
    new SnapshotTree(
      factsOf({
        ...{ root, realRoot: root, rootIdentity: '1:2', takenAt: '', complete: true, unlisted: [], unreadable: [] },
        platform: { by: 'node', node: 'v20.19.0', os: 'linux' },
        entries: [...folders, ...entries],
      }),
    ),
  );
}
