import type { PulledFile, PullResult } from '../../app/results.ts';
import { escapeLines, escapeName } from './escape.ts';
import { columns, count, group, lines, next, shellWord } from './text.ts';
import type { ReportOptions } from './text.ts';

/** `driftline pull` for people: the diff stat, why each file comes along, the commit that is proposed or was made. */
export function pullReport(result: PullResult, options: ReportOptions): string {
  const { paint } = options;
  const changed = result.files.filter((file) => file.change !== 'unchanged');
  return lines(
    headline(result, changed.length),
    columns(
      result.files.map((file) => [file.local, stat(file), because(file)]),
      (cell, column) => (column === 2 ? paint.dim(cell) : column === 1 ? paint.green(cell) : cell),
    ),
    group(
      'Not pulled',
      result.skipped.map((each) => [each.path, each.reason]),
      options,
    ),
    commit(result, changed.length, options),
    tail(result, changed, options),
  );
}

function headline(result: PullResult, changed: number): string {
  if (result.files.length === 0)
    return result.skipped.length > 0
      ? `Nothing was pulled from ${result.target}.`
      : `There is nothing to pull from ${result.target}.`;
  if (changed === 0) return `The workspace has what ${result.target} has.`;
  const files = count(changed, 'file');
  return result.done ? `Pulled ${files} from ${result.target}:` : `A pull from ${result.target} would write ${files}:`;
}

function stat(file: PulledFile): string {
  return file.change === 'unchanged'
    ? 'unchanged'
    : `${file.change === 'created' ? 'new ' : ''}+${file.added}${file.removed > 0 ? ` -${file.removed}` : ''}`;
}

function because(file: PulledFile): string {
  return file.because === 'asked' ? '' : `imported by ${file.because.importedBy}`;
}

function commit(result: PullResult, changed: number, options: ReportOptions): string[] {
  if (result.commit !== undefined) return ['', `Committed as ${options.paint.green(escapeName(result.commit))}.`];
  if (changed === 0 || result.proposedCommit === '') return [];
  return [
    '',
    'Proposed commit:',
    ...escapeLines(result.proposedCommit.trimEnd())
      .split('\n')
      .map((line) => options.paint.dim(`  ${line}`.trimEnd())),
  ];
}

function tail(result: PullResult, changed: readonly PulledFile[], options: ReportOptions): string[] {
  if (!result.done && changed.length > 0) {
    const asked = result.files.filter((file) => file.because === 'asked').map((file) => shellWord(file.path));
    const what = asked.length > 0 && asked.length <= 4 ? asked.join(' ') : '--missing';
    return next([`driftline pull ${what} --yes`], options);
  }
  return next(['driftline check'], options);
}
