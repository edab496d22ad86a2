import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../../server/app/results.ts';
import { sarifLog } from '../../../../server/cli/output/sarif.ts';
import { VERDICT_TEXTS } from '../../../../server/cli/output/verdicts.ts';
import type { Finding } from '../../../../server/core/link/finding.ts';
import { finding } from '../results.ts';

interface Location {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId: string };
    readonly region: Readonly<Record<string, number>>;
  };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly Location[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}
interface Run {
  readonly tool: {
    readonly driver: {
      readonly name: string;
      readonly version: string;
      readonly rules: readonly { readonly id: string; readonly defaultConfiguration: { readonly level: string } }[];
    };
  };
  readonly columnKind: string;
  readonly originalUriBaseIds: Readonly<Record<string, unknown>>;
  readonly results: readonly Result[];
  readonly invocations: readonly {
    readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[];
  }[];
  readonly properties: Readonly<Record<string, unknown>>;
}

function runOf(findings: readonly Finding[], changed: Partial<CheckResult> = {}): Run {
  const text = sarifLog(
    {
      target: 'production',
      root: '/srv/voice',
      takenAt: '2026-02-03T04:05:06.000Z',
      complete: false,
      modules: 24,
      findings,
      notJudged: [],
      packageDifferences: [],
      ...changed,
    },
    '1.2.3',
  );
  const log = JSON.parse(text) as { version: string; runs: Run[] };
  expect(log.version).toBe('2.1.0');
  expect(log.runs).toHaveLength(1);
  return log.runs[0] as Run;
}

const hotfix = finding({ code: 'hotfix-overwritten', severity: 'warning' });

describe('sarifLog', () => {
  it('names the tool, its version, and each rule that was broken, with its level', () => {
    const { driver } = runOf([finding(), hotfix, finding()]).tool;
    expect([driver.name, driver.version]).toEqual(['Driftline', '1.2.3']);
    expect(driver.rules.map((rule) => [rule.id, rule.defaultConfiguration.level])).toEqual([
      ['hotfix-overwritten', 'warning'],
      ['production-only-import', 'error'],
    ]);
    expect(driver.rules[1]).toMatchObject({
      name: 'ProductionOnlyImport',
      shortDescription: { text: VERDICT_TEXTS['production-only-import'].short },
      help: { text: VERDICT_TEXTS['production-only-import'].help },
    });
  });

  it('has a result for each finding, in order, that leads to its rule', () => {
    const { tool, results } = runOf([finding(), hotfix, finding({ severity: 'information' })]);
    expect(results.map((result) => result.level)).toEqual(['error', 'warning', 'note']);
    for (const result of results) expect(tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
    expect(results[0]?.message.text).toBe(
      '"./db/connection" resolves only on production. Pull it: driftline pull src/db/connection.js',
    );
  });

  it('counts lines and columns from one, columns in UTF-16 code units, the end after the last character', () => {
    const { columnKind, results } = runOf([finding()]);
    expect(columnKind).toBe('utf16CodeUnits');
    expect(results[0]?.locations[0]?.physicalLocation.region).toEqual({
      startLine: 3,
      startColumn: 29,
      endLine: 3,
      endColumn: 44,
    });
  });

  it('addresses files relative to the folder of the config, encoded', () => {
    const at = (path: string, tree: 'local' | 'production' = 'local') =>
      runOf([finding({ file: { tree, path } })]).results[0]?.locations[0]?.physicalLocation.artifactLocation;
    expect(at('api/src/index.js')).toEqual({ uri: 'api/src/index.js', uriBaseId: '%SRCROOT%' });
    expect(at('a b/50%/ü#?.js')?.uri).toBe('a%20b/50%25/%C3%BC%23%3F.js');
    // A first segment with a colon would be a scheme.
    expect(new URL(at('c:x.js')?.uri ?? '', 'file:///w/').href).toBe('file:///w/c%3Ax.js');
    expect(() => decodeURIComponent(at('half\ud800.js')?.uri ?? '%')).not.toThrow();
  });

  it('locates a file that only production has under a base of its own', () => {
    const run = runOf([finding({ file: { tree: 'production', path: 'src/old.js' } })]);
    const place = run.results[0]?.locations[0]?.physicalLocation.artifactLocation;
    expect(place).toEqual({ uri: 'src/old.js', uriBaseId: '%PRODUCTIONROOT%' });
    expect(Object.keys(run.originalUriBaseIds)).toContain('%PRODUCTIONROOT%');
  });

  it('knows a finding again when lines move, and tells two of one file apart', () => {
    const prints = (...findings: Finding[]) =>
      runOf(findings).results.map((result) => result.partialFingerprints['driftline/v1']);
    const moved = finding({ range: { start: { line: 9, character: 0 }, end: { line: 9, character: 5 } } });
    expect(prints(finding())).toEqual(prints(moved));
    expect(new Set(prints(finding(), moved, finding({ specifier: './redis' }), hotfix)).size).toBe(4);
  });

  it('says of when its facts are, whether they are complete, and what was not judged', () => {
    const differs = { local: 'package.json', production: 'package.json', fields: [], message: 'Another "type" there.' };
    const run = runOf([], { notJudged: [{ path: 'src/x.js', reason: 'unreadable' }], packageDifferences: [differs] });
    expect(run.properties).toMatchObject({
      takenAt: '2026-02-03T04:05:06.000Z',
      complete: false,
      target: 'production',
    });
    expect(run.results).toEqual([]);
    const told = run.invocations[0]?.toolExecutionNotifications.map((each) => each.message.text);
    expect(told).toEqual(['src/x.js was not judged: unreadable', 'Another "type" there.']);
  });
});
