import { describe, expect, it } from 'vitest';
import { carry } from '../../../server/app/carry.ts';
import type { VerbContext } from '../../../server/app/context.ts';
import type { PlanResult } from '../../../server/app/results.ts';
import type { GuardFinding, Plan } from '../../../server/core/plan/plan.ts';

const guard = (name: string, blocks = true): GuardFinding => ({
  ...{ guard: name, severity: 'error', message: `It is ${name}.`, remedy: '', blocks },
});
/** Carries out a plan without operations; nobody may be asked, and no host. */
function carryNothing(...guards: GuardFinding[]) {
  const planned: PlanResult = {
    plan: { target: 'production', operations: [] } as unknown as Plan,
    deployable: !guards.some(({ blocks }) => blocks),
    guards,
  };
  const never = (): never => {
    throw new Error('asked');
  };
  const context = { host: never } as unknown as VerbContext;
  return carry(context, planned, { confirm: never, onEvent: never, contentOf: never });
}

describe('a plan without operations', () => {
  it.each(['unfinished', 'locked', 'unreadable', 'type-changed', 'stale-build'])(
    'is refused and not "nothing to do" where it is %s',
    async (name) => {
      expect(await carryNothing(guard(name))).toMatchObject({ outcome: 'refused', detail: `It is ${name}.` });
    },
  );

  it('is nothing to do, whatever would stand in the way of a release', async () => {
    expect(await carryNothing(guard('no-health'), guard('process'))).toMatchObject({ outcome: 'nothingToDo' });
    expect(await carryNothing(guard('unreadable', false))).toMatchObject({ outcome: 'nothingToDo' });
  });
});
