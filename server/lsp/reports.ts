import { asSentence, outcomeSentence } from '../app/outcome.ts';
import type { DeployResult, PullResult, ReleasesResult } from '../app/results.ts';
import type { GuardFinding, Operation } from '../core/plan/plan.ts';
import type { DeployReport, PlanReport, Problem, PullReport, ReleaseLine } from '../protocol.ts';
import type { PlannedResult } from './engine.ts';
import { planText, processText, reportText } from './plan-text.ts';

/** The verbs' results as the client shows them. */

/** @param uriOf the URI of a path relative to the config's folder */
export function pullReport(result: PullResult, uriOf: (local: string) => string): PullReport {
  return {
    files: result.files.map(({ path, local, change, added, removed, because }) => ({
      path,
      uri: uriOf(local),
      change,
      added,
      removed,
      ...(because !== 'asked' && { importedBy: because.importedBy }),
    })),
    skipped: result.skipped,
    done: result.done,
    proposedCommit: result.proposedCommit,
  };
}

/** @param isProtected whether the target asks for more than a yes */
export function planReport(result: PlannedResult, isProtected: boolean): PlanReport {
  const { plan, guards, address, deployable } = result;
  const blocks = guards.filter((guard) => guard.blocks);
  const counted = (kind: Operation['kind']): number =>
    plan.operations.filter((operation) => operation.kind === kind).length;
  return {
    id: plan.id,
    target: plan.target,
    address,
    root: plan.root.path,
    protected: isProtected,
    counts: { create: counted('create'), replace: counted('replace'), delete: counted('delete') },
    deletions: plan.operations.filter((operation) => operation.kind === 'delete').map((operation) => operation.path),
    ...(plan.process !== null && { restarts: processText(plan.process) }),
    watched: plan.health !== null,
    deployable,
    blocks: blocks.map(asProblem),
    pullHelps: blocks.some((guard) => (guard.link?.pull ?? []).length > 0),
    offersToDelete: [...new Set(blocks.flatMap((guard) => guard.link?.deletes ?? []))],
    text: planText(plan, guards, address),
  };
}

export function deployReport(result: DeployResult): DeployReport {
  const { outcome, release } = result;
  return { outcome, release, detail: told(result), text: reportText(result) };
}

/** The outcome, and why where that is more than health. */
function told(result: DeployResult): string {
  const sentence = outcomeSentence(result);
  if (result.outcome === 'deployed') return sentence;
  return `${sentence} ${asSentence(result.detail)}`;
}

/** The newest first, as a person looks for one. */
export function releaseLines(result: ReleasesResult): ReleaseLine[] {
  return result.releases
    .map(({ id, startedAt, outcome, detail, by, commit, files, kept }) => ({
      id,
      startedAt,
      outcome,
      detail,
      by,
      ...(commit !== undefined && { commit }),
      files,
      kept,
    }))
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

function asProblem({ message, remedy }: GuardFinding): Problem {
  return { message, remedy };
}
