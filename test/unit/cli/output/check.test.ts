import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../../server/app/results.ts';
import { checkReport } from '../../../../server/cli/output/check.ts';
import { finding, HOSTILE, REPORT } from '../results.ts';

const checked = (changed: Partial<CheckResult> = {}): CheckResult => ({
  target: 'production',
  root: '/srv/voice',
  takenAt: '2026-02-03T04:05:06.000Z',
  complete: true,
  modules: 24,
  findings: [],
  notJudged: [],
  packageDifferences: [],
  ...changed,
});
const warning = finding({
  code: 'hotfix-overwritten',
  severity: 'warning',
  message: 'A hotfix.',
  remedy: 'Look at it.',
});

describe('checkReport', () => {
  it('says where a package.json decides otherwise there', () => {
    const differs = { local: 'package.json', production: 'package.json', fields: [], message: 'Another "type" there.' };
    const report = checkReport(checked({ packageDifferences: [differs] }), REPORT);
    expect(report).toMatch(/decides otherwise on production \(1\)\n +Another "type" there\./);
  });

  it('has each finding at its place, counted from one as editors do, errors first', () => {
    const lines = checkReport(checked({ findings: [warning, finding()] }), REPORT).split('\n');
    const heads = lines.filter((line) => /^ +\d+:\d+/.test(line));
    expect(heads[0]).toMatch(/^ {2}3:29 +error +production-only-import +"\.\/db/);
    expect(heads[1]).toMatch(/^ {2}3:29 +warning +hotfix-overwritten/);
    expect(lines).toContain('1 error, 1 warning: 24 modules against production as of 2026-02-03 04:05:06 UTC.');
    expect(lines).toContain('Next: driftline pull --missing');
  });

  it('proposes the plan where no error is left', () => {
    expect(checkReport(checked(), REPORT)).toContain('Every import resolves after a deploy');
    expect(checkReport(checked({ findings: [warning] }), REPORT)).toContain('Next: driftline plan');
  });

  it('tells a file of production from one that is here', () => {
    const there = finding({ file: { tree: 'production', path: 'src/old.js' } });
    expect(checkReport(checked({ findings: [there] }), REPORT)).toContain("production's src/old.js");
  });

  it('names what it did not judge', () => {
    const report = checkReport(
      checked({ complete: false, notJudged: [{ path: 'src/x.js', reason: 'unreadable' }] }),
      REPORT,
    );
    expect(report).toMatch(/Not judged \(1\)\n +src\/x\.js +unreadable/);
    expect(report).toContain('not complete');
    expect(report).toContain('Every import that could be judged resolves');
  });

  it('claims nothing of a module that it did not judge', () => {
    const report = checkReport(checked({ notJudged: [{ path: 'src/x.js', reason: '"(" is never closed' }] }), REPORT);
    expect(report).toContain('Every import that could be judged resolves');
  });

  it('obeys no name', () => {
    const report = checkReport(
      checked({ findings: [finding({ file: { tree: 'local', path: HOSTILE }, message: HOSTILE, remedy: HOSTILE })] }),
      REPORT,
    );
    expect(report).not.toMatch(/[\u001b\u202e]/);
  });
});
