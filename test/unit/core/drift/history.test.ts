import { describe, expect, it } from 'vitest';
import { nearestCommit } from '../../../../server/core/drift/history.ts';
import type { CommitChange } from '../../../../server/core/drift/history.ts';

/** A history from snapshots, oldest first: what git would say of it, HEAD first. */
function historyOf(snapshots: readonly Record<string, string>[]): {
  head: { commit: string; files: Map<string, string> };
  commits: CommitChange[];
} {
  const commits = snapshots.map((files, index) => {
    const before = snapshots[index - 1] ?? {};
    const paths = new Set([...Object.keys(before), ...Object.keys(files)]);
    const changes = [...paths]
      .filter((path) => before[path] !== files[path])
      .map((path) => ({ path, before: before[path] ?? null, after: files[path] ?? null }));
    return { commit: `c${index}`, changes };
  });
  return {
    head: { commit: `c${snapshots.length - 1}`, files: new Map(Object.entries(snapshots.at(-1) ?? {})) },
    commits: commits.reverse(),
  };
}

describe('nearestCommit', () => {
  const snapshots = [
    { 'a.js': '1', 'b.js': '1' },
    { 'a.js': '2', 'b.js': '1', 'c.js': '1' },
    { 'a.js': '3', 'c.js': '2', 'd.js': '1' },
  ];

  it.each([0, 1, 2])('finds commit %i when production is exactly that', (index) => {
    const { head, commits } = historyOf(snapshots);
    const production = new Map(Object.entries(snapshots[index] ?? {}));
    const found = nearestCommit(head, commits, production);
    expect(found).toEqual({ commit: `c${index}`, differing: 0, files: production });
  });

  it('counts what nobody committed and what was changed by hand', () => {
    const { head, commits } = historyOf(snapshots);
    const production = new Map(Object.entries({ 'a.js': '2', 'b.js': 'hotfix', 'c.js': '1', 'extra.js': 'x' }));
    const found = nearestCommit(head, commits, production);
    expect(found.commit).toBe('c1');
    expect(found.differing).toBe(2);
    expect(Object.fromEntries(found.files)).toEqual(snapshots[1]);
  });

  it('takes the newest of equally near commits', () => {
    const { head, commits } = historyOf([{ 'a.js': '1' }, { 'a.js': '1', 'b.js': '1' }, { 'a.js': '1' }]);
    expect(nearestCommit(head, commits, new Map([['a.js', '1']])).commit).toBe('c2');
  });

  it('stays at HEAD where there is no history to walk', () => {
    const found = nearestCommit({ commit: 'c0', files: new Map() }, [], new Map([['a.js', '1']]));
    expect(found).toEqual({ commit: 'c0', differing: 1, files: new Map() });
  });
});
