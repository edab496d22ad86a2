import type { Command } from 'commander';
import { deploy, deployReviewed } from '../../app/deploy.ts';
import { BadArguments } from '../failures.ts';
import { verb, withHost } from '../options.ts';
import { readPlanFile, refuseMissingPlan } from '../plan-file.ts';
import type { Door } from '../program.ts';
import { planOptions, withWhatToDeploy } from './plan.ts';
import type { WhatToDeploy } from './plan.ts';
import { onRelease } from './release.ts';

interface DeployCommandOptions extends WhatToDeploy {
  readonly yes?: boolean;
}

export function deployCommand(door: Door): Command {
  return withHost(
    withWhatToDeploy(
      verb(
        'deploy',
        'Bring what differs here to production: guards, verified backup, switch, restart, watch. The host undoes it by itself where it fails.',
      )
        .summary('bring what differs here to production; undone by itself where it fails')
        .argument('[paths...]', 'deploy only these paths or globs, or FILE: a plan written by `driftline plan -o`')
        .option('-y, --yes', 'do not ask'),
    ),
  )
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options: DeployCommandOptions) => door.ends(run(door, paths, options)));
}

const EXAMPLES = `
Examples:
  driftline deploy                                what differs here
  driftline deploy src/routes                     only this
  driftline deploy --delete src/old.js            and remove this there
  driftline deploy friday.driftline-plan --yes    what was reviewed, or nothing`;

async function run(door: Door, paths: readonly string[], given: DeployCommandOptions): Promise<number> {
  const reviewed = await readPlanFile(paths, door.around.cwd);
  const plannedFor = reviewed?.target;
  const options = { ...given, verb: 'deploy', ...(plannedFor !== undefined && { plannedFor }) };
  const toPlan = planOptions(paths, options, door.around);
  if (reviewed !== undefined && (options.accept !== undefined || options.delete !== undefined)) {
    throw new BadArguments(
      'A plan that was reviewed is carried out as it is: --accept and --delete cannot change it.',
      'Give them to `driftline plan -o` and have that reviewed.',
    );
  }
  return onRelease(door, options, (context, carry) => {
    if (reviewed !== undefined) return deployReviewed(context, reviewed.text, carry);
    refuseMissingPlan(paths, door.around.cwd, context);
    return deploy(context, { ...toPlan(context), ...carry });
  });
}
