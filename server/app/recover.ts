import type { JournalEvent, ReleaseSummary } from '../core/release/release.ts';
import { follow } from '../release/carry-out.ts';
import { ended } from './carry.ts';
import type { VerbContext } from './context.ts';
import { releases } from './releases.ts';
import type { DeployResult } from './results.ts';

export interface RecoverOptions {
  readonly onEvent: (event: JournalEvent) => void;
  /** Called with the release that was cut off; it is undone only after `true`. */
  readonly confirm: (release: ReleaseSummary) => Promise<boolean>;
}

/** Has the host undo a release that nobody carries out any more, and listens until it has ended. */
export async function recover(context: VerbContext, options: RecoverOptions): Promise<DeployResult> {
  const { target, signal } = context;
  const known = await releases(context);
  const cut = known.releases.find(isOpen);
  if (cut !== undefined && !(await options.confirm(cut))) return nothing(target.name, 'refused', 'You said no.');
  const host = await context.host();
  const { release: id } = await host.request('recover', { state: target.state }, { signal });
  if (id === null) return nothing(target.name, 'nothingToDo', 'No release was cut off in its middle.');
  const { plan } = await host.request('release', { state: target.state, id }, { signal });
  const journal = await follow({ host, plan, signal, onEvent: options.onEvent });
  return ended({ plan, guards: plan.guards, deployable: true }, journal);
}

/** Whether a release was left in its middle, or ended with something that a person has to look at: until then it holds the root. */
export function isOpen({ outcome, unlocked }: ReleaseSummary): boolean {
  return unlocked !== true && (outcome === 'interrupted' || outcome === 'failedNeedsAttention');
}

function nothing(target: string, outcome: 'refused' | 'nothingToDo', detail: string): DeployResult {
  return { target, outcome, release: null, plan: null, guards: [], journal: [], detail };
}
