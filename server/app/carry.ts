import type { GuardFinding, Operation, Plan } from '../core/plan/plan.ts';
import type { JournalEvent } from '../core/release/release.ts';
import { Failure } from '../core/failure.ts';
import { loadBaseline, saveBaseline } from '../io/baseline.ts';
import { savedIfPossible } from '../io/private-files.ts';
import { carryOut } from '../release/carry-out.ts';
import { baselineFolder, leave } from './baseline.ts';
import type { VerbContext } from './context.ts';
import { refusal } from './results.ts';
import type { DeployResult, PlanResult } from './results.ts';

/** What carrying a plan out needs of whoever wants it. */
export interface DeployOptions {
  /** Called with a plan that no guard blocks; it goes on only after `true`. */
  readonly confirm: (planned: PlanResult) => Promise<boolean>;
  readonly onEvent: (event: JournalEvent) => void;
}

export interface CarryOptions extends DeployOptions {
  readonly contentOf: (operation: Operation) => Promise<Uint8Array>;
}

/** From a plan to its end: refused, or carried out by the host. Rejects only where the line or the person ended it. */
export async function carry(context: VerbContext, planned: PlanResult, options: CarryOptions): Promise<DeployResult> {
  const { plan } = planned;
  if (plan.operations.length === 0 && !planned.guards.some(isOpen)) {
    return { ...refusal(planned, 'Production has all of it.'), outcome: 'nothingToDo' };
  }
  if (!planned.deployable) return refusal(planned, blockedBy(planned));
  if (!(await options.confirm(planned))) return refusal(planned, 'You said no.');
  let journal: readonly JournalEvent[];
  try {
    journal = await carryOut({
      host: await context.host(),
      plan,
      contentOf: options.contentOf,
      signal: context.signal,
      onStaged: (done, all) =>
        context.progress.report({ message: `Sending file ${done + 1} of ${all}`, fraction: done / all }),
      onEvent: options.onEvent,
    });
  } catch (error) {
    if (error instanceof Failure && error.kind === 'refused') {
      return refusal(planned, `${error.message} ${error.remedy}`);
    }
    throw error;
  }
  const result = ended(planned, journal);
  if (result.outcome === 'deployed') await remember(context, plan);
  return result;
}

/** How a release that was started ended, by its journal. */
export function ended(planned: PlanResult, journal: readonly JournalEvent[]): DeployResult {
  // The last one: a release that needed attention and was recovered has two.
  const end = journal.findLast((event) => event.type === 'ended');
  return {
    ...refusal(planned, end?.detail ?? 'It was cut off in its middle. Finish or undo it: driftline recover'),
    outcome: end?.outcome ?? 'failedNeedsAttention',
    release: planned.plan.id,
    journal,
  };
}

/** What was left in its middle, what could not be compared or written, and what was not built is never "nothing to do". */
const OPEN: ReadonlySet<string> = new Set(['unfinished', 'locked', 'unreadable', 'type-changed', 'stale-build']);

function isOpen({ guard, blocks }: GuardFinding): boolean {
  return blocks && OPEN.has(guard);
}

function blockedBy({ guards }: PlanResult): string {
  const blocking = guards.filter((guard) => guard.blocks);
  const [first] = blocking;
  if (first === undefined) return 'A guard blocks it.';
  return blocking.length === 1 ? first.message : `${blocking.length} guards block it, the first: ${first.message}`;
}

/**
 * Writes down what this release left, so that the next look can tell who changed what. What it did not touch keeps what was known. Where
 * it cannot be written down, the host's own record of the release tells the next look.
 */
async function remember(context: VerbContext, plan: Plan): Promise<void> {
  const folder = baselineFolder(context);
  const files = new Map((await loadBaseline(folder))?.files);
  leave(files, plan.operations);
  await savedIfPossible(saveBaseline(folder, { release: plan.id, files }));
}
