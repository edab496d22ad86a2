import { describe, expect, it } from 'vitest';
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
    expect(report).toContain('Mend process first.');
    expect(report).toContain('Next: driftline doctor');
  });

  it('proposes the audit where all is well', () => {
    const report = doctorReport({ target: 'production', address: 'voice', ok: true, checks: [] }, REPORT);
    expect(report).toContain('Nothing stands in the way.');
    expect(report).toContain('Next: driftline audit');
  });
});
