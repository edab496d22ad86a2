import { readFile } from 'node:fs/promises';
import path from 'node:path';
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
    if (!isNamed(only)) return undefined; // Then it is a path on production, or nothing: the plan says which.
    throw new BadArguments(
      `${only} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      'Write a plan with `driftline plan -o FILE`.',
    );
  }
  const target = targetOfPlan(text);
  if (target === undefined && !isNamed(only)) return undefined;
  return { text, ...(target !== undefined && { target }) };
}

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
