import type { InitResult } from '../../app/init.ts';
import { escapeLines, escapeName } from './escape.ts';
import { lines, next } from './text.ts';
import type { ReportOptions } from './text.ts';

/** What `driftline init` wrote, and what people should know of how it came about. */
export function initReport(result: InitResult, notes: readonly string[], options: ReportOptions): string {
  return lines(
    `Wrote ${escapeName(result.file)}:`,
    '',
    escapeLines(result.text.trimEnd()),
    notes.length === 0 ? [] : ['', ...notes.map((note) => options.paint.yellow(escapeName(note)))],
    result.text.includes('"health"')
      ? []
      : ['', options.paint.yellow('No "health": a deploy without it is refused until that is accepted by name.')],
    next(['driftline doctor'], options),
  );
}
