import type { Plan } from '../core/plan/plan.ts';
import { UsageFailure } from './failures.ts';
import type { PlanResult } from './results.ts';

/** What is written down for a review: the plan as it is, for people's tools and for `deployReviewed`. */
export function planFileText({ plan }: PlanResult): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** The parts of a written plan that are read again: all else is compared as it stands. */
export type ReviewedPlan = Pick<Plan, 'operations' | 'accepted'> & { readonly [key: string]: unknown };

/** Throws a `UsageFailure` for a text that is no plan. */
export function parsePlanFile(text: string): ReviewedPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notAPlan();
  }
  if (!isPlan(value)) throw notAPlan();
  return value;
}

function notAPlan(): UsageFailure {
  return new UsageFailure('This file holds no plan.', 'Write one: driftline plan -o FILE');
}

function isPlan(value: unknown): value is ReviewedPlan {
  if (typeof value !== 'object' || value === null) return false;
  if (!('format' in value) || value.format !== 1 || !('operations' in value) || !('accepted' in value)) return false;
  return (
    Array.isArray(value.operations) &&
    value.operations.every(isOperation) &&
    Array.isArray(value.accepted) &&
    value.accepted.every(isAcceptance)
  );
}

function isOperation(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string' && 'kind' in value
  );
}

function isAcceptance(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'guard' in value &&
    typeof value.guard === 'string' &&
    'reason' in value &&
    typeof value.reason === 'string'
  );
}

/** What decides what a plan does, with the words for where it differs. Its name, its time and who made it do not. */
const DECIDING: readonly (readonly [keyof Plan, string])[] = [
  ['target', 'it is for another target'],
  ['host', 'it is for another host'],
  ['root', 'the root is another folder'],
  ['state', 'releases are kept elsewhere'],
  ['group', '"group" is configured otherwise'],
  ['operations', 'other files would be written, or production or the workspace has other contents'],
  ['relies', 'files that its verdicts rest on changed'],
  ['process', 'the process is configured otherwise'],
  ['node', '"node" is configured otherwise'],
  ['runs', "the process's definition changed on the host"],
  ['health', 'health is configured otherwise'],
  ['confirm', '"confirm" is configured otherwise'],
  ['keep', '"keep" is configured otherwise'],
];

/** Why a plan that was made now is not the one that was reviewed; `undefined` where it is. */
export function whatDiffers(reviewed: ReviewedPlan, now: Plan): string | undefined {
  return DECIDING.find(([key]) => canonical(reviewed[key]) !== canonical(now[key]))?.[1];
}

/** JSON with its keys in order: the order in a file means nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
