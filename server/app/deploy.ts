import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Selection } from '../core/tree/selection.ts';
import type { Operation } from '../core/plan/plan.ts';
import { carry } from './carry.ts';
import type { DeployOptions } from './carry.ts';
import type { VerbContext } from './context.ts';
import { plan, planAgain } from './plan.ts';
import type { PlanOptions } from './plan.ts';
import { parsePlanFile, whatDiffers } from './plan-file.ts';
import { refusal } from './results.ts';
import type { DeployResult, PlanResult } from './results.ts';

/** Plans, and has the host carry the plan out once a person has agreed to it. */
export async function deploy(context: VerbContext, options: PlanOptions & DeployOptions): Promise<DeployResult> {
  return deployPlanned(context, await plan(context, options), options);
}

/** Carries out a plan that was just made and shown. */
export function deployPlanned(
  context: VerbContext,
  planned: PlanResult,
  options: DeployOptions,
): Promise<DeployResult> {
  return carry(context, planned, { ...options, contentOf: (operation) => savedContent(context, operation) });
}

/**
 * Carries out a plan that was written down and reviewed. It is planned once more: where anything that it does or rests on came out
 * otherwise, it is refused.
 *
 * @param text what `planFileText` gave
 */
export async function deployReviewed(
  context: VerbContext,
  text: string,
  options: DeployOptions,
): Promise<DeployResult> {
  const reviewed = parsePlanFile(text);
  const now = await planAgain(context, reviewed);
  const differs = whatDiffers(reviewed, now.plan);
  if (differs !== undefined) {
    return refusal(now, `This is not what was reviewed any more: ${differs}. Plan again.`);
  }
  return deployPlanned(context, now, options);
}

/** The bytes as saved. Whether they are those of the plan is compared where they are sent. */
function savedContent(context: VerbContext, operation: Operation): Promise<Uint8Array> {
  const { config, target } = context;
  const place = new Selection(target.rules).toLocal(operation.path);
  return readFile(path.join(config.folder, place.path ?? operation.path));
}
