import { shownAt } from '../../core/link/finding.ts';
import type { Finding, Reach, Severity } from '../../core/link/finding.ts';
import type { CheckResult } from '../../app/results.ts';
import { age } from '../../core/words.ts';
import { escapeName } from './escape.ts';
import { columns, count, group, lines, next, time } from './text.ts';
import type { Paint, ReportOptions } from './text.ts';

/** `driftline check` for people: by file, errors before the rest, the next command last. */
export function checkReport(result: CheckResult, options: ReportOptions): string {
  const { paint } = options;
  const byFile = new Map<string, Finding[]>();
  for (const finding of [...result.findings].sort(bySeverity))
    byFile.set(fileName(finding), [...(byFile.get(fileName(finding)) ?? []), finding]);
  const errors = result.findings.filter((finding) => finding.severity === 'error').length;
  const warnings = result.findings.filter((finding) => finding.severity === 'warning').length;
  return lines(
    [...byFile].flatMap(([file, findings]) => [
      '',
      fileRow(file, findings[0]?.reach, paint),
      ...findingRows(findings, paint),
    ]),
    group(
      'Not judged',
      result.notJudged.map((each) => [each.path, each.reason]),
      options,
    ),
    group(
      'A package.json decides otherwise on production',
      result.packageDifferences.map((each) => [each.message]),
      options,
    ),
    '',
    verdict(errors, warnings, result, paint),
    result.complete
      ? []
      : paint.yellow('The inventory is not complete: an import of what could not be read was not judged.'),
    tail(result, errors, options),
  );
}

function verdict(errors: number, warnings: number, result: CheckResult, paint: Paint): string {
  const { inventory } = result;
  const source = inventory === undefined ? '' : ` (${age(inventory.ageMs)} ago, by ${escapeName(inventory.file)})`;
  const basis = `${count(result.modules, 'module')} against ${result.target} as of ${time(result.takenAt)}${source}`;
  if (errors + warnings === 0) {
    const all =
      result.complete && result.notJudged.length === 0
        ? paint.green('Every import resolves')
        : paint.yellow('Every import that could be judged resolves');
    return `${all} after a deploy: ${basis}.`;
  }
  const parts = [
    ...(errors > 0 ? [paint.red(count(errors, 'error'))] : []),
    ...(warnings > 0 ? [paint.yellow(count(warnings, 'warning'))] : []),
  ];
  return `${parts.join(', ')}: ${basis}.`;
}

function fileRow(file: string, reach: Reach | undefined, paint: Paint): string {
  const name = paint.bold(escapeName(file));
  return reach === undefined ? name : `${name}  ${paint.dim(escapeName(howItRuns(reach)))}`;
}

/** More steps than these, and those in the middle are counted. */
const STEPS = 4;

const LOADED = { start: 'loaded at start', reached: 'loaded when reached', perhaps: 'perhaps loaded' } as const;

function howItRuns({ when, startedBy = '', chain }: Reach): string {
  if (when === 'never') return 'nothing that is known to be started loads it';
  if (chain.length === 0) return `started by ${startedBy}`;
  const steps = chain.map(({ file, range }) => `${placeName(file)}:${range.start.line + 1}`);
  const middle = steps.length - STEPS;
  if (middle > 0) steps.splice(1, middle, `… ${middle} more …`);
  return `${LOADED[when]}: ${steps.join(' → ')}`;
}

function findingRows(findings: readonly Finding[], paint: Paint): string[] {
  const heads = columns(
    findings.map((finding) => {
      const { range, output } = shownAt(finding);
      return [
        `${range.start.line + 1}:${range.start.character + 1}`,
        WORDS[finding.severity],
        finding.code,
        output === undefined ? finding.message : `${finding.message} (${output})`,
      ];
    }),
    (cell, column) => (column === 1 ? colour(cell, paint) : column === 2 ? paint.dim(cell) : cell),
  );
  return findings.flatMap((finding, index) => {
    const said = findings[index + 1]?.remedy === finding.remedy;
    return [heads[index] ?? '', ...(said ? [] : [paint.dim(`         ${escapeName(finding.remedy)}`)])];
  });
}

const WORDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', information: 'note' };

function colour(cell: string, paint: Paint): string {
  return cell.startsWith('error') ? paint.red(cell) : cell.startsWith('warning') ? paint.yellow(cell) : paint.dim(cell);
}

function fileName(finding: Finding): string {
  return placeName(shownAt(finding).file);
}

function placeName({ tree, path }: Finding['file']): string {
  return tree === 'production' ? `production's ${path}` : path;
}

const ORDER: readonly Severity[] = ['error', 'warning', 'information'];

function bySeverity(a: Finding, b: Finding): number {
  const files = fileName(a) < fileName(b) ? -1 : fileName(a) > fileName(b) ? 1 : 0;
  return (
    files ||
    ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) ||
    shownAt(a).range.start.line - shownAt(b).range.start.line
  );
}

function tail(result: CheckResult, errors: number, options: ReportOptions): string[] {
  if (result.findings.some((finding) => finding.severity === 'error' && (finding.pull ?? []).length > 0))
    return next(['driftline pull --missing'], options);
  return errors === 0 ? next(['driftline plan'], options) : next(['driftline check'], options);
}
