import type { Command } from 'commander';
import { releases } from '../../app/releases.ts';
import { OK } from '../exit-codes.ts';
import { verb, withAll, withHost } from '../options.ts';
import type { HostOptions } from '../options.ts';
import { releasesReport } from '../output/releases.ts';
import { onTarget } from '../run.ts';
import type { Door } from '../program.ts';

interface ReleasesOptions extends HostOptions {
  readonly all?: boolean;
}

export function releasesCommand(door: Door): Command {
  return withHost(
    withAll(
      verb('releases', 'List what was deployed, and what can be gone back to.').summary(
        'what was deployed, and what can be gone back to?',
      ),
    ),
  ).action((options: ReleasesOptions) =>
    door.ends(
      onTarget(door.around, { ...options, verb: 'releases' }, async ({ context, report, show }) => {
        const result = await releases(context);
        show(result, releasesReport(result, report));
        return OK;
      }),
    ),
  );
}
