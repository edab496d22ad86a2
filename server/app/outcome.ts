import type { Plan } from '../core/plan/plan.ts';
import type { JournalEvent } from '../core/release/release.ts';
import type { DeployResult } from './results.ts';

/** How a deploy, a rollback or a recovery ended, as one sentence that stands for itself. */
export function outcomeSentence(result: DeployResult, isRecovery = false): string {
  const isRollback = result.plan?.reason.kind === 'rollback';
  switch (result.outcome) {
    case 'deployed':
      return isRollback ? wentBack(result.plan) : `Deployed to ${result.target}.`;
    case 'rolledBack':
      if (!wasTouched(result)) return 'Given up: nothing live was changed.';
      return isRecovery
        ? `Recovered: the old version ${isBack(result)}.`
        : isRollback
          ? `The rollback failed and was undone: what it found ${isBack(result)}.`
          : `Rolled back: the old version ${isBack(result)}.`;
    case 'failedNeedsAttention':
      return 'FAILED: production needs a person now.';
    case 'refused':
      return 'Refused: nothing was written.';
    case 'nothingToDo':
      return 'Nothing to do.';
  }
}

/** Nobody has seen an answer where there are no probes, and what was down before is put back to that. */
function isBack({ plan }: DeployResult): string {
  if (plan?.guards.some(({ guard }) => guard === 'down-before') === true)
    return 'is back, and the app is down as before';
  return plan?.health === null ? 'runs again' : 'answers again';
}

/** Whether live files were changed at any time. */
function wasTouched(result: DeployResult): boolean {
  return result.journal.some(
    (event) => event.type === 'switched' || (event.type === 'step' && event.step === 'switch'),
  );
}

function wentBack(plan: Plan | null): string {
  if (plan?.reason.kind !== 'rollback') return 'Went back.';
  const { to, undoes } = plan.reason;
  const state = to === null ? 'production is as it was before its first release' : `production is as ${to} left it`;
  return `Went back: ${state}; ${undoes.join(', ')} ${undoes.length === 1 ? 'is' : 'are'} undone.`;
}

const LOG_LINES = 15;

/** The end of a log as a report shows it: whole entries, without the tail of a stack trace at its beginning. */
export function lastEntries(lines: readonly string[]): readonly string[] {
  const last = lines.slice(-LOG_LINES);
  const first = last.findIndex((line) => /^\S/.test(line));
  return first < 0 ? last : last.slice(first);
}

/** What several looks of one probe in a row have seen. */
export interface SeenByProbe {
  readonly at: string;
  readonly name: string;
  readonly ok: boolean;
  readonly saw: string;
  readonly latencyMs: number;
  readonly times: number;
}

/** What is told of a journal: all but the single looks of its probes. */
export type Told = Exclude<JournalEvent, { type: 'probe' }> | ({ readonly type: 'probes' } & SeenByProbe);

/** A journal in which a probe that sees the same twenty times says it once, with how often. */
export function foldProbes(journal: readonly JournalEvent[]): Told[] {
  const told: Told[] = [];
  const open = new Map<string, number>();
  for (const event of journal) {
    if (event.type !== 'probe') {
      open.clear();
      told.push(event);
      continue;
    }
    const { at, name, ok, saw, latencyMs } = event;
    const index = open.get(name);
    const last = index === undefined ? undefined : told[index];
    if (index !== undefined && last?.type === 'probes' && last.saw === saw) {
      told[index] = { ...last, times: last.times + 1, latencyMs: Math.max(last.latencyMs, latencyMs) };
    } else {
      open.set(name, told.length);
      told.push({ type: 'probes', at, name, ok, saw, latencyMs, times: 1 });
    }
  }
  return told;
}

/** A clause as a sentence. A path stays as it is spelled. */
export function asSentence(text: string): string {
  const begun = text.replace(/^[a-z]+(?![\w/-]|\.\w)/, (word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `${begun}${/[.!?]$/.test(text) ? '' : '.'}`;
}
