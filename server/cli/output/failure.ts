import { ConfigProblems } from '../../config/errors.ts';
import type { Failure } from '../../core/failure.ts';
import { escapeLines, escapeName } from './escape.ts';
import type { Paint } from './text.ts';

/** What went wrong, for people: what happened, then what to do. Each problem of a configuration at its place, as compilers print them. */
export function failureReport(failure: Failure, paint: Paint): string {
  if (failure instanceof ConfigProblems) {
    return failure.problems
      .map((problem) => {
        const place = `${escapeName(problem.file)}:${problem.line + 1}:${problem.character + 1}`;
        return `${paint.bold(place)}: ${paint.red(asOne(problem.message))}\n${remedyLines(problem.remedy)}`;
      })
      .join('');
  }
  return `${paint.red(asOne(failure.message))}\n${remedyLines(failure.remedy)}`;
}

/** What a host said, or a name with a line break in it, may have several lines: none of them must pass for one of ours. */
function asOne(message: string): string {
  return escapeLines(message).replaceAll('\n', '\n    | ');
}

function remedyLines(remedy: string): string {
  if (remedy === '') return '';
  return `${escapeLines(remedy)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;
}

/** Verbs whose result is how a release ended. */
const RELEASES: ReadonlySet<string> = new Set(['deploy', 'rollback', 'recover']);

/**
 * The same for scripts: the one object that they get in place of a result. A release that was refused before there was a plan is refused
 * as one with a plan is.
 */
export function failureJson(failure: Failure, words: readonly string[]): string {
  const { kind, message, remedy } = failure;
  const problems =
    failure instanceof ConfigProblems
      ? {
          problems: failure.problems.map((problem) => ({
            file: problem.file,
            line: problem.line + 1,
            column: problem.character + 1,
            message: problem.message,
            remedy: problem.remedy,
          })),
        }
      : {};
  const isRefused = failure.kind === 'refused' && RELEASES.has(words[0] ?? '');
  const ending = isRefused ? { outcome: 'refused', release: null, detail: message } : {};
  return `${JSON.stringify({ ...ending, error: { kind, message, remedy, ...problems } }, null, 2)}\n`;
}
