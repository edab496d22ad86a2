import type { Target } from '../config/config.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Person } from './person.ts';

type Question = Parameters<Person['confirm']>[0];

const SHOWN_DELETIONS = 10;

/** The one question before production is written: target, host, counts, deletions. A protected target wants its name typed. */
export function deployQuestion(plan: Plan, target: Target): Question {
  const isRollback = plan.reason.kind === 'rollback';
  const action = isRollback ? 'Roll Back' : 'Deploy';
  return {
    title: isRollback ? `Roll back ${plan.target}?` : `Deploy to ${plan.target}?`,
    detail: [
      `${plan.host}, ${plan.root.path}`,
      countsOf(plan),
      ...deletionsOf(plan),
      restartOf(plan),
      plan.health === null
        ? 'UNWATCHED: nobody sees whether it answers afterwards.'
        : `Watched for ${plan.health.stableForMs / 1000} s; the old version comes back if it does not hold.`,
    ].join('\n'),
    action,
    ...(target.protected && { typed: plan.target }),
  };
}

function countsOf(plan: Plan): string {
  const of = (kind: string): number => plan.operations.filter((operation) => operation.kind === kind).length;
  const deleted = of('delete') === 0 ? 'nothing deleted' : `${of('delete')} deleted`;
  const written = [
    ...(of('create') > 0 ? [`${of('create')} new`] : []),
    ...(of('replace') > 0 ? [`${of('replace')} replaced`] : []),
  ];
  return `${[...written, deleted].join(', ')}.`;
}

function deletionsOf(plan: Plan): string[] {
  const deleted = plan.operations.filter(({ kind }) => kind === 'delete').map(({ path }) => `- ${path}`);
  const rest = deleted.length - SHOWN_DELETIONS;
  return rest > 0 ? [...deleted.slice(0, SHOWN_DELETIONS), `- and ${rest} more`] : deleted;
}

function restartOf({ process }: Plan): string {
  if (process === null) return 'Nothing is restarted.';
  const what =
    process.kind === 'pm2' ? process.name : process.kind === 'systemd' ? process.unit : `"${process.restart}"`;
  return `Restarts ${what}.`;
}
