import type { Acceptance, Operation } from '../plan.ts';
import type { Concern } from './concern.ts';

/** What is known of the workspace, and what the team's own checks said. */
export interface WorkFacts {
  /** Planned paths (relative to the root) whose local file has changes in no commit; nothing where there is no git. */
  readonly uncommitted: ReadonlySet<string>;
  /** Planned paths that look like secrets, with why. */
  readonly secrets: ReadonlyMap<string, string>;
  /** The newest source, where a build's output is older than it. */
  readonly staleBuild?: string;
  readonly own: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly message: string;
    readonly saw: string;
  }[];
}

export function workConcerns(facts: WorkFacts, operations: readonly Operation[]): Concern[] {
  const concerns: Concern[] = [];
  for (const [path, reason] of facts.secrets) {
    concerns.push({
      guard: 'secret',
      severity: 'error',
      path,
      message: `${path} looks like a secret: ${reason}.`,
      remedy: 'Exclude it.',
      blocking: 'untilAccepted',
    });
  }
  const loose = operations.filter((operation) => operation.kind !== 'delete' && facts.uncommitted.has(operation.path));
  if (loose.length > 0) {
    const names = loose
      .slice(0, 3)
      .map((operation) => operation.path)
      .join(', ');
    const what =
      loose.length === 1
        ? `${names} differs`
        : `${loose.length} planned files (${names}${loose.length > 3 ? ', …' : ''}) differ`;
    concerns.push({
      guard: 'uncommitted',
      severity: 'warning',
      message: `${what} from the last commit.`,
      remedy: `Commit ${loose.length === 1 ? 'it' : 'them'}, so that the release says what it was.`,
      blocking: 'never',
    });
  }
  if (facts.staleBuild !== undefined) {
    concerns.push({
      guard: 'stale-build',
      severity: 'error',
      path: facts.staleBuild,
      message: `${facts.staleBuild} was changed after the build: its output is older.`,
      remedy: 'Build again, or leave --no-build out.',
      blocking: 'untilAccepted',
    });
  }
  for (const guard of facts.own) {
    if (guard.ok) continue;
    concerns.push({
      guard: guard.name,
      severity: 'error',
      message: `${guard.message} (${guard.saw})`,
      remedy: 'Do what it says.',
      blocking: 'untilAccepted',
    });
  }
  return concerns;
}

/** The names that `--accept` knows beside the verdicts' codes and the team's own guards. */
export const GUARDS = [
  'not-judged',
  'unreadable',
  'case-changed',
  'down-before',
  'no-health',
  'unhealthy-before',
  'secret',
  'stale-build',
  'live-edit',
] as const;

/** Acceptances that name no guard there is. */
export function unknownAcceptances(accepted: readonly Acceptance[], known: ReadonlySet<string>): Acceptance[] {
  return accepted.filter((acceptance) => !known.has(acceptance.guard));
}
