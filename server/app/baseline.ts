import path from 'node:path';
import { Failure } from '../core/failure.ts';
import type { Operation, Plan } from '../core/plan/plan.ts';
import { loadBaseline, saveBaseline } from '../io/baseline.ts';
import type { Baseline } from '../io/baseline.ts';
import { rootKey } from '../io/places.ts';
import { savedIfPossible } from '../io/private-files.ts';
import { whoAmI } from '../io/who.ts';
import type { VerbContext } from './context.ts';
import { releases } from './releases.ts';

/** Where this machine keeps what the last release left on this root. */
export function baselineFolder(context: VerbContext): string {
  return path.join(context.places.state, 'baselines', rootKey(context.target));
}

/** What releases left: those of this machine, and all of them, whoever made them. */
export interface Baselines {
  readonly own: Baseline | undefined;
  readonly all: Baseline | undefined;
}

export async function loadBaselines(context: VerbContext): Promise<Baselines> {
  const all = await baselineOfHost(context);
  return { own: await loadBaseline(baselineFolder(context)), all };
}

/** Further back than this, nobody's release is asked for. */
const MOST_RELEASES = 200;

/** By the plans of the deployed releases that the host keeps; what was read of them before is remembered here. */
async function baselineOfHost(context: VerbContext): Promise<Baseline | undefined> {
  const deployed = await deployedReleases(context);
  const [newest] = deployed;
  if (newest === undefined) return undefined;
  const folder = path.join(baselineFolder(context), 'host');
  const known = await loadBaseline(folder);
  const at = deployed.indexOf(known?.release ?? '');
  if (at === 0) return known;
  const host = await context.host();
  const { state } = context.target;
  const since = deployed.slice(0, at < 0 ? MOST_RELEASES : at);
  const told = await Promise.all(since.map((id) => host.request('release', { state, id }, { signal: context.signal })));
  const plans = told.map(({ plan }) => plan).reverse();
  const files = new Map(at < 0 ? [] : known?.files);
  for (const { operations } of plans) leave(files, operations);
  const baseline = { release: newest, files };
  // In this order: what could not be taken back is asked for again.
  await savedIfPossible(takeBack(context, plans).then(() => saveBaseline(folder, baseline)));
  return baseline;
}

/** A release of ours whose end we did not hear of, since the line was cut or we were ended, is ours all the same. */
async function takeBack(context: VerbContext, plans: readonly Plan[]): Promise<void> {
  const me = whoAmI();
  const ours = plans.filter(({ by }) => by.user === me.user && by.machine === me.machine);
  const last = ours.at(-1);
  if (last === undefined) return;
  const files = new Map((await loadBaseline(baselineFolder(context)))?.files);
  for (const { operations } of ours) leave(files, operations);
  await saveBaseline(baselineFolder(context), { release: last.id, files });
}

/** The newest first. None where the host cannot tell, as without Node: then what this machine knows is all there is. */
async function deployedReleases(context: VerbContext): Promise<string[]> {
  try {
    const known = await releases(context);
    return known.releases.filter(({ outcome }) => outcome === 'deployed').map(({ id }) => id);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'refused') return [];
    throw error;
  }
}

/** What a release's operations leave, put down in a baseline's files. */
export function leave(files: Map<string, string>, operations: readonly Operation[]): void {
  for (const operation of operations) {
    if (operation.kind === 'delete') files.delete(operation.path);
    else files.set(operation.path, operation.after.sha256);
  }
}
