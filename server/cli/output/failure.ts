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
        return `${paint.bold(place)}: ${paint.red(escapeLines(problem.message))}\n${remedyLines(problem.remedy)}`;
      })
      .join('');
  }
  return `${paint.red(escapeLines(failure.message))}\n${remedyLines(failure.remedy)}`;
}

function remedyLines(remedy: string): string {
  if (remedy === '') return '';
  return `${escapeLines(remedy)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;
}

/** The same for scripts: the one object that they get in place of a result. */
export function failureJson(failure: Failure): string {
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
  return `${JSON.stringify({ error: { kind, message, remedy, ...problems } }, null, 2)}\n`;
}
