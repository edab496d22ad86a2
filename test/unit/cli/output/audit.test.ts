import { describe, expect, it } from 'vitest';
import { auditReport } from '../../../../server/cli/output/audit.ts';
import { withoutSame } from '../../../../server/cli/commands/audit.ts';
import type { DriftEntry, DriftKind } from '../../../../server/core/drift/drift.ts';
import { audited, HOSTILE, REPORT } from '../results.ts';

const entry = (path: string, kind: DriftKind, more: Partial<DriftEntry> = {}): DriftEntry => ({
  path,
  local: `api/${path}`,
  kind,
  ...more,
});

describe('auditReport', () => {
  it('has what code needs first, with who imports it, and says how to pull it', () => {
    const report = auditReport(
      audited([
        entry('src/db.js', 'productionOnly', { neededBy: [{ file: 'api/src/index.js', line: 3 }] }),
        entry('src/settings.js', 'productionOnly', { neededBy: [{ file: 'src/db.js', line: 0 }] }),
        entry('src/plugins/mail.js', 'productionOnly', { perhapsNeededBy: [{ file: 'api/src/load.js', line: 9 }] }),
        entry('src/night.js', 'productionOnly', { why: 'in no commit' }),
        entry('src/new.js', 'localOnly'),
      ]),
      REPORT,
    );
    const titles = report.split('\n').filter((line) => /^\S.*\(\d+\)$/.test(line));
    expect(titles).toEqual([
      'Only on production, and code needs them (2)',
      'To be deployed (1)',
      'Only on production, and a computed import could reach them (1)',
      'Only on production, and no import here names them (1)',
    ]);
    expect(report).toMatch(/src\/plugins\/mail\.js +perhaps by api\/src\/load\.js:9/);
    expect(report).toMatch(/src\/db\.js +imported by api\/src\/index\.js:3/);
    expect(report).toMatch(/src\/settings\.js +imported by production's src\/db\.js/);
    expect(report).toContain('Next: driftline pull --missing');
  });

  it('has every kind somewhere, the same only on request', () => {
    const kinds: DriftKind[] = [
      'changedHere',
      'changedThere',
      'changedBoth',
      'caseOnly',
      'typeChanged',
      'unreadable',
      'same',
    ];
    const result = audited(kinds.map((kind) => entry(`src/${kind}.js`, kind)));
    const report = auditReport(result, REPORT);
    for (const kind of kinds.slice(0, -1)) expect(report).toContain(`src/${kind}.js`);
    expect(report).not.toContain('src/same.js');
    expect(auditReport(result, { ...REPORT, all: true })).toContain('src/same.js');
  });

  it('says that an inventory is not complete, and what nobody could read', () => {
    const report = auditReport(
      audited([], { complete: false, unreadable: [{ path: 'src/secret', reason: 'permission denied' }] }),
      REPORT,
    );
    expect(report).toContain('not complete');
    expect(report).toMatch(/src\/secret +permission denied/);
  });

  it('claims no side where nothing tells it', () => {
    expect(auditReport(audited([], { evidence: 'twoWay' }), REPORT)).toContain('which side changed is not known');
  });

  it('obeys no name', () => {
    const report = auditReport(audited([entry(HOSTILE, 'changedThere', { why: 'in \u001b[2J' })]), REPORT);
    expect(report).not.toMatch(/[\u001b\u202e]/);
    expect(report).toContain('\\e[2J\\n');
  });
});

describe('withoutSame', () => {
  it('leaves out what is the same, and nothing else', () => {
    const result = audited([entry('a', 'same'), entry('b', 'localOnly')]);
    expect(withoutSame(result)).toEqual({ ...result, entries: [entry('b', 'localOnly')] });
  });

  it('says why files had to be read, and on request how the rest is known', () => {
    const contents = { hashed: 1, remembered: 2, hashedSince: '2026-01-02T03:04:05.000Z', notRemembered: [] };
    const quiet = { ...audited([]), contents };
    expect(auditReport(quiet, REPORT)).not.toContain('hashed');
    expect(auditReport(quiet, { ...REPORT, all: true })).toContain(
      '1 file hashed on production just now, 2 known by their looks, hashed since 2026-01-02',
    );
    const loud = { ...quiet, contents: { hashed: 2, remembered: 0, notRemembered: ['/srv lies on nfs4\u001b[2J'] } };
    const report = auditReport(loud, REPORT);
    expect(report).toContain(
      '2 files hashed on production just now; not known by their looks, because /srv lies on nfs4',
    );
    expect(report).not.toContain('\u001b');
  });
});
