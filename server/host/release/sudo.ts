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
  const words = [...command.fixed, ...(command.words ?? [])];
  if (process.geteuid?.() === 0) return execute('runuser', ['-u', user, '--', ...words], options);
  const result = await execute('sudo', ['-n', '-u', user, '--', ...words], options);
  if (result.status !== 0 && isRefusal(result)) throw notAllowed(user, command, result);
  return result;
}

/** Asks sudo, and runs nothing. */
export async function proveSudo(user: string, command: Command): Promise<void> {
  if (process.geteuid?.() === 0) return;
  const words = [...command.fixed, ...(command.words ?? [])];
  const result = await execute('sudo', ['-n', '-l', '-u', user, '--', ...words], { timeoutMs: ASK_MS });
  if (result.status !== 0) throw notAllowed(user, command, result);
}

/** What sudo itself says begins with its name; without sudo there is nobody to say it. */
function isRefusal({ status, stderr }: CommandResult): boolean {
  return status === 127 || /^sudo: /m.test(stderr);
}

function notAllowed(user: string, command: Command, { stderr }: CommandResult): ManagerFailure {
  const said = tellingLine(stderr);
  return new ManagerFailure(
    `${myName()} may not run ${[...command.fixed, ...(command.words ?? []).slice(0, 1)].join(' ')} as ${user}${said === '' ? '' : ` (${said})`}`,
    `Permit it on the host, as root, by this line of /etc/sudoers.d/driftline: ${sudoersLine(user, command)}`,
  );
}

function sudoersLine(user: string, { fixed, words }: Command): string {
  return `${myName()} ALL=(${user}) NOPASSWD: ${fixed.map((word) => word.replace(/[,:=\\ ]/g, '\\$&')).join(' ')}${words === undefined ? '' : ' *'}`;
}
