import type { CommandResult } from '../../core/plan/host-report.ts';
import { tellingLine } from '../../core/words.ts';
import { myName } from '../users.ts';
import { execute } from './execute.ts';
import { ManagerFailure } from './manager.ts';

/** A command that is to be run as another user. */
export interface Command {
  /** What it begins with whatever is asked: absolute, as a line of sudoers has it. */
  readonly fixed: readonly string[];
  /** Any words after that; without them, only what is fixed is ever asked. */
  readonly words?: readonly string[];
}

const ASK_MS = 20_000;

/** Runs a command as another user, without a password. Root needs nobody's permission. Throws a `ManagerFailure` where sudo says no. */
export async function runAs(
  user: string,
  command: Command,
  options: Parameters<typeof execute>[2],
): Promise<CommandResult> {
  const words = wordsOf(command);
  if (process.geteuid?.() === 0) return execute('runuser', ['-u', user, '--', ...words], options);
  const result = await execute('sudo', ['-n', '-u', user, '--', ...words], options);
  if (result.status !== 0 && isRefusal(result)) throw notAllowed(user, command, result, [command]);
  return result;
}

/** Asks sudo for all of these, and runs none. Throws a `ManagerFailure` with what would permit them. */
export async function proveSudo(user: string, commands: readonly Command[]): Promise<void> {
  if (process.geteuid?.() === 0) return;
  for (const command of commands) {
    const words = ['-n', '-l', '-u', user, '--', ...wordsOf(command)];
    const result = await execute('sudo', words, { timeoutMs: ASK_MS });
    if (result.status !== 0) throw notAllowed(user, command, result, commands);
  }
}

function wordsOf({ fixed, words = [] }: Command): string[] {
  return [...fixed, ...words];
}

/** What sudo itself says begins with its name; where there is none, Node says that of it. */
function isRefusal({ stderr }: CommandResult): boolean {
  return /^(?:sudo: |spawn sudo )/m.test(stderr);
}

function notAllowed(
  user: string,
  command: Command,
  { stderr }: CommandResult,
  needed: readonly Command[],
): ManagerFailure {
  const said = tellingLine(stderr);
  const what = [...command.fixed, ...(command.words ?? []).slice(0, 1)].join(' ');
  return new ManagerFailure(
    `${myName()} may not run ${what} as ${user}${said === '' ? '' : ` (${said})`}`,
    `Permit it on the host, as root, by this line of /etc/sudoers.d/driftline: ${sudoersLine(user, needed)}`,
  );
}

function sudoersLine(user: string, commands: readonly Command[]): string {
  const permitted = commands.map(({ fixed, words }) =>
    [...fixed.map((word) => word.replace(/[,:=\\ ]/g, '\\$&')), ...(words === undefined ? [] : ['*'])].join(' '),
  );
  return `${myName()} ALL=(${user}) NOPASSWD: ${[...new Set(permitted)].join(', ')}`;
}
