import type { Command } from 'commander';
import { recover } from '../../app/recover.ts';
import { exitOfRecovery } from '../exit-codes.ts';
import { verb, withHost } from '../options.ts';
import type { HostOptions } from '../options.ts';
import { escapeName } from '../output/escape.ts';
import { time } from '../output/text.ts';
import { onTarget } from '../run.ts';
import type { Run, RunOptions } from '../run.ts';
import type { Door } from '../program.ts';
import { journalTo, showOutcome } from './release.ts';

interface RecoverCommandOptions extends HostOptions {
  readonly yes?: boolean;
}

export function recoverCommand(door: Door): Command {
  return withHost(
    verb('recover', 'Undo a release that was cut off in its middle, as when the host lost its power.')
      .summary('undo a release that was cut off in its middle')
      .option('-y, --yes', 'do not ask'),
  ).action((given: RecoverCommandOptions) => {
    const options = { ...given, verb: 'recover', changes: 'production' } as const;
    return door.ends(onTarget(door.around, options, (run) => carryOut(door, run, options)));
  });
}

async function carryOut(door: Door, run: Run, options: RunOptions): Promise<number> {
  const { person, target } = run.context;
  const tell = journalTo(door, run);
  // The journal is given from its beginning: what happened before it was cut off is no news.
  const { clockMs } = (await run.context.host()).hello;
  const result = await recover(run.context, {
    onEvent: (event) => {
      if (Date.parse(event.at) >= clockMs) tell(event);
    },
    confirm: (release) => {
      const about = `Release ${escapeName(release.id)} of ${time(release.startedAt)} by ${escapeName(release.by)}`;
      run.line.tell(`${about} was cut off in its middle. The host puts back what it had switched.`);
      const typed = target.protected ? { typed: target.name } : {};
      return person.confirm({ title: `Undo it on ${target.name}?`, detail: '', action: 'Undo', ...typed });
    },
  });
  showOutcome(run, result, options);
  return exitOfRecovery(result.outcome);
}
