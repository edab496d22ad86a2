import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plan } from '../../server/core/plan/plan.ts';
import type { JournalEvent } from '../../server/core/release/release.ts';
import { HostRefused } from '../../server/remote/failures.ts';
import { EDITED, ILLNESSES } from './app.ts';
import type { Illness } from './app.ts';
import type { Attempt, Fault, World } from './world.ts';

/** What can go wrong at every step. `ends` is what a person has to do after: nothing, or to run `driftline recover`. */
export const FAULTS = [
  'kill-runner',
  'kill-guardian',
  'kill-both',
  'kill-client',
  'stall-client',
  'kill-pm2',
  'disk-full',
  'inodes-gone',
  'read-only',
  'edited',
  'clock-back',
  'clock-forward',
  'no-handles',
] as const;
type FaultKind = (typeof FAULTS)[number];

/** Releases of which every step is hit by every fault. */
export const SCENARIOS = ['good', 'bad', 'recovered'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export type Cell =
  | { readonly name: string; readonly scenario: Scenario; readonly fault: Fault & { readonly kind: FaultKind } }
  | { readonly name: string; readonly illness: Illness };

/** By hand, so that it can be told from every version. */
const EDIT = 'by hand, in the middle of a release\n';

/** The table of steps times the table of faults. Steps are those that a release without a fault goes through: a new one is in it by itself. */
export async function cellsOf(world: World): Promise<Cell[]> {
  const cells: Cell[] = ILLNESSES.map((illness) => ({ name: `an app that is ${illness}`, illness }));
  for (const scenario of SCENARIOS) {
    const points = await pointsOf(world, scenario);
    for (const { point, nth } of points) {
      for (const kind of FAULTS) {
        cells.push({ name: `${scenario}: ${kind} at ${point} ${nth}`, scenario, fault: { kind, point, nth } });
      }
    }
  }
  return cells;
}

async function pointsOf(world: World, scenario: Scenario): Promise<{ point: string; nth: number }[]> {
  const { plan, attempt, to } = await carry(world, scenario, undefined);
  await follows(world, plan, attempt, to);
  const seen = new Map<string, number>();
  const points: { point: string; nth: number }[] = [];
  // What was there before a recovery is not the recovery's.
  const begun = scenario === 'recovered' ? attempt.journal.map(pointOf).lastIndexOf('step:prepare') : 0;
  const all = [...attempt.journal.slice(begun).map(pointOf), 'clearing'];
  for (const point of all) {
    const nth = (seen.get(point) ?? 0) + 1;
    seen.set(point, nth);
    // The first two of probes and the like: the rest are the same again.
    if (nth <= 2 && !(point === 'probe' && nth > 1) && point !== 'log') points.push({ point, nth });
  }
  const renames = plan.operations.reduce((sum, operation) => sum + (operation.kind === 'replace' ? 2 : 1), 0);
  if (scenario !== 'recovered') {
    for (const at of scenario === 'good' ? [1, Math.floor(renames / 2), renames] : [Math.floor(renames / 2)])
      points.push({ point: `rename:${at}`, nth: 1 });
  }
  return points;
}

function pointOf(event: JournalEvent): string {
  return event.type === 'step' ? `step:${event.step}` : event.type;
}

interface Carried {
  readonly plan: Plan;
  readonly attempt: Attempt;
  readonly to: number;
}

async function carry(world: World, scenario: Scenario, fault: Fault | undefined): Promise<Carried> {
  const { plan, next, to } = world.plan(scenario === 'bad' ? 'answers-errors' : 'well');
  if (scenario !== 'recovered') return { plan, to, attempt: await world.carryOut(plan, next, fault) };
  await world.carryOut(plan, next, { kind: 'kill-both', point: 'switched', nth: 1 });
  return { plan, to, attempt: await world.recover(plan.id, fault) };
}

/** Carries a cell out. Rejects with a sentence where production is not whole after it. */
export async function run(world: World, cell: Cell): Promise<string> {
  if ('illness' in cell) return runIllness(world, cell.illness);
  const { plan, attempt, to } = await carry(world, cell.scenario, cell.fault);
  const outcome = await follows(world, plan, attempt, to, cell.fault);
  return `${attempt.fired ? '' : 'not reached; '}${outcome}`;
}

async function runIllness(world: World, illness: Illness): Promise<string> {
  const { plan, next, to } = world.plan(illness);
  const attempt = await world.carryOut(plan, next);
  const outcome = await follows(world, plan, attempt, to);
  if (outcome !== (illness === 'well' ? 'deployed' : 'rolledBack')) throw new Wrong(`it ended ${outcome}`, attempt);
  return outcome;
}

class Wrong extends Error {
  constructor(message: string, attempt: Attempt) {
    const journal = attempt.journal.map((event) => JSON.stringify(event)).join('\n  ');
    super(`${message}\n  client: ${attempt.error?.message ?? 'no error'}\n  ${journal}`);
  }
}

/** What must hold after a release, whatever happened in its middle. */
async function follows(world: World, plan: Plan, attempt: Attempt, to: number, fault?: Fault): Promise<string> {
  const from = world.version;
  const must = (holds: boolean, what: string): void => {
    if (!holds) throw new Wrong(what, attempt);
  };
  const words: string[] = [];
  let isTakenBack = false;
  let outcome = await world.outcomeOf(plan.id);
  must(outcome !== 'running', 'nobody carries it out, and it is told to be running');
  if (fault !== undefined) await world.mend(fault);
  if (outcome === 'interrupted' || outcome === 'failedNeedsAttention') {
    words.push(outcome);
    // Where nothing live was touched, whoever comes next ends it; else they are told what to do.
    const isOver = !(await world.isRefused());
    if (isOver) outcome = await world.outcomeOf(plan.id);
    must(
      !isOver || outcome === 'rolledBack' || outcome === 'none',
      `it ended ${outcome}, and the next deploy was not refused`,
    );
  }
  if (outcome === 'interrupted' || outcome === 'failedNeedsAttention') {
    const told = (await world.journalOf(plan.id)).some(
      (event) => event.type === 'problem' && event.remedy !== undefined,
    );
    const detail = await world.detailOf(plan.id);
    must(
      told || detail.includes('driftline recover') || detail.includes('the old files are back'),
      `no steps are told: ${detail}`,
    );
    if (fault?.kind === 'edited' && outcome === 'failedNeedsAttention') {
      must(
        (await world.answer()) === `all ${from}`,
        `the old version does not answer beside the edit: ${await world.answer()}`,
      );
      must(isKept(world, plan), "somebody's edit is lost");
      world.takeBackEdit(plan);
      isTakenBack = true;
    }
    const recovered = await world.recover(plan.id);
    outcome = await world.outcomeOf(plan.id);
    must(outcome === 'rolledBack', `recover ended it ${outcome}: ${JSON.stringify(recovered.journal.slice(-6))}`);
  }
  words.push(outcome);
  must(outcome !== 'none' || attempt.error !== undefined, 'it is not known, and the client was told of no error');
  const version = outcome === 'deployed' ? to : from;
  const differing = differences(world, version);
  const edited = fault?.kind === 'edited' && attempt.fired && !isTakenBack;
  must(differing.filter((name) => !edited || name !== EDITED).length === 0, `${outcome}, but: ${differing.join(', ')}`);
  if (edited) must(isKept(world, plan), "somebody's edit is lost");
  must((await world.answer()) === `all ${version}`, `${outcome}, but the app answers: ${await world.answer()}`);
  if (world.isLocked()) {
    // Whoever died after the end has left its tidying to the next one who comes.
    words.push('tidied by the next');
    must(!(await world.isRefused()), `${outcome}, and the next deploy is refused`);
  }
  must(!world.isLocked(), `${outcome}, and the root is locked`);
  const strays = world.strays();
  must(strays.length === 0, `${outcome}, and left behind: ${strays.join(', ')}`);
  const last = attempt.journal.findLast((event) => event.type === 'ended');
  must(last === undefined || words.includes(last.outcome), `the client was told ${String(last?.outcome)}`);
  world.settle(version);
  if (edited) world.edit(EDITED, `words of version ${version}\n`);
  await nextDeploy(world, must);
  return words.join(', then ');
}

async function nextDeploy(world: World, must: (holds: boolean, what: string) => void): Promise<void> {
  const { plan, next, to } = world.plan();
  const { error } = await world.carryOut(plan, next);
  const outcome = await world.outcomeOf(plan.id);
  const why = error instanceof HostRefused ? `${error.code}: ${error.message}` : error?.message;
  must(outcome === 'deployed', `the next deploy ended ${outcome}: ${why ?? (await world.detailOf(plan.id))}`);
  must(differences(world, to).length === 0, `the next deploy left ${differences(world, to).join(', ')}`);
  must((await world.answer()) === `all ${to}`, `after the next deploy the app answers: ${await world.answer()}`);
  world.settle(to);
}

/** Paths at which production is not exactly a version. */
function differences(world: World, version: number): string[] {
  const [is, should] = [world.tree(), world.treeOfVersion(version)];
  const all = new Set([...is.keys(), ...should.keys()]);
  return [...all].filter((name) => is.get(name) !== should.get(name) && !isEmptied(name, version));
}

/** A deploy deletes files, not folders: those of earlier versions are still there, and empty. One of a version that was undone is not. */
function isEmptied(name: string, version: number): boolean {
  const of = /^src\/only\/in-(\d+)$/.exec(name)?.[1];
  return of !== undefined && Number(of) < version;
}

/** In its place, or beside the release. */
function isKept(world: World, plan: Plan): boolean {
  if (world.text(EDITED) === EDIT) return true;
  const number = plan.operations.findIndex((operation) => operation.path === EDITED);
  const saved = path.join(world.state, 'releases', plan.id, 'edits', String(number));
  return existsSync(saved) && readFileSync(saved, 'utf8') === EDIT;
}
