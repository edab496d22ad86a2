import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { VerbContext } from '../../app/context.ts';
import { plan } from '../../app/plan.ts';
import type { PlanOptions } from '../../app/plan.ts';
import { planFileText } from '../../app/plan-file.ts';
import { Selection } from '../../core/tree/selection.ts';
import { FOUND_OR_REFUSED, OK } from '../exit-codes.ts';
import { BadArguments } from '../failures.ts';
import { acceptances, collect, verb, withAccept, withAll, withHost } from '../options.ts';
import type { AcceptOptions, HostOptions } from '../options.ts';
import { planReport } from '../output/plan.ts';
import { quoted, shellWord } from '../output/text.ts';
import { pathsAsMeant } from '../paths.ts';
import { onTarget } from '../run.ts';
import type { Door } from '../program.ts';

/** What `plan` and `deploy` share. */
export interface WhatToDeploy extends HostOptions, AcceptOptions {
  readonly delete?: readonly string[];
  /** False for `--no-build`. */
  readonly build: boolean;
  readonly all?: boolean;
}

interface PlanCommandOptions extends WhatToDeploy {
  readonly output?: string;
}

export function withWhatToDeploy(command: Command): Command {
  return withAll(
    withAccept(
      command
        .option('--delete <path>', 'delete this there, which only production has; may be repeated', collect)
        .option('--no-build', 'do not run the build of the target first'),
    ),
  );
}

/** Throws where the arguments cannot be meant. */
export function planOptions(paths: readonly string[], options: WhatToDeploy, around: Door['around']) {
  const accept = acceptances(options);
  return (context: VerbContext): PlanOptions => ({
    patterns: pathsAsMeant(paths, around.cwd, context.config.folder),
    deletes: pathsAsMeant(options.delete ?? [], around.cwd, context.config.folder),
    accept,
    build: options.build,
  });
}

export function planCommand(door: Door): Command {
  return withHost(
    withWhatToDeploy(
      verb('plan', 'Show what a deploy would write, and what would stop it; writes nothing on production.')
        .summary('what would a deploy do, and what would stop it?')
        .argument('[paths...]', 'deploy only these paths or globs; default: all that differs')
        .option('-o, --output <file>', 'write the plan down for a review: driftline deploy FILE carries it out'),
    ),
  ).action((paths: string[], options: PlanCommandOptions) => door.ends(run(door, paths, options)));
}

async function run(door: Door, paths: readonly string[], given: PlanCommandOptions): Promise<number> {
  const { around } = door;
  const options = { ...given, verb: 'plan' };
  const toPlan = planOptions(paths, options, around);
  const output = options.output === undefined ? undefined : path.resolve(around.cwd, options.output);
  return onTarget(around, options, async ({ context, line, report, show }) => {
    if (output !== undefined) refuseManaged(context, output);
    const result = await plan(context, toPlan(context));
    const written = result.deployable ? output : undefined;
    if (written !== undefined) await write(written, planFileText(result));
    const words = written === undefined ? deployWords(paths, options) : [shellWord(path.relative(around.cwd, written))];
    show(result, planReport(result, { ...report, deploy: ['driftline deploy', ...words].join(' ') }));
    if (output !== undefined && written === undefined)
      line.say(`Guards block this plan: it was not written to ${output}.`);
    return result.deployable ? OK : FOUND_OR_REFUSED;
  });
}

/** What `driftline deploy` must be told to do what was planned just now. */
export function deployWords(paths: readonly string[], options: Omit<WhatToDeploy, 'format'>): string[] {
  return [
    ...paths.map(shellWord),
    ...(options.delete ?? []).map((each) => `--delete ${shellWord(each)}`),
    ...(options.accept ?? []).map((each) => `--accept ${quoted(each)}`),
    ...(options.reason === undefined ? [] : [`--reason ${quoted(options.reason)}`]),
    ...(options.build ? [] : ['--no-build']),
  ];
}

/** A plan among the files that it deploys would make itself another one by being written. */
function refuseManaged(context: VerbContext, file: string): void {
  const local = path.relative(context.config.folder, file).split(path.sep).join('/');
  if (local.startsWith('..') || !new Selection(context.target.rules).toProduction(local).managed) return;
  throw new BadArguments(
    `${file} lies among the managed files, so a deploy would take the plan along.`,
    'Write it somewhere else, or add it to "exclude".',
  );
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new BadArguments(
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
      'Name another file with -o.',
    );
  }
}
