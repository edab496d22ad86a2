import { describe, expect, it } from 'vitest';
import type { DriftEntry } from '../../../../../server/core/drift/drift.ts';
import { nameConcerns } from '../../../../../server/core/plan/guards/names.ts';
import type { Operation } from '../../../../../server/core/plan/plan.ts';
import type { Inventory, InventoryEntry } from '../../../../../server/core/tree/inventory.ts';

const content = { sha256: 'a'.repeat(64), size: 1, mode: 0o644 };
const create = (path: string): Operation => ({ kind: 'create', path, after: content });
const entry = (
  path: string,
  kind: InventoryEntry['kind'] = 'file',
  more: Partial<InventoryEntry> = {},
): InventoryEntry => ({
  path,
  kind,
  size: 1,
  mtimeNs: '1',
  mode: 0o644,
  uid: 0,
  gid: 0,
  ...more,
});
const inventory = (entries: InventoryEntry[], more: Partial<Inventory> = {}): Inventory => ({
  root: '/srv',
  realRoot: '/srv',
  rootIdentity: '1:1',
  takenAt: '',
  complete: true,
  platform: { by: 'node', os: 'linux' },
  entries,
  unlisted: [],
  unreadable: [],
  ...more,
});
const drift = (kind: DriftEntry['kind'], more: Partial<DriftEntry> = {}): DriftEntry => ({
  path: 'a',
  local: 'a',
  kind,
  ...more,
});
const say = (operations: Operation[], wanted: DriftEntry[], there: Inventory) =>
  nameConcerns(operations, wanted, there).map(({ guard, blocking, path }) => `${guard} ${blocking} ${path ?? ''}`);

describe('the guard of names', () => {
  it('says of a file whose name is no text that it stays here', () => {
    expect(nameConcerns([], [], inventory([]), ['views/h\\xe9.html'])).toMatchObject([
      { guard: 'not-a-file', blocking: 'never', path: 'views/h\\xe9.html' },
    ]);
  });

  it('says nothing of files that go where there is room for them', () => {
    expect(
      say(
        [create('lib/a.js')],
        [drift('changedHere', { here: { sha256: 'a', blob: 'b' } })],
        inventory([entry('lib', 'folder')]),
      ),
    ).toEqual([]);
  });

  it.each<[DriftEntry, string[]]>([
    [drift('typeChanged'), ['type-changed always a']],
    [drift('unreadable'), ['unreadable always a']],
    [drift('caseOnly'), ['case-changed never a']],
    [drift('localOnly'), ['not-a-file never a']],
    [drift('localOnly', { here: { sha256: 'a', blob: 'b' } }), []],
    [drift('productionOnly'), []],
    [drift('changedBoth'), []],
  ])('of %j', (one, said) => expect(say([], [one], inventory([]))).toEqual(said));

  it.each<[string, InventoryEntry]>([
    ['a file', entry('lib')],
    ['a link', entry('lib', 'symlink', { leadsTo: '/elsewhere' })],
    ['a device', entry('lib', 'other')],
  ])('blocks where %s is on the way', (_, one) => {
    expect(say([create('lib/deep/a.js')], [], inventory([one]))).toEqual(['type-changed always lib/deep/a.js']);
  });

  it('says of what differs in kind itself, and not again of all that lies below', () => {
    const apart = { ...drift('typeChanged', { why: 'a folder here, a link to /x on production' }), path: 'lib' };
    const there = inventory([entry('lib', 'symlink', { leadsTo: '/x' })]);
    expect(say([create('lib/a.js'), create('lib/b.js')], [apart], there)).toEqual(['type-changed always lib']);
  });

  it('blocks where production could not be looked at', () => {
    const blind = inventory([], { unreadable: [{ path: 'lib', reason: 'permission denied' }] });
    expect(say([create('lib/a.js'), create('library.js')], [], blind)).toEqual(['unreadable always lib/a.js']);
    const unlisted = inventory([], { unlisted: [{ path: 'uploads', reason: 'too many' }] });
    expect(say([create('uploads/a.js')], [], unlisted)).toEqual(['unreadable always uploads/a.js']);
    expect(say([create('a.js')], [], inventory([], { unreadable: [{ path: '.', reason: '' }] }))).toHaveLength(1);
  });

  it('blocks a second spelling of a name, unless the first one goes', () => {
    const there = inventory([entry('Lib.js')]);
    expect(say([create('lib.js')], [], there)).toEqual(['case-changed untilAccepted lib.js']);
    expect(say([create('lib.js'), { kind: 'delete', path: 'Lib.js', before: content }], [], there)).toEqual([]);
    expect(say([create('other.js')], [], there)).toEqual([]);
  });
});
