import { CommanderError } from 'commander';
import { Failure } from '../core/failure.ts';
import { paintFor } from './colours.ts';
import { EXIT_OF_FAILURE, OK } from './exit-codes.ts';
import { BadArguments, Unexpected } from './failures.ts';
import { failureJson, failureReport } from './output/failure.ts';
import { createProgram } from './program.ts';
import type { Surroundings } from './surroundings.ts';

/** The whole command line: words in, an exit code out. Never rejects. */
export async function runCli(around: Surroundings): Promise<number> {
  let status = OK;
  const program = createProgram({
    around,
    ends: async (ending) => {
      status = await ending;
    },
  });
  const verbs = program.commands.map((command) => command.name());
  try {
    refuseUnknownHelp(around.words, verbs);
    await program.parseAsync([...around.words], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return OK; // --help and --version: shown.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT_OF_FAILURE.usage; // No verb: shown.
    const failure = error instanceof CommanderError ? badArguments(error, around.words, verbs) : error;
    return tellFailure(asFailure(failure, around.interrupts.signal), around);
  }
}

/** commander answers it with the whole help, and no word of what is wrong. */
function refuseUnknownHelp([first, verb]: readonly string[], verbs: readonly string[]): void {
  if (first !== 'help' || verb === undefined || verb.startsWith('-') || [first, ...verbs].includes(verb)) return;
  throw new BadArguments(`There is no command '${verb}' to show the help of.`, 'See: driftline --help');
}

/** Says what went wrong where whoever ran us looks for it. */
export function tellFailure(failure: Failure, around: Surroundings): number {
  if (wantsJson(around.words)) around.out.write(failureJson(failure, around.words));
  else around.err.write(failureReport(failure, paintFor(around.err, around.environment)));
  const stack = failure.cause instanceof Error ? failure.cause.stack : failure.stack;
  if ((around.environment['DRIFTLINE_DEBUG'] ?? '') !== '') around.err.write(`${stack ?? ''}\n`);
  return EXIT_OF_FAILURE[failure.kind];
}

/** Whatever was thrown, as a failure with a remedy. */
export function asFailure(error: unknown, signal: AbortSignal): Failure {
  if (error instanceof Failure) return error;
  // What a stopped verb ends with says less than why it was stopped.
  if (signal.aborted && signal.reason instanceof Failure) return signal.reason;
  return new Unexpected(error);
}

/** `error: unknown command 'foo'\n(Did you mean …?)`, as everything else is said here. */
function badArguments({ message }: CommanderError, words: readonly string[], verbs: readonly string[]): BadArguments {
  const verb = words.find((each) => verbs.includes(each));
  const help = verb === undefined ? 'driftline --help' : `driftline ${verb} --help`;
  const [first = '', ...hints] = message.replace(/^error: /, '').split('\n');
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`;
  const hint = hints.map((each) => each.replace(/^\((.*)\)$/, '$1')).join(' ');
  return new BadArguments(
    /[.?!]$/.test(sentence) ? sentence : `${sentence}.`,
    `${hint === '' ? '' : `${hint} `}See: ${help}`,
  );
}

/** Whether an error must be JSON too. Looked at before the arguments are understood: they may be what is wrong. */
export function wantsJson(words: readonly string[]): boolean {
  return words.some((word, index) => word === '--format=json' || (word === '--format' && words[index + 1] === 'json'));
}
