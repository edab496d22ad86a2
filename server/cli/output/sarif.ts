import { age } from '../../core/words.ts';
import { createHash } from 'node:crypto';
import type { CheckResult } from '../../app/results.ts';
import { shownAt, VERDICTS } from '../../core/link/finding.ts';
import type { Finding, Range, Severity, Verdict } from '../../core/link/finding.ts';
import { VERDICT_TEXTS } from './verdicts.ts';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
};

/** What relative addresses begin from. Neither is spelled out: a log must not depend on the machine that wrote it. */
const HERE = '%SRCROOT%';
const PRODUCTION = '%PRODUCTIONROOT%';

/**
 * `driftline check` as a SARIF 2.1.0 log, for code scanning. A finding in a file that only production has is located by its path under
 * the target's root, with a base of its own: no file of the repository is to blame, and none must seem to be.
 */
export function sarifLog(result: CheckResult, version: string): string {
  const rules = [...new Set(result.findings.map((finding) => finding.code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Driftline', version, semanticVersion: version, rules: rules.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          [HERE]: { description: { text: 'The folder of driftline.json.' } },
          [PRODUCTION]: { description: { text: `The root of the target ${result.target} on its host.` } },
        },
        results: resultsOf(result.findings, rules),
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: notificationsOf(result),
          },
        ],
        properties: {
          target: result.target,
          root: result.root,
          takenAt: result.takenAt,
          complete: result.complete,
          modules: result.modules,
        },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** What is said of the judging itself, and of no place in a file. */
function notificationsOf({ notJudged, packageDifferences, inventory }: CheckResult): object[] {
  const texts = [
    ...(inventory === undefined ? [] : [`Judged by an inventory that is ${age(inventory.ageMs)} old.`]),
    ...notJudged.map((each) => `${each.path} was not judged: ${each.reason}`),
    ...packageDifferences.map((each) => each.message),
  ];
  return texts.map((text) => ({ level: 'warning', message: { text } }));
}

function ruleOf(code: Verdict): object {
  const { short, help } = VERDICT_TEXTS[code];
  return {
    id: code,
    name: code.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: short },
    help: { text: help },
    defaultConfiguration: { level: LEVELS[VERDICTS[code]] },
  };
}

function resultsOf(findings: readonly Finding[], rules: readonly Verdict[]): object[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const identity = JSON.stringify([finding.code, finding.file.tree, finding.file.path, finding.specifier ?? '']);
    const shown = shownAt(finding);
    const output = shown.output === undefined ? '' : ` (${shown.output})`;
    const nth = seen.get(identity) ?? 0;
    seen.set(identity, nth + 1);
    return {
      ruleId: finding.code,
      ruleIndex: rules.indexOf(finding.code),
      level: LEVELS[finding.severity],
      message: { text: `${finding.message} ${finding.remedy}${output}`.trim() },
      locations: [locationOf(shown)],
      ...relatedTo(finding),
      partialFingerprints: { 'driftline/v1': createHash('sha256').update(`${identity} ${nth}`).digest('hex') },
      properties: {
        when: finding.when,
        ...(finding.reach !== undefined && { fileRuns: finding.reach.when }),
        ...(finding.pull !== undefined && { pull: finding.pull }),
      },
    };
  });
}

/** From what is started to the file that loads this one. */
function relatedTo({ reach, file }: Finding): object {
  if (reach === undefined || reach.chain.length === 0) return {};
  return {
    relatedLocations: reach.chain.map((step, at) => ({
      ...locationOf(step),
      message: { text: `loads ${reach.chain[at + 1]?.file.path ?? file.path}` },
    })),
  };
}

function locationOf({ file, range }: Pick<Finding, 'file' | 'range'>): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: encodePath(file.path), uriBaseId: file.tree === 'local' ? HERE : PRODUCTION },
      region: regionOf(range),
    },
  };
}

/** SARIF counts from one, and ends after the last character, as ours does from zero. */
function regionOf({ start, end }: Range): object {
  return {
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
}

/** A relative path as a relative address (RFC 3986). */
function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(Buffer.from(segment, 'utf8').toString('utf8')))
    .join('/');
}
