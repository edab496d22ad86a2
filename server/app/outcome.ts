import type { Plan } from '../core/plan/plan.ts';
import type { DeployResult } from './results.ts';

/** How a deploy, a rollback or a recovery ended, as one sentence that stands for itself. */
export function outcomeSentence(result: DeployResult): string {
  const isRollback = result.plan?.reason.kind === 'rollback';
  switch (result.outcome) {
    case 'deployed':
      return isRollback ? wentBack(result.plan) : `Deployed to ${result.target}.`;
    case 'rolledBack':
      if (!wasTouched(result)) return 'Given up: nothing live was changed.';
      return isRollback
        ? 'The rollback failed and was undone: what it found answers again.'
        : 'Rolled back: the old version answers again.';
    case 'failedNeedsAttention':
      return 'FAILED: production needs a person now.';
    case 'refused':
      return 'Refused: nothing was written.';
    case 'nothingToDo':
      return 'Nothing to do.';
  }
}

/** Whether live files were changed at any time. */
function wasTouched(result: DeployResult): boolean {
  return result.journal.some((event) => event.type === 'step' && event.step === 'switch');
}

function wentBack(plan: Plan | null): string {
  if (plan?.reason.kind !== 'rollback') return 'Went back.';
  const { to, undoes } = plan.reason;
  const state = to === null ? 'production is as it was before the first release' : `production is as ${to} left it`;
  return `Went back: ${state}; ${undoes.join(', ')} ${undoes.length === 1 ? 'is' : 'are'} undone.`;
}
