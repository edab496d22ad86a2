import type { WhyLink, WhyResult } from '../../app/why.ts';
import type { Trace } from '../../core/link/finding.ts';
import { below } from '../../core/tree/path.ts';
import { escapeName } from './escape.ts';
import { columns, lines, next, time } from './text.ts';
import type { ReportOptions } from './text.ts';

/** `driftline why` for people: where an import leads in each tree, then what was tried on the way. */
export function whyReport(result: WhyResult, options: ReportOptions): string {
  const { paint } = options;
  return lines(
    result.links.flatMap((link) => [
      '',
      `${paint.bold(`"${escapeName(result.specifier)}"`)}  ${place(result, link)}  ${paint.dim(link.kind)}`,
      ...trees(result, link).flatMap(([name, trace, base]) => [
        '',
        `${paint.bold(name)}  ${outcome(trace, base, options)}`,
        paint.dim(`  by ${escapeName(trace.rule)}`),
        ...columns(tried(trace, base)),
      ]),
    ]),
    '',
    paint.dim(`${escapeName(result.target)} as of ${time(result.takenAt)}`),
    next(['driftline check'], options),
  );
}

function place(result: WhyResult, { range }: WhyLink): string {
  return `${escapeName(result.file)}:${range.start.line + 1}:${range.start.character + 1}`;
}

function trees(result: WhyResult, link: WhyLink): readonly (readonly [string, Trace, string])[] {
  return [
    ['here', link.local, result.folder],
    ['on production', link.production, result.root],
    ['after a deploy', link.merged, result.root],
  ];
}

function outcome({ outcome: found }: Trace, base: string, { paint }: ReportOptions): string {
  switch (found.kind) {
    case 'file':
      return paint.green(short(found.path, base));
    case 'builtin':
      return `${escapeName(found.name)}, part of Node`;
    case 'missing':
      return `${paint.red('nothing')}: ${escapeName(found.message)} (${escapeName(found.code)})`;
    case 'unreadable':
      return paint.yellow(`not known: ${short(found.path, base)}: ${escapeName(found.reason)}`);
    case 'unknown':
      return paint.yellow('not known');
  }
}

/** The path that won is the last that was tried. */
function tried(trace: Trace, base: string): string[][] {
  const { outcome: found } = trace;
  return trace.tried.map((path) => [found.kind === 'file' && path === found.path ? 'found' : 'no', short(path, base)]);
}

function short(path: string, base: string): string {
  return escapeName(below(base, path) ?? path);
}
