import { lstatSync } from 'fs';
import type { Plan } from '../../core/plan/plan.ts';
import { reasonOf } from '../names.ts';
import { sha256Of } from './durable.ts';
import { foldersAbove, live, statOf, unfitPlaces } from './places.ts';

/** Production is not what the plan rests on. */
export class Changed extends Error {}

/** Everything that the plan relies on is still as it was: the root itself, what it touches, what its verdicts read, and absences. */
export function verifyPlan(plan: Plan): void {
  verifyRoot(plan);
  for (const operation of plan.operations) {
    verifyFolders(plan, operation.path);
    if (operation.kind === 'create') expect(plan, operation.path, null);
    else {
      expect(plan, operation.path, operation.before.sha256);
      expectMode(plan, operation.path, operation.before.mode);
    }
  }
  for (const reliance of plan.relies) expect(plan, reliance.path, reliance.sha256);
}

export function verifyRoot(plan: Plan): void {
  const { real, identity } = plan.root;
  const stat = statOf(real);
  if (stat === undefined) throw new Changed(`The root ${real} is not there any more`);
  if (`${stat.dev}:${stat.ino}` !== identity) {
    throw new Changed(`${real} is another folder than the one that was planned for`);
  }
}

/** Every file can be renamed from the state folder to its place: the guards asked the same when the plan was made. */
export function verifyPlaces(plan: Plan): void {
  const [unfit] = unfitPlaces(
    plan.state,
    plan.operations.map((operation) => live(plan, operation.path)),
  );
  if (unfit !== undefined) throw new Error(`${unfit.folder} ${unfit.why}`);
}

function expect(plan: Plan, relative: string, sha256: string | null): void {
  let found: string | null;
  try {
    found = sha256Of(live(plan, relative));
  } catch (error) {
    const stat = statOf(live(plan, relative));
    if (stat?.isFile() !== false) throw new Error(`${relative} cannot be read: ${reasonOf(error)}`);
    throw new Changed(`${relative} is no regular file on production any more`);
  }
  if (found === sha256) return;
  const what = sha256 === null ? 'appeared' : found === null ? 'vanished' : 'changed';
  throw new Changed(`${relative} ${what} on production since the plan was made`);
}

function expectMode(plan: Plan, relative: string, mode: number): void {
  const found = lstatSync(live(plan, relative)).mode & 0o7777;
  if (found === mode) return;
  const words = `${mode.toString(8)} to ${found.toString(8)}`;
  throw new Changed(`the permissions of ${relative} changed on production from ${words} since the plan was made`);
}

/** Each folder on the way is a folder and no link: a link would lead writes out of the root. */
export function verifyFolders(plan: Plan, relative: string): void {
  for (const folder of foldersAbove(relative)) {
    const stat = statOf(live(plan, folder));
    if (stat !== undefined && !stat.isDirectory()) throw new Changed(`${folder} is no folder on production any more`);
  }
}
