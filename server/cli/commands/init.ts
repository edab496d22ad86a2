import path from 'node:path';
import type { Command } from 'commander';
import { init, propose, refuseExisting } from '../../app/init.ts';
import type { InitAnswers } from '../../app/init.ts';
import { CONFIG_NAME } from '../../config/find.ts';
import { paintFor } from '../colours.ts';
import { OK } from '../exit-codes.ts';
import { BadArguments } from '../failures.ts';
import { flagAnswers } from '../init/flags.ts';
import type { InitFlags } from '../init/flags.ts';
import { interview } from '../init/interview.ts';
import { collect, verb, withFormat } from '../options.ts';
import type { Format } from '../options.ts';
import { initReport } from '../output/init.ts';
import { shellWord } from '../output/text.ts';
import { TerminalPrompts } from '../prompts.ts';
import { statusLine } from '../run.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Door } from '../program.ts';

interface InitCommandOptions extends InitFlags {
  readonly config?: string;
  readonly format: Format;
}

export function initCommand(door: Door): Command {
  return withFormat(
    verb(
      'init',
      'Write a first driftline.json here; asks on a terminal, takes these flags elsewhere. Never overwrites.',
    )
      .summary('write a first driftline.json')
      .option('--host <host>', 'an alias of ~/.ssh/config, a host name, or local for a folder of this machine')
      .option('--port <port>', 'where SSH listens there, if ~/.ssh/config does not say')
      .option('--user <user>', 'whom to log in as, if ~/.ssh/config does not say')
      .option('--root <folder>', "the application's folder there, absolute")
      .option('--map <local=there>', 'a local folder and its folder under the root; may be repeated', collect)
      .option('--pm2 <name>', 'the app that PM2 restarts')
      .option('--systemd <unit>', 'or the unit that systemd restarts')
      .option('--health <url>', 'answers 200 when the application is well, as seen from the host')
      .option('--target <name>', 'what this destination is called; default: production')
      .option('--config <file>', 'the driftline.json to write; default: one in this folder'),
  )
    .addHelpText('after', EXAMPLE)
    .action((flags: InitCommandOptions) => door.ends(run(door.around, flags)));
}

const EXAMPLE = `
Example:
  driftline init --host voice-production --root /srv/voice-api --map api/src=src \\
    --pm2 voice-api --health http://127.0.0.1:3000/health`;

async function run(around: Surroundings, flags: InitCommandOptions): Promise<number> {
  const folder = folderFor(around, flags.config);
  const given = flagAnswers(flags);
  await refuseExisting(folder);
  const proposal = await propose(folder, around.home);
  const answers = around.interactive && flags.format === 'text' ? await ask() : complete(given, proposal);
  const result = await init(folder, answers);
  const notes = answers === given ? [] : proposal.notes;
  around.out.write(
    flags.format === 'json'
      ? `${JSON.stringify(result, null, 2)}\n`
      : initReport(result, notes, { paint: paintFor(around.out, around.environment) }),
  );
  return OK;

  function ask(): Promise<InitAnswers> {
    around.interrupts.listen();
    return interview(new TerminalPrompts(statusLine(around, 'text'), around.interrupts), given, proposal);
  }
}

/** `--config` names the file that is written. */
function folderFor(around: Surroundings, config: string | undefined): string {
  if (config === undefined) return around.cwd;
  const file = path.resolve(around.cwd, config);
  if (path.basename(file) === CONFIG_NAME) return path.dirname(file);
  throw new BadArguments(`${config} is not called ${CONFIG_NAME}.`, `Name it so, or go to its folder first.`);
}

/** Without a terminal nothing is guessed: what other tools' files say is told as an example. */
function complete(given: Partial<InitAnswers>, proposal: Awaited<ReturnType<typeof propose>>): InitAnswers {
  const { host, root } = given;
  if (host !== undefined && root !== undefined) return { ...given, host, root };
  const lacking = [...(host === undefined ? ['--host'] : []), ...(root === undefined ? ['--root'] : [])];
  const exampleHost = host ?? proposal.host ?? proposal.hosts[0] ?? 'HOST';
  const exampleRoot = root ?? proposal.root ?? '/srv/app';
  throw new BadArguments(
    `driftline init needs ${lacking.join(' and ')}, and nobody is there to be asked.`,
    `Name ${lacking.length === 1 ? 'it' : 'them'}: driftline init --host ${shellWord(exampleHost)} --root ${shellWord(exampleRoot)}` +
      (host === undefined ? ', or --host local for a folder of this machine' : ''),
  );
}
