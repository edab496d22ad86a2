import { describe, expect, it } from 'vitest';
import { releasesReport } from '../../../../server/cli/output/releases.ts';
import type { ReleaseSummary } from '../../../../server/core/release/release.ts';
import { release, REPORT } from '../results.ts';

const report = (releases: readonly ReleaseSummary[]): string =>
  releasesReport({ target: 'production', releases }, REPORT);
const next = (...releases: readonly ReleaseSummary[]): string => report(releases).split('Next: ')[1] ?? '';

describe('releasesReport', () => {
  it('has them in the host’s order, whatever the clock said', () => {
    const jumped = { startedAt: '2020-01-01T00:00:00.000Z' };
    const text = report([release('r03', jumped), release('r02', { undoes: ['r01'], kept: false }), release('r01')]);
    expect([...text.matchAll(/^ {2}(r\d+)/gm)].map((match) => match[1])).toEqual(['r03', 'r02', 'r01']);
    expect(text).toMatch(/r02 .*undoing r01, backup gone: healthy/);
    expect(report([release('r01', { outcome: 'rolledBack', kept: false })])).not.toContain('backup gone');
  });

  it('proposes to undo the last, or to go back to one that its way leads to', () => {
    expect(next(release('r01'))).toBe('driftline rollback\n');
    expect(next(release('r03'), release('r02'), release('r01'))).toBe(
      'driftline rollback\n  or: driftline rollback r01\n',
    );
    // The way to r01 leads over r02, whose backup is gone.
    expect(next(release('r03'), release('r02', { kept: false }), release('r01'))).toBe('driftline rollback\n');
    expect(next(release('r02', { kept: false }), release('r01'))).toBe('driftline plan\n');
  });

  it('proposes to recover what is not at its end', () => {
    expect(next(release('r02', { outcome: 'interrupted' }), release('r01'))).toBe('driftline recover\n');
    expect(next(release('r02', { outcome: 'failedNeedsAttention' }))).toContain('driftline recover');
    const after = release('r03', { outcome: 'rolledBack' });
    expect(next(after, release('r02', { outcome: 'failedNeedsAttention' }))).toContain('driftline recover');
    expect(next(release('r03'), release('r02', { outcome: 'failedNeedsAttention' }))).not.toContain('recover');
    expect(next(release('r02', { outcome: 'running' }), release('r01'))).toBe('driftline releases\n');
    const judged = release('r02', { outcome: 'failedNeedsAttention', unlocked: true });
    expect(next(judged, release('r01'))).toBe('driftline rollback\n');
  });

  it('says so where there is none', () => {
    expect(report([])).toContain('No release of production');
  });

  it('obeys nothing that stands in a journal', () => {
    expect(report([release('r01', { by: '\u001b[2J', detail: 'a\u202eb', commit: '\u001b1234567890' })])).not.toMatch(
      /[\u001b\u202e]/,
    );
  });
});
