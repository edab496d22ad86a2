import type { Content, Operation, Plan } from '../core/plan/plan.ts';
import type { ReleaseSummary } from '../core/release/release.ts';

/** What a rollback goes back over, the newest first. */
export interface Way {
  readonly undoes: readonly ReleaseSummary[];
  /** The release whose state comes back, `null` for what was there before the first of them. */
  readonly to: string | null;
}

/** Why there is no way back. */
export class NoWay extends Error {}

/**
 * The releases between now and the one to go back to. Without a name: the last one that changed production is undone.
 *
 * @param releases the newest first
 * @param to one of them
 */
export function wayBack(releases: readonly ReleaseSummary[], to: string | undefined): Way {
  const standing = releases.filter((release) => release.outcome === 'deployed');
  if (to === undefined) {
    const [last, before] = standing;
    if (last === undefined) throw new NoWay('There is no release to undo.');
    return checked({ undoes: [last], to: before?.id ?? null });
  }
  const at = standing.findIndex((release) => release.id === to);
  if (at < 0) throw new NoWay(`Release ${to} left nothing on production to go back to.`);
  return checked({ undoes: standing.slice(0, at), to });
}

function checked(way: Way): Way {
  const gone = way.undoes.find((release) => !release.kept);
  if (gone !== undefined) throw new NoWay(`The backup of release ${gone.id} is not kept any more.`);
  return way;
}

/** One path on the way back: what the newest undone release left there, and what the oldest found. */
export interface Return {
  readonly path: string;
  readonly left: Content | null;
  readonly wanted: Content | null;
}

/** @param plans of the undone releases, the newest first */
export function returnsOf(plans: readonly Plan[]): Return[] {
  const returns = new Map<string, Return>();
  for (const plan of plans) {
    for (const operation of plan.operations) {
      const before = operation.kind === 'create' ? null : operation.before;
      const after = operation.kind === 'delete' ? null : operation.after;
      const newer = returns.get(operation.path);
      returns.set(operation.path, {
        path: operation.path,
        left: newer === undefined ? after : newer.left,
        wanted: before,
      });
    }
  }
  return [...returns.values()];
}

/** What a path holds now, `null` for nothing. */
export type Now = (path: string) => Content | null;

/** The operations that bring everything back, new files first and deletions last, and the paths that somebody edited since. */
export function operationsBack(returns: readonly Return[], now: Now): { operations: Operation[]; edited: string[] } {
  const operations: Operation[] = [];
  const edited: string[] = [];
  for (const { path, left, wanted } of returns) {
    const found = now(path);
    if (found?.sha256 === wanted?.sha256) continue;
    if (found?.sha256 !== left?.sha256) edited.push(path);
    if (wanted === null) {
      if (found !== null) operations.push({ kind: 'delete', path, before: found });
    } else if (found === null) operations.push({ kind: 'create', path, after: wanted });
    else operations.push({ kind: 'replace', path, before: found, after: wanted });
  }
  const order = { create: 0, replace: 1, delete: 2 };
  return { operations: operations.sort((a, b) => order[a.kind] - order[b.kind]), edited };
}
