import { describe, expect, it } from 'vitest';
import { workConcerns } from '../../../../../server/core/plan/guards/work.ts';
import type { WorkFacts } from '../../../../../server/core/plan/guards/work.ts';
import type { Operation } from '../../../../../server/core/plan/plan.ts';

const content = { sha256: 'a'.repeat(64), size: 1, mode: 0o644 };
const paths = ['a.js', 'b.js', 'c.js', 'd.js'];
const OPERATIONS: Operation[] = [
  ...paths.map((path): Operation => ({ kind: 'create', path, after: content })),
  { kind: 'delete', path: 'gone.js', before: content },
];
const say = (more: Partial<WorkFacts>) =>
  workConcerns({ uncommitted: new Set(), secrets: new Map(), own: [], ...more }, OPERATIONS);

describe('the guards of the work', () => {
  it('say nothing of work that is committed, built and without secrets', () => {
    expect(say({ own: [{ name: 'migrated', ok: true, message: 'no', saw: '' }] })).toEqual([]);
  });
  it('block each secret by its path', () => {
    expect(say({ secrets: new Map([['a.js', 'it holds a private key']]) })).toMatchObject([
      { guard: 'secret', severity: 'error', path: 'a.js', blocking: 'untilAccepted' },
    ]);
  });
  it('warn once of all uncommitted files, and not of deletions', () => {
    expect(say({ uncommitted: new Set(['gone.js']) })).toEqual([]);
    const [one] = say({ uncommitted: new Set(paths) });
    expect(one).toMatchObject({ guard: 'uncommitted', severity: 'warning', blocking: 'never' });
    expect(one?.message).toBe('4 planned files (a.js, b.js, c.js, …) differ from the last commit.');
    expect(say({ uncommitted: new Set(['b.js']) })[0]?.message).toBe('b.js differs from the last commit.');
  });
  it('block a build that is older than its source, and what the own checks say no to', () => {
    expect(say({ staleBuild: 'src/a.ts' })).toMatchObject([
      { guard: 'stale-build', blocking: 'untilAccepted', path: 'src/a.ts' },
    ]);
    const own = [{ name: 'migrated', ok: false, message: 'Migration 026 is missing.', saw: '025' }];
    expect(say({ own })).toMatchObject([
      { guard: 'migrated', severity: 'error', blocking: 'untilAccepted', message: 'Migration 026 is missing. (025)' },
    ]);
  });
});
