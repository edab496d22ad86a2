import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { VerbContext } from '../app/context.ts';
import { Selection } from '../core/tree/selection.ts';
import { BadArguments } from './failures.ts';

/** A plan that was written down, and the target that it is for. */
export interface PlanFile {
  readonly text: string;
  readonly target?: string;
}

/**
 * The plan that these arguments mean, or `undefined` where they are paths to deploy. `*.driftline-plan` always is one; a `.json` file is
 * one if it holds one, for a `package.json` may be deployed too.
 */
export async function readPlanFile(words: readonly string[], cwd: string): Promise<PlanFile | undefined> {
  const isNamed = (word: string): boolean => word.endsWith('.driftline-plan');
  const [only] = words;
  if (only === undefined || words.length > 1) {
    if (!words.some(isNamed)) return undefined;
    throw new BadArguments('A plan is carried out alone, with no paths beside it.', 'Name the plan only.');
  }
  if (!isNamed(only) && !only.endsWith('.json')) return undefined;
  let text: string;
  try {
    text = await readFile(path.resolve(cwd, only), 'utf8');
  } catch (error) {
    if (!isNamed(only)) return undefined; // Then it is a path that is deployed, or nothing: see `refuseMissingPlan`.
    const isThere = existsSync(path.resolve(cwd, only));
    const why = error instanceof Error ? error.message : String(error);
    throw new BadArguments(
      isThere ? `The plan file ${only} cannot be read: ${why}.` : `There is no plan file ${only}.`,
      'Write a plan with `driftline plan -o FILE`.',
    );
  }
  const target = targetOfPlan(text);
  if (target === undefined && !isNamed(only)) return undefined;
  return { text, ...(target !== undefined && { target }) };
}

/**
 * Throws where the one word that ends as a plan's name does is neither a file here nor the name of one that is deployed: a plan whose name
 * was mistyped is not looked for among what differs.
 */
export function refuseMissingPlan(words: readonly string[], cwd: string, { config, target }: VerbContext): void {
  const [only] = words;
  if (only === undefined || words.length > 1 || !only.endsWith('.json') || GLOB.test(only)) return;
  const deployed = new Selection(target.rules).toLocal(only).path;
  const places = [path.resolve(cwd, only), ...(deployed === undefined ? [] : [path.join(config.folder, deployed)])];
  if (places.some((place) => existsSync(place))) return;
  throw new BadArguments(
    `There is no plan file ${only}, and no file of that name is deployed.`,
    'Write a plan with `driftline plan -o FILE`, or see `driftline audit` for what would be deployed.',
  );
}

const GLOB = /[*?[\]{}()!]/;

/** Only enough is read to tell a plan from other JSON; whether it is a good one is judged where it is carried out. */
export function targetOfPlan(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // No JSON is no plan.
  }
  if (typeof value !== 'object' || value === null || !('operations' in value) || !('relies' in value)) return undefined;
  return 'target' in value && typeof value.target === 'string' ? value.target : undefined;
}
