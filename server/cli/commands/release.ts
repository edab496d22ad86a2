import type { VerbContext } from '../../app/context.ts';
import type { DeployOptions } from '../../app/carry.ts';
import { deployQuestion } from '../../app/questions.ts';
import type { DeployResult, PlanResult } from '../../app/results.ts';
import { EXIT_OF_OUTCOME } from '../exit-codes.ts';
import { JournalTeller } from '../output/journal.ts';
import { deployReport } from '../output/deploy.ts';
import { planReport } from '../output/plan.ts';
import { onTarget } from '../run.ts';
import type { Run, RunOptions } from '../run.ts';
import type { Door } from '../program.ts';

/** What `deploy` and `rollback` have in common: the plan is shown, one question, the journal as it comes, the report. */
export function onRelease(
  door: Door,
  options: RunOptions,
  carryOut: (context: VerbContext, carry: DeployOptions) => Promise<DeployResult>,
): Promise<number> {
  return onTarget(door.around, { ...options, changes: 'production' }, async (run) => {
    const confirm = async (planned: PlanResult): Promise<boolean> => {
      run.line.tell(planReport(planned, run.preview));
      return run.context.person.confirm({ ...deployQuestion(planned.plan, run.context.target), detail: '' });
    };
    const result = await carryOut(run.context, { confirm, onEvent: journalTo(door, run) });
    showOutcome(run, result, options);
    return EXIT_OF_OUTCOME[result.outcome];
  });
}

/** Tells each event as it comes, and lets Ctrl-C know how far the host is. */
export function journalTo(door: Door, { line }: Run): DeployOptions['onEvent'] {
  const teller = new JournalTeller();
  const { interrupts } = door.around;
  return (event) => {
    interrupts.reached(event.type === 'ended' ? 'ended' : 'onTheHost');
    const told = teller.tell(event);
    if (told?.stays === true) line.tell(told.text);
    else if (told !== undefined) line.flash(told.text);
  };
}

export function showOutcome(run: Run, result: DeployResult, options: RunOptions): void {
  run.show(result, deployReport(result, { ...run.report, verb: options.verb }));
}
