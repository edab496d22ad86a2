import type { Command } from 'commander';
import { why } from '../../app/why.ts';
import { OK } from '../exit-codes.ts';
import { verb, withHost } from '../options.ts';
import type { HostOptions } from '../options.ts';
import { whyReport } from '../output/why.ts';
import { onTarget } from '../run.ts';
import type { Door } from '../program.ts';

export function whyCommand(door: Door): Command {
  return withHost(
    verb('why', 'Explain one import: where it leads here, on production and after a deploy, and by which rule.')
      .summary('where does an import lead, and by which rule?')
      .argument('<file>', 'the importing file')
      .argument('<specifier>', 'what it imports, as it is written there'),
  )
    .addHelpText('after', '\nFor example:\n  driftline why src/index.js ./db/connection')
    .action((file: string, specifier: string, options: HostOptions) =>
      door.ends(
        onTarget(door.around, { ...options, verb: 'why' }, async ({ context, report, show }) => {
          const result = await why(context, door.around.cwd, file, specifier);
          show(result, whyReport(result, report));
          return OK;
        }),
      ),
    );
}
