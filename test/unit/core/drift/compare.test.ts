import { describe, expect, it } from 'vitest';
import { compareTrees, NO_HISTORY } from '../../../../server/core/drift/compare.ts';
import type { History, LocalFile } from '../../../../server/core/drift/compare.ts';
import type { Inventory, InventoryEntry } from '../../../../server/core/tree/inventory.ts';
import type { DriftEntry } from '../../../../server/core/drift/drift.ts';
import { Selection } from '../../../../server/core/tree/selection.ts';
import type { ContentId } from '../../../../server/core/tree/tree.ts';

const everything = new Selection({ map: [{ local: '.', production: '.' }], include: [], exclude: [] });

function content(text: string): { sha256: string; blob: string } {
  return { sha256: `sha-${text}`, blob: `blob-${text}` };
}

function here(files: Record<string, string>): Map<string, LocalFile> {
  return new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      { local: path, kind: 'file', content: content(text), mode: 0o644, size: text.length },
    ]),
  );
}

function there(files: Record<string, string | Partial<InventoryEntry>>, rest: Partial<Inventory> = {}): Inventory {
  const entries = Object.entries(files).map(([path, file]): InventoryEntry => {
    const base = { path, kind: 'file' as const, size: 1, mtimeNs: '0', mode: 0o644, uid: 0, gid: 0 };
    return typeof file === 'string' ? { ...base, content: content(file) } : { ...base, ...file };
  });
  return {
    root: '/srv/app',
    realRoot: '/srv/app',
    rootIdentity: '1:2',
    takenAt: '2026-01-01T00:00:00.000Z',
    complete: true,
    platform: { by: 'node', node: 'v20.0.0', os: 'linux' },
    entries,
    unlisted: [],
    unreadable: [],
    ...rest,
  };
}

function kinds(
  local: Map<string, LocalFile>,
  production: Inventory,
  history: History = NO_HISTORY,
): Record<string, string> {
  return Object.fromEntries(
    compareTrees(local, production, everything, history).map((entry) => [entry.path, entry.kind]),
  );
}

describe('compareTrees', () => {
  it('tells same, local-only and production-only apart by content', () => {
    expect(kinds(here({ 'a.js': '1', 'b.js': '1' }), there({ 'a.js': '1', 'c.js': '1' }))).toEqual({
      'a.js': 'same',
      'b.js': 'localOnly',
      'c.js': 'productionOnly',
    });
  });

  it('never calls a file local-only below a folder that could not be read', () => {
    const production = there({}, { complete: false, unreadable: [{ path: 'secret', reason: 'permission denied' }] });
    expect(kinds(here({ 'secret/a.js': '1', 'secrets.js': '1' }), production)).toEqual({
      'secret/a.js': 'unreadable',
      'secrets.js': 'localOnly',
    });
  });

  it('calls a file that production could not hash unreadable', () => {
    expect(kinds(here({ 'a.js': '1' }), there({ 'a.js': { problem: 'changed while it was read' } }))).toEqual({
      'a.js': 'unreadable',
    });
  });

  it('calls a file that could not be read here unreadable, on production or not', () => {
    const local = new Map<string, LocalFile>(
      ['a.js', 'new.js'].map((path) => [
        path,
        { local: path, kind: 'file', mode: 0o644, size: 1, problem: 'it changed' },
      ]),
    );
    const entries = compareTrees(local, there({ 'a.js': '1' }), everything, NO_HISTORY);
    expect(entries).toMatchObject([
      { path: 'a.js', kind: 'unreadable', why: 'it changed' },
      { path: 'new.js', kind: 'unreadable', why: 'it changed' },
    ]);
  });

  it('says of a link that only the workspace has that it is not deployed', () => {
    const local = new Map<string, LocalFile>([
      ['a.js', { local: 'a.js', kind: 'symlink', leadsTo: 'b.js', mode: 0o777, size: 4 }],
      ['pipe', { local: 'pipe', kind: 'other', mode: 0o644, size: 0 }],
    ]);
    expect(compareTrees(local, there({}), everything, NO_HISTORY)).toMatchObject([
      { path: 'a.js', kind: 'localOnly', why: 'a link to b.js here: not deployed' },
      { path: 'pipe', kind: 'localOnly', why: 'no regular file here: not deployed' },
    ]);
  });

  it('pairs spellings that differ only in case', () => {
    expect(kinds(here({ 'Db.js': '1' }), there({ 'db.js': '1' }))).toEqual({ 'db.js': 'caseOnly' });
  });

  it('sees a file here that is a folder there, and a link there', () => {
    const production = there({ a: { kind: 'folder' }, 'b.js': { kind: 'symlink', leadsTo: 'c.js' } });
    expect(kinds(here({ a: '1', 'b.js': '1' }), production)).toEqual({ a: 'typeChanged', 'b.js': 'typeChanged' });
  });

  it('says what stands on either side where no operation turns one into the other', () => {
    const link = { local: 'b.js', kind: 'symlink', leadsTo: 'x.js', mode: 0o777, size: 4 } as const;
    const local = new Map<string, LocalFile>([...here({ a: '1', 'c.js/deep/index.js': '1' }), ['b.js', link]]);
    const production = there({ a: { kind: 'folder' }, 'b.js': '1', 'c.js': '1' });
    const why = compareTrees(local, production, everything, NO_HISTORY).map((entry) => [entry.path, entry.why]);
    expect(Object.fromEntries(why)).toMatchObject({
      a: 'a file here, a folder on production',
      'b.js': 'a link to x.js here, a file on production',
      'c.js': 'a folder here, a file on production',
    });
    expect(kinds(local, production)).toMatchObject({ 'c.js': 'typeChanged', 'c.js/deep/index.js': 'localOnly' });
  });

  it('leaves out what is not managed', () => {
    expect(kinds(here({}), there({ 'uploads/x.png': '1', 'error.log': '1', 'node_modules/a/index.js': '1' }))).toEqual(
      {},
    );
  });

  describe('says which side changed', () => {
    const pair = [here({ 'a.js': 'ours' }), there({ 'a.js': 'theirs' })] as const;
    const history = (over: Partial<History>): History => ({ ...NO_HISTORY, ...over });
    it.each<[string, History, string, boolean]>([
      ['the last release left production as it is', history({ baseline: () => 'sha-theirs' }), 'changedHere', false],
      [
        'the last release left what is here',
        history({ baseline: () => 'sha-ours', commitOf: () => 'none' }),
        'changedThere',
        true,
      ],
      [
        'both moved since the last release',
        history({ baseline: () => 'sha-old', commitOf: () => 'none' }),
        'changedBoth',
        true,
      ],
      [
        "production's content is an older commit's",
        history({ commitOf: () => ({ commit: '840d627' }) }),
        'changedHere',
        false,
      ],
      [
        'no commit has it and we did not move',
        history({ commitOf: () => 'none', base: () => 'blob-ours' }),
        'changedThere',
        true,
      ],
      [
        'no commit has it and we moved',
        history({ commitOf: () => 'none', base: () => 'blob-old' }),
        'changedBoth',
        true,
      ],
      ['nobody knows', NO_HISTORY, 'changedHere', false],
    ])('%s', (_, past, kind, hotfix) => {
      const [entry] = compareTrees(pair[0], pair[1], everything, past);
      expect(entry?.kind).toBe(kind);
      expect(entry?.hotfix === true).toBe(hotfix);
    });
  });

  describe('of texts with other line endings', () => {
    const unix = { sha256: 'sha-unix', blob: 'text' };
    const windows = { sha256: 'sha-windows', blob: 'windows', lf: 'text' };
    const edited = { sha256: 'sha-edited', blob: 'edited', lf: 'edited-text' };
    const onlyText: History = {
      baseline: () => undefined,
      base: () => 'text',
      commitOf: (blob) => (blob === 'text' ? { commit: '840d627' } : 'none'),
    };
    const local = (id: ContentId): Map<string, LocalFile> =>
      new Map([['a.js', { local: 'a.js', kind: 'file', content: id, mode: 0o644, size: 1 }]]);
    const compare = (id: ContentId, other: ContentId): DriftEntry | undefined =>
      compareTrees(local(id), there({ 'a.js': { content: other } }), everything, onlyText)[0];

    it.each([
      [unix, windows],
      [windows, unix],
    ])('says that nothing else differs, and calls it no hotfix', (id, other) => {
      const entry = compare(id, other);
      expect(entry).toMatchObject({ kind: 'changedHere', why: 'only line endings differ' });
      expect(entry).not.toHaveProperty('hotfix');
    });

    it('knows a file from Windows by the text that was committed', () => {
      expect(compare(edited, windows)).toMatchObject({ kind: 'changedHere', why: 'as in 840d627' });
    });

    it('calls what is in no commit with any line endings a hotfix, also seen from Windows', () => {
      expect(compare(windows, edited)).toMatchObject({ kind: 'changedThere', hotfix: true });
    });
  });

  it('says where a file that only production has is here, but not of empty ones', () => {
    const production = there({
      'old.js': { content: content('1'), size: 1 },
      'none.js': { content: content(''), size: 0 },
    });
    const entries = compareTrees(here({ 'new.js': '1', 'empty.js': '' }), production, everything, NO_HISTORY);
    const why = Object.fromEntries(entries.map((entry) => [entry.path, entry.why]));
    expect(why).toEqual({
      'old.js': 'here as new.js',
      'none.js': undefined,
      'new.js': undefined,
      'empty.js': undefined,
    });
  });
});
