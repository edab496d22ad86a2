import { Failure } from '../core/failure.ts';
import { quoted } from './output/text.ts';

/** A person, or whoever runs us, wants this to stop. */
export class Interrupted extends Failure {
  readonly kind = 'cancelled';
  constructor() {
    super('Stopped. Nothing was changed on production.', 'Run it again when you like.');
  }
}

/** Nobody foresaw this: a mistake in Driftline, or a machine that does not do what it always does. */
export class Unexpected extends Failure {
  readonly kind = 'internal';
  constructor(cause: unknown) {
    const what = cause instanceof Error ? cause.message : String(cause);
    super(
      `Driftline did not expect this: ${what.split('\n', 1)[0] ?? ''}`,
      'Run it again with DRIFTLINE_DEBUG=1 to see where, and report that.',
      { cause },
    );
  }
}

/** A verb that changes something asks first, and here is nobody to ask. */
export class NobodyToAsk extends Failure {
  readonly kind = 'usage';
  /**
   * @param words what was typed
   * @param why a clause
   */
  constructor(words: readonly string[], why: string) {
    super(
      `driftline ${words[0] ?? ''} asks before it changes anything, and ${why}.`,
      `Say yes beforehand with --yes: ${command(words, '--yes')}`,
    );
  }
}

/** A protected target is changed only by who has typed its name: `--yes` alone does not. */
export class NotNamed extends Failure {
  readonly kind = 'usage';
  constructor(words: readonly string[], target: string) {
    super(
      `${target} is protected: with --yes it has to be named, so that nobody changes it by habit.`,
      `Name it: ${command(words, '--target', target)}`,
    );
  }
}

/** What was typed, with more options. After a `--` they would be names of files. */
function command(words: readonly string[], ...more: readonly string[]): string {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return ['driftline', ...[...words.slice(0, end), ...more, ...words.slice(end)].map(quoted)].join(' ');
}

/** The arguments do not say what is to be done. Nothing was connected to. */
export class BadArguments extends Failure {
  readonly kind = 'usage';
}
