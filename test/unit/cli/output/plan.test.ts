import { describe, expect, it } from 'vitest';
import { deployWords } from '../../../../server/cli/commands/plan.ts';
import { counts, planReport } from '../../../../server/cli/output/plan.ts';
import { finding, guard, HOSTILE, plan, planned, REPORT } from '../results.ts';

const content = { sha256: 'c'.repeat(64), size: 1, mode: 0o644 };

describe('planReport', () => {
  it('says what is written, restarted and watched, and how to carry it out', () => {
    const report = planReport(planned(), REPORT);
    expect(report).toContain('2 files written (1 new), 1 deleted');
    expect(report).toMatch(/Deleted \(1\)\n +src\/old\.js/);
    expect(report).toContain('voice-api by PM2');
    expect(report).toContain('calls for 1 s, within 15 s');
    expect(report).toMatch(/\n\nNothing stands in the way\.\n\nNext: driftline deploy\n$/);
    expect(planReport(planned(), { ...REPORT, deploy: 'driftline deploy x' })).toContain('Next: driftline deploy x\n');
  });

  it('never cuts the deletions', () => {
    const paths = Array.from({ length: 40 }, (_, index) => `src/old${index}.js`);
    const deletes = paths.map((path) => ({ kind: 'delete', path, before: content }) as const);
    const creates = paths.map((path) => ({ kind: 'create', path: `new/${path}`, after: content }) as const);
    const report = planReport(planned([], { operations: [...creates, ...deletes] }), REPORT);
    expect(paths.filter((path) => !report.includes(`  ${path}\n`))).toEqual([]);
    expect(report).toContain('… and 28 more (--all shows them)');
  });

  it('with a guard that blocks proposes what answers it', () => {
    const next = (...guards: Parameters<typeof planned>[0] & object) =>
      planReport(planned(guards), REPORT).split('Next: ')[1];
    expect(next(guard())).toBe('driftline plan\n');
    expect(next(guard({ guard: 'hotfix-overwritten', path: 'src/a b.js' }))).toBe("driftline pull 'src/a b.js'\n");
    expect(next(guard(), guard({ link: finding() }))).toBe('driftline pull --missing\n');
  });

  it('ends with how many guards refuse it, and promises nothing before', () => {
    const [one, two] = [[guard()], [guard(), guard({ blocks: false }), guard()]].map((guards) =>
      planReport(planned(guards), REPORT),
    );
    expect(one).toContain('Refused: 1 guard blocks it, and nothing would be written. Do what it says');
    expect(two).toContain('Refused: 2 guards block it, and nothing would be written. Do what they say');
    expect(one).not.toMatch(/Nothing stands|would do/);
  });

  it('with nothing to write speaks of no restart and no watch', () => {
    const report = planReport(planned([], { operations: [] }), REPORT);
    expect(report).toContain('Nothing to do: production has all of it.');
    expect(report).not.toMatch(/Restarts|Watch/);
  });

  it('tells what was accepted, and why', () => {
    const accepted = [{ guard: 'hotfix-overwritten', path: 'src/a.js', reason: 'it is in the new version' }];
    const passed = guard({ guard: 'hotfix-overwritten', path: 'src/a.js', blocks: false, severity: 'warning' });
    const other = guard({ guard: 'hotfix-overwritten', path: 'src/b.js', message: 'Other.' });
    const report = planReport(planned([passed, other], { accepted }), REPORT);
    expect(report).toMatch(/passed {2}hotfix-overwritten: Nobody watches\.\n +accepted: it is in the new version/);
    expect(report).toMatch(/blocks {2}hotfix-overwritten: Other\./);
  });

  it('says what nobody watches, and that nothing is restarted', () => {
    const report = planReport(planned([], { health: null, process: null }), REPORT);
    expect(report).toContain('unwatched');
    expect(report).toContain('nothing ("process" is not configured)');
  });

  it('of a rollback names the release that is undone', () => {
    const report = planReport(planned([], { reason: { kind: 'rollback', undoes: ['r2'], to: 'r1' } }), REPORT);
    expect(report).toContain('Undoing release r2');
  });

  it('before a question says nothing of what is next', () => {
    expect(planReport(planned(), { ...REPORT, isPreview: true })).not.toContain('Next:');
  });

  it('obeys no name', () => {
    const operations = [{ kind: 'create', path: HOSTILE, after: content }] as const;
    expect(planReport(planned([guard({ message: HOSTILE })], { operations }), REPORT)).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('deployWords', () => {
  it('repeat what was planned, for a shell', () => {
    expect(deployWords([], { build: true })).toEqual([]);
    const options = { build: false, delete: ['src/a b.js'], accept: ['no-health'], reason: "it's fine" };
    expect(deployWords(['src/*.js'], options).join(' ')).toBe(
      "'src/*.js' --delete 'src/a b.js' --accept no-health --reason 'it'\\''s fine' --no-build",
    );
  });
});

describe('counts', () => {
  it('is plain where there is nothing', () => {
    expect(counts(plan({ operations: [] }))).toBe('nothing to write');
    expect(counts(plan({ operations: [{ kind: 'delete', path: 'a', before: content }] }))).toBe('1 deleted');
  });
});
