import { describe, expect, it } from 'vitest';
import type { LocalFile } from '../../../../server/core/drift/compare.ts';
import { DRIFT_KINDS } from '../../../../server/core/drift/drift.ts';
import type { DriftEntry, DriftKind } from '../../../../server/core/drift/drift.ts';
import { operationsOf } from '../../../../server/core/plan/operations.ts';
import type { OperationFacts } from '../../../../server/core/plan/operations.ts';
import type { InventoryEntry } from '../../../../server/core/tree/inventory.ts';

const id = (text: string) => ({ sha256: text.padEnd(64, '0'), blob: text.padEnd(40, '0') });
const entry = (path: string, kind: DriftKind): DriftEntry => ({ path, local: path, kind });
const here = (path: string, more: Partial<LocalFile> = {}): [string, LocalFile] => [
  path,
  { local: path, kind: 'file', content: id('aa'), mode: 0o100664, size: 7, ...more },
];
const there = (path: string, more: Partial<InventoryEntry> = {}): [string, InventoryEntry] => [
  path,
  { path, kind: 'file', size: 5, mtimeNs: '1', mode: 0o100640, uid: 1, gid: 1, content: id('bb'), ...more },
];
const facts = (drift: DriftEntry[], more: Partial<OperationFacts> = {}): OperationFacts => ({
  drift,
  here: new Map(drift.map(({ path }) => here(path))),
  there: new Map(drift.map(({ path }) => there(path))),
  wanted: () => true,
  deletes: new Set(),
  ...more,
});
const kinds = (list: ReturnType<typeof operationsOf>): string[] => list.map(({ kind, path }) => `${kind} ${path}`);

describe('operations', () => {
  it.each(
    DRIFT_KINDS.map((kind): [DriftKind, string[]] => {
      if (kind === 'localOnly') return [kind, ['create a.js']];
      return [kind, kind.startsWith('changed') ? ['replace a.js'] : []];
    }),
  )('of a file that is %s', (kind, wanted) => {
    expect(kinds(operationsOf(facts([entry('a.js', kind)])))).toEqual(wanted);
  });

  it('touch nothing that only production has, unless it was ticked', () => {
    const drift = [entry('a.js', 'productionOnly'), entry('b.js', 'productionOnly')];
    expect(operationsOf(facts(drift))).toEqual([]);
    const ticked = operationsOf(facts(drift, { deletes: new Set(['b.js']) }));
    expect(ticked).toEqual([
      { kind: 'delete', path: 'b.js', before: { sha256: id('bb').sha256, size: 5, mode: 0o640 } },
    ]);
  });

  it('touch nothing that was not asked for', () => {
    const drift = [entry('a.js', 'localOnly'), entry('b.js', 'changedHere')];
    expect(kinds(operationsOf(facts(drift, { wanted: (path) => path === 'b.js' })))).toEqual(['replace b.js']);
  });

  it('come with new files first and deletions last', () => {
    const drift = [entry('d.js', 'productionOnly'), entry('r.js', 'changedHere'), entry('c.js', 'localOnly')];
    const list = operationsOf(facts(drift, { deletes: new Set(['d.js']) }));
    expect(kinds(list)).toEqual(['create c.js', 'replace r.js', 'delete d.js']);
  });

  it('keep the mode of a replaced file, setuid and all, and give a new one what git would', () => {
    const drift = [entry('r', 'changedHere'), entry('c', 'localOnly'), entry('x', 'localOnly')];
    const list = operationsOf(
      facts(drift, {
        there: new Map([there('r', { mode: 0o104711 })]),
        here: new Map([here('r'), here('c', { mode: 0o100660 }), here('x', { mode: 0o100700 })]),
      }),
    );
    const modes = list.map((one) => (one.kind === 'delete' ? 0 : one.after.mode));
    expect(modes).toEqual([0o644, 0o755, 0o4711]);
  });

  it('are none for what could not be read on either side, and for links', () => {
    const drift = [entry('a', 'changedHere')];
    const unread: InventoryEntry = { path: 'a', kind: 'file', size: 5, mtimeNs: '1', mode: 0o100640, uid: 1, gid: 1 };
    expect(operationsOf(facts(drift, { there: new Map([['a', unread]]) }))).toEqual([]);
    expect(operationsOf(facts(drift, { here: new Map([here('a', { kind: 'symlink' })]) }))).toEqual([]);
    expect(operationsOf(facts(drift, { here: new Map() }))).toEqual([]);
    const ticked = facts([entry('a', 'productionOnly')], { there: new Map([['a', unread]]), deletes: new Set(['a']) });
    expect(operationsOf(ticked)).toEqual([]);
  });

  it('write the new spelling of a name whose old one was ticked', () => {
    const drift = [entry('Lib.js', 'caseOnly')];
    const more = { here: new Map([here('lib.js')]), deletes: new Set(['Lib.js']) };
    expect(kinds(operationsOf(facts(drift, more)))).toEqual(['create lib.js', 'delete Lib.js']);
    expect(operationsOf(facts(drift, { here: more.here }))).toEqual([]);
  });
});
