import { describe, expect, it } from 'vitest';
import type { DoctorCheck } from '../../../../server/app/results.ts';
import { doctorReport } from '../../../../server/cli/output/doctor.ts';
import { REPORT } from '../results.ts';

describe('doctorReport', () => {
  it('has a line for each area, what to do under what is not well, and the first thing to mend', () => {
    const report = doctorReport(
      {
        target: 'production',
        address: 'voice',
        ok: false,
        checks: [
          { area: 'connection', verdict: 'ok', found: 'voice as deploy' },
          { area: 'node', verdict: 'warning', found: 'not known', remedy: 'Name it.' },
          { area: 'process', verdict: 'failed', found: 'no \u001b[2Jdaemon', remedy: 'Start it.' },
          { area: 'health', verdict: 'failed', found: 'refused', remedy: 'Mend it.' },
        ],
      },
      REPORT,
    );
    expect(report).toMatch(/^ {2}ok +connection +voice as deploy$/m);
    expect(report).toMatch(/^ {2}warn +node +not known\n +Name it\.$/m);
    expect(report).toMatch(/^ {2}FAIL +process +no \\e\[2Jdaemon\n +Start it\.$/m);
    expect(report).toContain('In the way of a deploy: process, health.');
    expect(report).toContain('Next: driftline doctor');
  });

  it('proposes the audit where all is well', () => {
    const report = doctorReport({ target: 'production', address: 'voice', ok: true, checks: [] }, REPORT);
    expect(report).toContain('Nothing stands in the way.');
    expect(report).toContain('Next: driftline audit');
  });

  it('tells what is worth a look from what prevents a deploy, and that from what prevents everything', () => {
    const report = (check: Pick<DoctorCheck, 'verdict' | 'prevents'>): string =>
      doctorReport(
        {
          target: 'production',
          address: 'voice',
          ok: check.verdict !== 'failed',
          checks: [{ area: 'root', found: '', ...check }],
        },
        REPORT,
      );
    expect(report({ verdict: 'warning' })).toContain('Nothing stands in the way of a deploy; look at: root.');
    expect(report({ verdict: 'failed', prevents: 'deploy' })).toContain('In the way of a deploy: root.');
    expect(report({ verdict: 'failed', prevents: 'everything' })).toContain('In the way of everything: root.');
  });
});
