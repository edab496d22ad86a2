import path from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { check } from '../../app/check.ts';
import { checkByInventory } from '../../app/travel.ts';
import { exitOfCheck } from '../exit-codes.ts';
import { verb, withAll, withHost } from '../options.ts';
import type { HostOptions } from '../options.ts';
import { checkReport } from '../output/check.ts';
import { sarifLog } from '../output/sarif.ts';
import { onTarget } from '../run.ts';
import type { Door } from '../program.ts';

interface CheckOptions extends HostOptions {
  readonly all?: boolean;
  readonly failOn: 'error' | 'warning';
  readonly inventory?: string;
}

export function checkCommand(door: Door): Command {
  const failOn = new Option('--fail-on <severity>', 'exit with 1 from this severity on').choices(['error', 'warning']);
  return withHost(
    withAll(
      verb('check', 'Judge every import by what production will have after a deploy; writes nothing.')
        .summary('would an import fail after a deploy?')
        .addOption(failOn.default('error'))
        .option('--inventory <file>', 'judge by what `audit -o FILE` wrote, with no access to production'),
    ),
    ['text', 'json', 'sarif'],
  )
    .addHelpText('after', '\nFor code scanning:\n  driftline check --format sarif > driftline.sarif')
    .action((options: CheckOptions) =>
      door.ends(
        onTarget(door.around, { ...options, verb: 'check' }, async ({ context, report, show }) => {
          const { inventory } = options;
          const file = inventory === undefined ? undefined : path.resolve(door.around.cwd, inventory);
          const result = file === undefined ? await check(context) : await checkByInventory(context, file);
          const isSarif = options.format === 'sarif';
          show(result, isSarif ? sarifLog(result, door.around.version) : checkReport(result, report));
          return exitOfCheck(result.findings, options.failOn);
        }),
      ),
    );
}
