import type { Command } from 'commander';
import { recover } from '../../app/recover.ts';
import { verb, withHost } from '../options.ts';
import type { HostOptions } from '../options.ts';
import { escapeName } from '../output/escape.ts';
import { time } from '../output/text.ts';
import { mustBeAbleToAsk, onTarget } from '../run.ts';
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
    const options = { ...given, verb: 'recover' };
    mustBeAbleToAsk(door.around, options);
    return door.ends(
      onTarget(door.around, options, async (run) => {
        const result = await recover(run.context, {
          onEvent: journalTo(door, run),
          confirm: (release) => {
            const { name } = run.context.target;
            const about = `Release ${escapeName(release.id)} of ${time(release.startedAt)} by ${escapeName(release.by)}`;
            run.line.tell(`${about} was cut off in its middle. The host puts back what it had switched.`);
            const typed = run.context.target.protected ? { typed: name } : {};
            return run.context.person.confirm({ title: `Undo it on ${name}?`, detail: '', action: 'Undo', ...typed });
          },
        });
        return showOutcome(run, result, options);
      }),
    );
  });
}
