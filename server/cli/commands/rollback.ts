import type { Command } from 'commander';
import { rollback } from '../../app/rollback.ts';
import { acceptances, verb, withAccept, withAll, withHost } from '../options.ts';
import type { AcceptOptions, HostOptions } from '../options.ts';
import type { Door } from '../program.ts';
import { onRelease } from './release.ts';

interface RollbackCommandOptions extends HostOptions, AcceptOptions {
  readonly yes?: boolean;
  readonly all?: boolean;
}

export function rollbackCommand(door: Door): Command {
  return withHost(
    withAll(
      withAccept(
        verb('rollback', 'Undo the last release, or go back to one that is kept; itself a release that can be undone.')
          .summary('undo the last release, or go back to an earlier one')
          .argument('[id]', 'the release whose state comes back; default: the one before the last')
          .option('-y, --yes', 'do not ask'),
      ),
    ),
  ).action((id: string | undefined, given: RollbackCommandOptions) => {
    const options = { ...given, verb: 'rollback' };
    const accept = acceptances(options);
    return door.ends(
      onRelease(door, options, (context, carry) =>
        rollback(context, { ...carry, accept, ...(id !== undefined && { to: id }) }),
      ),
    );
  });
}
