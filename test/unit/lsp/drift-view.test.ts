import { describe, expect, it } from 'vitest';
import type { DriftEntry } from '../../../server/core/drift/drift.ts';
import { driftItem, driftView } from '../../../server/lsp/drift-view.ts';

const uriOf = (local: string): string => `file:///w/${local}`;

function entry(path: string, kind: DriftEntry['kind'], more: Partial<DriftEntry> = {}): DriftEntry {
  return { path, local: `api/${path}`, kind, ...more };
}

describe('the drift view', () => {
  it('has what only production has first, what code needs before the rest, and what a deploy is for last', () => {
    const view = driftView(
      [
        entry('new.js', 'localOnly'),
        entry('odd.js', 'unreadable'),
        entry('there.js', 'changedThere'),
        entry('both.js', 'changedBoth'),
        entry('fixed.js', 'changedThere', { hotfix: true }),
        entry('extra.js', 'productionOnly'),
        entry('db.js', 'productionOnly', { neededBy: [{ file: 'api/index.js', line: 3 }] }),
      ],
      uriOf,
    );
    expect(view.groups.map((group) => [group.id, group.items.map((item) => item.path)])).toEqual([
      ['needed', ['db.js']],
      ['productionOnly', ['extra.js']],
      ['hotfix', ['fixed.js']],
      ['conflict', ['both.js']],
      ['changedThere', ['there.js']],
      ['unreadable', ['odd.js']],
      ['toDeploy', ['new.js']],
    ]);
  });

  it('leaves out what is the same, and groups without entries', () => {
    expect(driftView([entry('a.js', 'same')], uriOf)).toEqual({ groups: [] });
  });

  it('counts a hotfix as one although this side changed too', () => {
    const { groups } = driftView([entry('a.js', 'changedHere', { hotfix: true })], uriOf);
    expect(groups.map((group) => group.id)).toEqual(['hotfix']);
  });

  it.each(['caseOnly', 'typeChanged'] as const)(
    'calls %s another kind, which nobody has changed on both sides',
    (kind) => {
      expect(driftView([entry('a.js', kind)], uriOf).groups[0]?.id).toBe('otherKind');
    },
  );

  it('says on which side a file lies, and who imports it', () => {
    const needed = entry('db.js', 'productionOnly', {
      neededBy: [
        { file: 'api/index.js', line: 3 },
        { file: 'api/a.js', line: 1 },
        { file: 'api/b.js', line: 1 },
      ],
    });
    expect(driftItem(needed, uriOf)).toEqual({
      path: 'db.js',
      uri: 'file:///w/api/db.js',
      kind: 'productionOnly',
      here: false,
      there: true,
      why: 'imported by api/index.js and 2 more',
    });
    const perhaps = entry('mail.js', 'productionOnly', { perhapsNeededBy: [{ file: 'api/load.js', line: 3 }] });
    expect(driftItem(perhaps, uriOf).why).toBe('perhaps imported by api/load.js');
    expect(driftItem(entry('new.js', 'localOnly'), uriOf)).toMatchObject({ here: true, there: false, why: 'new' });
    const link = 'a link to b.js here: not deployed';
    expect(driftItem(entry('a.js', 'localOnly', { why: link }), uriOf).why).toBe(link);
    expect(driftItem(entry('a.js', 'changedHere', { why: 'as in 1a2b3c4' }), uriOf)).toMatchObject({
      here: true,
      there: true,
      why: 'changed here, production has it as in 1a2b3c4',
    });
    const kind = 'a file here, a folder on production';
    expect(driftItem(entry('a.js', 'typeChanged', { why: kind }), uriOf).why).toBe(kind);
  });
});
