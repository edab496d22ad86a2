import type { Command } from 'commander';
import { pull } from '../../app/pull.ts';
import type { PullResult } from '../../app/results.ts';
import { FOUND_OR_REFUSED, OK } from '../exit-codes.ts';
import { BadArguments } from '../failures.ts';
import { verb, withAll, withHost } from '../options.ts';
import type { HostOptions } from '../options.ts';
import { count } from '../output/text.ts';
import { pullReport } from '../output/pull.ts';
import { pathsAsMeant } from '../paths.ts';
import { onTarget } from '../run.ts';
import type { Door } from '../program.ts';

interface PullCommandOptions extends HostOptions {
  readonly missing?: boolean;
  readonly commit?: boolean;
  readonly yes?: boolean;
  readonly all?: boolean;
}

export function pullCommand(door: Door): Command {
  return withHost(
    withAll(
      verb('pull', 'Bring files from production, with what they import in turn; overwrites nothing uncommitted.')
        .summary('bring files from production, with what they import')
        .argument('[paths...]', 'paths or globs, as on production or as here; or --missing')
        .option('--missing', 'all that code here needs and only production has')
        .option('--commit', 'commit what was pulled')
        .option('-y, --yes', 'do not ask'),
    ),
  )
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options: PullCommandOptions) => door.ends(run(door, paths, options)));
}

const EXAMPLES = `
Examples:
  driftline pull --missing --commit
  driftline pull src/db/connection.js
  driftline pull 'src/services/**'`;

async function run(door: Door, paths: readonly string[], given: PullCommandOptions): Promise<number> {
  const options = { ...given, verb: 'pull', changes: 'workspace' } as const;
  if (paths.length === 0 && options.missing !== true) {
    throw new BadArguments(
      'Nothing to pull was named.',
      'Name paths or globs, or pass --missing for all that code here needs.',
    );
  }
  return onTarget(door.around, options, async ({ context, line, report, preview, show }) => {
    const said = { no: false };
    const result = await pull(context, {
      patterns: pathsAsMeant(paths, door.around.cwd, context.config.folder),
      missing: options.missing === true,
      commit: options.commit === true,
      confirm: async (planned) => {
        if (options.yes === true) return true;
        line.say(pullReport(planned, preview).trimEnd());
        const agreed = await context.person.confirm({ title: question(planned), detail: '', action: 'Pull' });
        said.no = !agreed;
        return agreed;
      },
    });
    if (said.no) {
      line.say('You said no. Nothing was written.');
      return FOUND_OR_REFUSED;
    }
    show(result, pullReport(result, report));
    return result.files.length === 0 && result.skipped.length > 0 ? FOUND_OR_REFUSED : OK;
  });
}

function question(planned: PullResult): string {
  const changed = planned.files.filter((file) => file.change !== 'unchanged').length;
  return `Write ${count(changed, 'file')} into the workspace?`;
}
