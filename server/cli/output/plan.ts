import { shownAt } from '../../core/link/finding.ts';
import type { Acceptance, GuardFinding, Plan } from '../../core/plan/plan.ts';
import type { PlanResult } from '../../app/results.ts';
import { escapeLines, escapeName } from './escape.ts';
import { count, group, lines, next, shellWord, time } from './text.ts';
import type { Paint, ReportOptions } from './text.ts';

export interface PlanReportOptions extends ReportOptions {
  /** What carries out this very plan; without it, `driftline deploy`. */
  readonly deploy?: string;
}

/** A plan for people: what blocks it, what it writes, what is restarted and who watches. */
export function planReport(result: PlanResult, options: PlanReportOptions): string {
  const { plan } = result;
  const { paint } = options;
  return lines(
    heading(plan, paint),
    guardLines(result.guards, plan.accepted, paint),
    operationGroups(plan, options),
    plan.operations.length === 0 ? [] : ['', ...afterwards(plan, paint)],
    verdict(result, options),
  );
}

function heading(plan: Plan, paint: Paint): string[] {
  const commit =
    plan.commit === undefined
      ? ''
      : `  commit ${escapeName(plan.commit.id.slice(0, 8))}${plan.commit.dirty ? ' and uncommitted changes' : ''}`;
  const what =
    plan.reason.kind === 'rollback' ? `Undoing release ${plan.reason.undoes.map(escapeName).join(', ')}` : 'Plan';
  return [
    `${paint.bold(plan.target)}  ${escapeName(plan.host)}  ${escapeName(plan.root.real)}  ${paint.dim(time(plan.madeAt))}`,
    `${what}: ${counts(plan)}.${commit}`,
  ];
}

/** `27 files written (3 new), 1 deleted`. */
export function counts(plan: Plan): string {
  const of = (kind: string): number => plan.operations.filter((operation) => operation.kind === kind).length;
  if (plan.operations.length === 0) return 'nothing to write';
  const written = of('create') + of('replace');
  const parts = [
    ...(written > 0 ? [`${count(written, 'file')} written${of('create') > 0 ? ` (${of('create')} new)` : ''}`] : []),
    of('delete') > 0 ? `${of('delete')} deleted` : 'nothing deleted',
  ];
  return parts.join(', ');
}

/** What guards say: those that block first, each with its remedy. A guard that has nothing to say is not here. */
export function guardLines(guards: readonly GuardFinding[], accepted: readonly Acceptance[], paint: Paint): string[] {
  const order = [...guards].sort((a, b) => rank(a) - rank(b));
  if (order.length === 0) return [];
  return [
    '',
    paint.bold('Guards'),
    ...order.flatMap((guard) => guardRows(guard, accepted, paint)),
    ...howToAccept(order, paint),
  ];
}

/** Said once, below all of them: mending comes first. */
function howToAccept(guards: readonly GuardFinding[], paint: Paint): string[] {
  const first = guards.find((guard) => guard.accept !== undefined);
  if (first?.accept === undefined) return [];
  return ['', paint.dim(`  To let one pass knowingly: --accept ${shellWord(first.accept)} --reason "…"`)];
}

function guardRows(guard: GuardFinding, accepted: readonly Acceptance[], paint: Paint): string[] {
  const pass = guard.blocks
    ? undefined
    : accepted.find((each) => each.guard === guard.guard && (each.path === undefined || each.path === guard.path));
  const word = guard.blocks
    ? paint.red('blocks')
    : guard.severity === 'information'
      ? paint.dim('note  ')
      : paint.yellow(pass === undefined ? 'warns ' : 'passed');
  const after = pass === undefined ? guard.remedy : `accepted: ${pass.reason}`;
  return [
    `  ${word}  ${escapeName(guard.guard)}: ${place(guard)}${escapeName(guard.message)}`,
    ...(after === ''
      ? []
      : escapeLines(after)
          .split('\n')
          .map((line) => paint.dim(`          ${line}`))),
  ];
}

function place(guard: GuardFinding): string {
  if (guard.link === undefined) return '';
  const { file, range, output } = shownAt(guard.link);
  const inOutput = output === undefined ? '' : ` (${escapeName(output)})`;
  return `${escapeName(file.path)}:${range.start.line + 1}:${range.start.character + 1}${inOutput}: `;
}

function rank(guard: GuardFinding): number {
  return guard.blocks ? 0 : guard.severity === 'error' ? 1 : guard.severity === 'warning' ? 2 : 3;
}

function operationGroups(plan: Plan, options: ReportOptions): string[] {
  const paths = (kind: 'create' | 'replace' | 'delete'): string[][] =>
    plan.operations.filter((operation) => operation.kind === kind).map((operation) => [operation.path]);
  return [
    // Nobody must overlook a deletion: these are never cut.
    ...group('Deleted', paths('delete'), { ...options, all: true }),
    ...group('Replaced', paths('replace'), options),
    ...group('New', paths('create'), options),
  ];
}

/** What happens after the switch, a sentence each. */
function afterwards(plan: Plan, paint: Paint): string[] {
  return [`Restarts: ${restarted(plan)}`, watched(plan, paint)];
}

export function restarted(plan: Plan): string {
  const { process } = plan;
  if (process === null) return 'nothing ("process" is not configured)';
  switch (process.kind) {
    case 'pm2':
      return `${escapeName(process.name)} by PM2`;
    case 'systemd':
      return `${escapeName(process.unit)} by systemd${process.user ? ' (user)' : ''}`;
    case 'command':
      return `by the command "${escapeName(process.restart)}"`;
  }
}

function watched(plan: Plan, paint: Paint): string {
  if (plan.health === null) return paint.yellow('Watch:    unwatched: nobody sees whether it answers afterwards');
  const names = [...plan.health.probes, ...plan.health.outside].map((probe) => escapeName(probe.name));
  const who = plan.confirm === 'client' ? ', confirmed from here' : '';
  return `Watch:    ${names.join(', ')} for ${seconds(plan.health.stableForMs)}, within ${seconds(plan.health.withinMs)}${who}; else the old version is put back`;
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

/** Whether a deploy of this would be begun, and what to run now. */
function verdict(result: PlanResult, options: PlanReportOptions): string[] {
  const { paint } = options;
  const blocking = result.guards.filter((guard) => guard.blocks).length;
  if (blocking > 0) {
    const refused = `Refused: ${count(blocking, 'guard blocks', 'guards block')} it, and nothing would be written. Do what ${blocking === 1 ? 'it says' : 'they say'}, then plan again.`;
    return ['', paint.red(refused), ...next([wayOut(result.guards)], options)];
  }
  if (result.plan.operations.length === 0)
    return ['', paint.green('Nothing to do: production has all of it.'), ...next(['driftline audit'], options)];
  return ['', paint.green('Nothing stands in the way.'), ...next([options.deploy ?? 'driftline deploy'], options)];
}

/** The command that answers what blocks, where there is one. */
export function wayOut(guards: readonly GuardFinding[]): string {
  const blocking = guards.filter((guard) => guard.blocks);
  // While a release holds the root, nothing else is worth mending first.
  const holding = blocking.find(({ guard }) => guard === 'unfinished' || guard === 'locked');
  if (holding !== undefined) return commandIn(holding.remedy) ?? 'driftline releases';
  if (blocking.some((guard) => (guard.link?.pull ?? []).length > 0)) return 'driftline pull --missing';
  const hotfix = blocking.find((guard) => guard.guard === 'hotfix-overwritten' && guard.path !== undefined);
  return hotfix?.path === undefined ? 'driftline plan' : `driftline pull ${shellWord(hotfix.path)}`;
}

/** What a sentence tells people to run: whole where it is its end. */
export function commandIn(sentence: string): string | undefined {
  return /: (driftline .+?)\.?$/.exec(sentence)?.[1] ?? /\bdriftline [a-z]+/.exec(sentence)?.[0];
}
