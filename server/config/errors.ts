import { Failure } from '../core/failure.ts';
import type { ConfigProblem } from './config.ts';

/** A `driftline.json` that cannot be used, with everything that is wrong in it. */
export class ConfigProblems extends Failure {
  readonly kind = 'usage';
  constructor(
    readonly file: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    super(
      problems.map(sentence).join('\n'),
      problems.length === 1 ? (problems[0]?.remedy ?? '') : 'Mend these places.',
    );
  }
}

/** No `driftline.json` where one was looked for. */
export class NoConfig extends Failure {
  readonly kind = 'usage';
  constructor(from: string, upTo: string) {
    super(
      from === upTo
        ? `There is no driftline.json in ${from}.`
        : `There is no driftline.json in ${from} or above it, up to ${upTo}.`,
      'Run `driftline init` to write one, or name one with --config.',
    );
  }
}

/** More than one target and none named, or a name that is none of them. */
export class TargetUnclear extends Failure {
  readonly kind = 'usage';
  constructor(file: string, names: readonly string[], asked?: string) {
    super(
      asked === undefined
        ? `${file} has ${names.length} targets: ${names.join(', ')}.`
        : `${file} has no target "${asked}". It has: ${names.join(', ')}.`,
      `Name one, as --target ${names[0] ?? 'production'}.`,
    );
  }
}

function sentence(problem: ConfigProblem): string {
  return `${problem.file}:${problem.line + 1}:${problem.character + 1}: ${problem.message}`;
}
