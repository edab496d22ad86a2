import { Command, Option } from 'commander';
import type { Acceptance } from '../core/plan/plan.ts';
import { BadArguments } from './failures.ts';

/** What every verb that connects takes. */
export interface HostOptions {
  readonly target?: string;
  readonly config?: string;
  readonly acceptHostKey?: string;
  readonly format: Format;
}

export type Format = 'text' | 'json' | 'sarif';

/** What `plan`, `deploy` and `rollback` take. */
export interface AcceptOptions {
  readonly accept?: readonly string[];
  readonly reason?: string;
}

/** A verb with its one-line description; what it takes besides comes by the functions below. */
export function verb(name: string, description: string): Command {
  const help = new Option('-h, --help', 'show this help').helpGroup(SHARED);
  return new Command(name).description(description).addHelpOption(help);
}

const SHARED = 'Options of every verb:';

/** Where the result goes. A verb's own options come before. */
export function withFormat(command: Command, formats: readonly Format[] = ['text', 'json']): Command {
  const format = new Option('--format <format>', 'how the result is printed').choices(formats).default('text');
  return command.optionsGroup(SHARED).addOption(format);
}

export function withHost(command: Command, formats?: readonly Format[]): Command {
  return withFormat(
    command
      .optionsGroup(SHARED)
      .option('--target <name>', 'which target of driftline.json; needed where it has several')
      .option('--config <file>', 'the driftline.json to use; default: looked for upward from here')
      .option(
        '--accept-host-key <fingerprint>',
        'for CI: the host key to expect, as SHA256:…, where it is not known yet',
      ),
    formats,
  );
}

export function withAccept(command: Command): Command {
  return command
    .option('--accept <guard[:path]>', 'let a guard of the plan pass, with a --reason; may be repeated', collect)
    .option('--reason <text>', 'why; the release keeps it');
}

export function withAll(command: Command): Command {
  return command.option('--all', 'show long lists whole');
}

/** For an option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** `hotfix-overwritten:src/a.js` with its reason. Which guards there are is known to the plan. */
export function acceptances({ accept = [], reason }: AcceptOptions): Acceptance[] {
  if (accept.length === 0) {
    if (reason === undefined) return [];
    throw new BadArguments('--reason was given, but nothing to --accept.', 'Name the guard: --accept no-health');
  }
  if (reason === undefined || reason.trim() === '') {
    throw new BadArguments(
      `--accept ${accept[0] ?? ''} needs a --reason: the release keeps it for whoever asks later.`,
      'Add one: --reason "why this is fine"',
    );
  }
  return accept.map((text) => acceptance(text, reason));
}

function acceptance(text: string, reason: string): Acceptance {
  const colon = text.indexOf(':');
  const guard = colon < 0 ? text : text.slice(0, colon);
  const path = colon < 0 ? undefined : text.slice(colon + 1);
  if (guard === '' || path === '') {
    throw new BadArguments(
      `--accept ${text} names no ${guard === '' ? 'guard' : 'path'}.`,
      'Write guard or guard:path.',
    );
  }
  return { guard, reason, ...(path !== undefined && { path }) };
}

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/;

/** As `ssh-keygen -lf` prints it; anything else could never match, and would look like a stranger's key. */
export function hostKeyOf({ acceptHostKey }: HostOptions): string | undefined {
  if (acceptHostKey === undefined) return undefined;
  if (!FINGERPRINT.test(acceptHostKey)) {
    throw new BadArguments(
      `--accept-host-key ${acceptHostKey} is no fingerprint.`,
      'It looks like SHA256:… with 43 characters, as `ssh-keygen -lf` prints it on the host.',
    );
  }
  return acceptHostKey.replace(/=$/, '');
}
