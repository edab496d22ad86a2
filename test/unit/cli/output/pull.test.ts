import { describe, expect, it } from 'vitest';
import type { PulledFile, PullResult } from '../../../../server/app/results.ts';
import { pullReport } from '../../../../server/cli/output/pull.ts';
import { HOSTILE, REPORT } from '../results.ts';

const file = (path: string, changed: Partial<PulledFile> = {}): PulledFile => ({
  path,
  local: `api/${path}`,
  change: 'created',
  added: 12,
  removed: 0,
  because: 'asked',
  ...changed,
});
const pulled = (changed: Partial<PullResult> = {}): PullResult => ({
  target: 'production',
  files: [file('src/db.js')],
  skipped: [],
  done: true,
  proposedCommit: 'Pull api/src/db.js from production\n\nAs it was.\n',
  ...changed,
});

describe('pullReport', () => {
  it('has the lines of each file, and why it came along', () => {
    const files = [
      file('src/db.js'),
      file('src/log.js', { change: 'updated', removed: 3, because: { importedBy: 'src/db.js' } }),
      file('src/same.js', { change: 'unchanged', added: 0 }),
    ];
    const report = pullReport(pulled({ files }), REPORT);
    expect(report).toContain('Pulled 2 files from production:');
    expect(report).toMatch(/api\/src\/db\.js +new \+12\n/);
    expect(report).toMatch(/api\/src\/log\.js +\+12 -3 +imported by src\/db\.js\n/);
    expect(report).toMatch(/api\/src\/same\.js +unchanged/);
    expect(report).toContain('  Pull api/src/db.js from production');
  });

  it('names the commit that was made, and proposes none then', () => {
    const report = pullReport(pulled({ commit: 'b3e7a125' }), REPORT);
    expect(report).toContain('Committed as b3e7a125.');
    expect(report).not.toContain('Proposed');
  });

  it('before it is done says what it would do, and before a question no more', () => {
    const preview = pulled({ done: false });
    expect(pullReport(preview, REPORT)).toContain('Next: driftline pull src/db.js --yes');
    const asked = pullReport(preview, { ...REPORT, isPreview: true });
    expect(asked).toContain('would write 1 file');
    expect(asked).not.toContain('Next:');
  });

  it('tells nothing to pull from nothing that may be pulled', () => {
    expect(pullReport(pulled({ files: [], proposedCommit: '' }), REPORT)).toContain('There is nothing to pull');
    const skipped = [{ path: 'keys/a.pem', reason: 'a private key' }];
    const report = pullReport(pulled({ files: [], skipped, proposedCommit: '' }), REPORT);
    expect(report).toContain('Nothing was pulled');
    expect(report).toMatch(/keys\/a\.pem +a private key/);
  });

  it('obeys no name', () => {
    const report = pullReport(pulled({ files: [file(HOSTILE)], proposedCommit: `Pull ${HOSTILE}` }), REPORT);
    expect(report).not.toMatch(/[\u001b\u202e]/);
  });
});
