import type { Command } from 'commander';
import { unlock } from '../../app/unlock.ts';
import { OK } from '../exit-codes.ts';
import { BadArguments } from '../failures.ts';
import { verb, withHost } from '../options.ts';
import type { HostOptions } from '../options.ts';
import { unlockReport } from '../output/unlock.ts';
import { onTarget } from '../run.ts';
import type { Door } from '../program.ts';

interface UnlockOptions extends HostOptions {
  readonly holder: string;
  readonly reason: string;
}

export function unlockCommand(door: Door): Command {
  return withHost(
    verb('unlock', 'Take the lock away from a release that nobody carries out and that recover cannot end.')
      .summary('take the lock of a dead release away')
      .argument('<release>', 'as `driftline releases` names it')
      .requiredOption('--holder <name>', 'who holds it, as `driftline releases` names them')
      .requiredOption('--reason <text>', 'why nobody carries it out any more; kept with the release'),
  ).action((release: string, options: UnlockOptions) => {
    if (options.reason.trim() === '') throw new BadArguments('--reason says nothing.', 'Say why: --reason "…"');
    return door.ends(
      onTarget(door.around, { ...options, verb: 'unlock' }, async ({ context, report, show }) => {
        const { holder, reason } = options;
        const result = await unlock(context, { release, reason, holder });
        show(result, unlockReport(result, report));
        return OK;
      }),
    );
  });
}
