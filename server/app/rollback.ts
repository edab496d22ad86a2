import { count } from '../core/words.ts';
import { decide } from '../core/plan/guards/concern.ts';
import type { Concern } from '../core/plan/guards/concern.ts';
import { releaseConcerns } from '../core/plan/guards/machine.ts';
import type { Acceptance, Content, Plan } from '../core/plan/plan.ts';
import type { Inventory } from '../core/tree/inventory.ts';
import { takeInventory } from '../io/inventory.ts';
import { NoWay, operationsBack, returnsOf, wayBack } from '../release/rollback.ts';
import type { Return, Way } from '../release/rollback.ts';
import { carry } from './carry.ts';
import type { DeployOptions } from './carry.ts';
import type { VerbContext } from './context.ts';
import { Refused } from './failures.ts';
import { askMachine, planFrame } from './machine.ts';
import { releaseNamed, releases } from './releases.ts';
import type { DeployResult, PlanResult } from './results.ts';

export interface RollbackOptions extends DeployOptions {
  /** The release to go back to; without one, the last is undone. */
  readonly to?: string;
  readonly accept: readonly Acceptance[];
}

/** Brings back what an earlier release left, as a release of its own. What somebody edited since is not clobbered unseen. */
export async function rollback(context: VerbContext, options: RollbackOptions): Promise<DeployResult> {
  const planned = await planRollback(context, options);
  return carry(context, planned, {
    ...options,
    contentOf: (operation) =>
      Promise.reject(
        new Refused(
          `The old bytes of ${operation.path} are not kept on the host any more. Nothing was written.`,
          'Deploy the commit that you want back.',
        ),
      ),
  });
}

async function planRollback(context: VerbContext, options: RollbackOptions): Promise<PlanResult> {
  const way = await findWay(context, options.to);
  const returns = returnsOf(await plansOf(context, way));
  const inventory = await lookAt(context, returns);
  const { operations, edited } = operationsBack(returns, nowIn(inventory));
  const machine = await askMachine(context, inventory, operations);
  const guards = decide(
    [...edited.map(liveEdit), ...outOfSight(returns, inventory), ...machine.concerns.map(forAWayBack)],
    options.accept,
  );
  const plan: Plan = {
    ...planFrame(context, machine, inventory),
    operations,
    relies: [],
    guards,
    accepted: options.accept,
    reason: { kind: 'rollback', undoes: way.undoes.map((release) => release.id), to: way.to },
  };
  return { plan, deployable: !guards.some((guard) => guard.blocks), guards };
}

async function findWay(context: VerbContext, to: string | undefined): Promise<Way> {
  const known = await releases(context);
  if (to !== undefined) releaseNamed(known, to);
  try {
    return wayBack(known.releases, to);
  } catch (error) {
    if (!(error instanceof NoWay)) throw error;
    // A release that has not ended is why there is none, or comes before it.
    const [held] = releaseConcerns(known.releases);
    throw new Refused(held?.message ?? error.message, held?.remedy ?? 'See: driftline releases');
  }
}

async function plansOf(context: VerbContext, way: Way): Promise<Plan[]> {
  const { target, signal } = context;
  const host = await context.host();
  const plans: Plan[] = [];
  for (const release of way.undoes) {
    const { plan } = await host.request('release', { state: target.state, id: release.id }, { signal });
    plans.push(plan);
  }
  return plans;
}

/** What those paths hold now, whatever the configuration manages by now. */
async function lookAt(context: VerbContext, returns: readonly Return[]): Promise<Inventory> {
  const { target, signal, progress } = context;
  progress.report({ message: `Looking at ${count(returns.length, 'file')} of ${target.root}` });
  const rules = {
    map: [{ local: '.', production: '.' }],
    include: returns.map((each) => literalPattern(each.path)),
    exclude: returns.map((each) => `!${literalPattern(each.path)}`),
  };
  return takeInventory(await context.host(), { ...target, rules }, { signal });
}

/** A pattern in gitignore syntax that means this one path. */
function literalPattern(path: string): string {
  return `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}`;
}

function nowIn(inventory: Inventory): (path: string) => Content | null {
  const there = new Map(inventory.entries.map((entry) => [entry.path, entry]));
  return (path) => {
    const entry = there.get(path);
    if (entry?.content === undefined) return null;
    return { sha256: entry.content.sha256, size: entry.size, mode: entry.mode & 0o7777 };
  };
}

function liveEdit(path: string): Concern {
  return {
    guard: 'live-edit',
    severity: 'error',
    path,
    message: `${path} was changed on production since the release that this undoes.`,
    remedy: `Look at it first: driftline pull ${path}.`,
    blocking: 'untilAccepted',
  };
}

/** What could not be read is not taken for absent. */
function outOfSight(returns: readonly Return[], inventory: Inventory): Concern[] {
  const there = new Map(inventory.entries.map((entry) => [entry.path, entry]));
  return returns.flatMap(({ path }): Concern[] => {
    const entry = there.get(path);
    const blind = [...inventory.unreadable, ...inventory.unlisted].find(
      (hidden) => path === hidden.path || path.startsWith(`${hidden.path}/`),
    );
    const isOther = entry !== undefined && entry.kind !== 'file';
    const why = entry?.problem ?? blind?.reason ?? (isOther ? `it is a ${entry.kind} now` : undefined);
    if (why === undefined) return [];
    return [
      {
        guard: 'unreadable',
        severity: 'error',
        path,
        message: `What production has at ${path} is not known: ${why}.`,
        remedy: 'Let the user that deploys read it.',
        blocking: 'always',
      },
    ];
  });
}

const ABOUT_HEALTH: ReadonlySet<string> = new Set(['unhealthy-before', 'down-before', 'no-health']);

/** An app that is ill now is a reason to go back, and none against it. */
function forAWayBack(concern: Concern): Concern {
  return ABOUT_HEALTH.has(concern.guard) ? { ...concern, severity: 'warning', blocking: 'never' } : concern;
}
