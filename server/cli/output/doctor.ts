import type { DoctorCheck, DoctorResult } from '../../app/results.ts';
import { escapeName } from './escape.ts';
import { lines, next } from './text.ts';
import type { Paint, ReportOptions } from './text.ts';

/** `driftline doctor` for people: one line an area, what to do under what is not well. */
export function doctorReport(result: DoctorResult, options: ReportOptions): string {
  const { paint } = options;
  const width = Math.max(...result.checks.map((check) => NAMES[check.area].length), 0);
  return lines(
    `${paint.bold(result.target)}  ${escapeName(result.address)}`,
    '',
    result.checks.flatMap((check) => row(check, width, paint)),
    '',
    verdict(result.checks, paint),
    next([result.ok ? 'driftline audit' : 'driftline doctor'], options),
  );
}

function verdict(checks: readonly DoctorCheck[], paint: Paint): string {
  const named = (wanted: DoctorCheck['verdict']): string =>
    checks.flatMap((check) => (check.verdict === wanted ? [NAMES[check.area]] : [])).join(', ');
  const failed = named('failed');
  if (failed !== '') {
    const all = checks.some((check) => check.prevents === 'everything');
    return paint.red(`In the way of ${all ? 'everything' : 'a deploy'}: ${failed}.`);
  }
  const warned = named('warning');
  if (warned === '') return paint.green('Nothing stands in the way.');
  return paint.yellow(`Nothing stands in the way of a deploy; look at: ${warned}.`);
}

const NAMES: Readonly<Record<DoctorCheck['area'], string>> = {
  connection: 'connection',
  hostKey: 'host key',
  root: 'root',
  state: 'state folder',
  releases: 'releases',
  node: 'node',
  process: 'process',
  health: 'health',
  disk: 'disk',
  clock: 'clock',
};

function row(check: DoctorCheck, width: number, paint: Paint): string[] {
  const mark = { ok: paint.green('ok  '), warning: paint.yellow('warn'), failed: paint.red('FAIL') }[check.verdict];
  const indent = ' '.repeat(width + 8);
  return [
    `  ${mark}  ${NAMES[check.area].padEnd(width)}  ${escapeName(check.found)}`,
    ...(check.remedy === undefined ? [] : [`${indent}  ${paint.dim(escapeName(check.remedy))}`]),
  ];
}
