import { Command } from 'commander';
import type { Argument } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { checkCommand } from './commands/check.ts';
import { deployCommand } from './commands/deploy.ts';
import { doctorCommand } from './commands/doctor.ts';
import { initCommand } from './commands/init.ts';
import { lspCommand } from './commands/lsp.ts';
import { planCommand } from './commands/plan.ts';
import { pullCommand } from './commands/pull.ts';
import { recoverCommand } from './commands/recover.ts';
import { releasesCommand } from './commands/releases.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { unlockCommand } from './commands/unlock.ts';
import { whyCommand } from './commands/why.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { Surroundings } from './surroundings.ts';

/** What a command is given: its surroundings, and where its exit code goes. */
export interface Door {
  readonly around: Surroundings;
  ends(status: Promise<number>): Promise<void>;
}

/** Every verb with its arguments. Throws commander's errors in place of ending the process. */
export function createProgram(door: Door): Command {
  const { around } = door;
  const program = new Command('driftline')
    .description('Know what production has that your repository does not, before a deploy finds out.')
    .usage('<verb> [options]')
    .version(around.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help; `driftline <verb> --help` shows more')
    .configureHelp({
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(word)].join(' '),
    })
    .addHelpText('after', afterHelp);
  program.commandsGroup('Set up:');
  for (const command of [initCommand, doctorCommand]) program.addCommand(command(door));
  program.commandsGroup('Look, and write nothing on production:');
  for (const command of [auditCommand, checkCommand, whyCommand, planCommand, releasesCommand])
    program.addCommand(command(door));
  program.commandsGroup('Change something, after a question:');
  for (const command of [pullCommand, deployCommand, rollbackCommand, recoverCommand, unlockCommand])
    program.addCommand(command(door));
  program.commandsGroup('Others:').helpCommand('help [verb]', 'the same as <verb> --help');
  program.addCommand(lspCommand(door));
  for (const command of [program, ...program.commands]) inOurWords(command, around);
  return program;
}

function inOurWords(command: Command, { out, err }: Surroundings): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => out.write(text),
    writeErr: (text) => err.write(text),
    // Said once, by whoever catches the error.
    outputError: () => undefined,
    getOutHelpWidth: () => out.columns(),
    getErrHelpWidth: () => err.columns(),
  });
}

/** As the usage line shows an argument. */
function word(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

function afterHelp(): string {
  return `
First:   driftline init, and then what each verb proposes next
In CI:   driftline deploy --yes --accept-host-key SHA256:…

Exit codes:
${EXIT_CODES_HELP.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}`;
}
