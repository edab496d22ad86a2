import type { DriftEntry } from '../core/drift/drift.ts';
import type { Finding } from '../core/link/finding.ts';
import type { LockDifference } from '../core/link/lock-differences.ts';
import type { PackageDifference } from '../core/link/package-differences.ts';
import type { KnownContents } from '../core/tree/inventory.ts';
import type { GuardFinding, Plan } from '../core/plan/plan.ts';
import type { DeployOutcome, JournalEvent, ReleaseSummary } from '../core/release/release.ts';

/** `driftline doctor`: one line per area, each saying what was found and what to do. */
export interface DoctorResult {
  readonly target: string;
  readonly address: string;
  readonly checks: readonly DoctorCheck[];
  /** True where no check failed: a deploy would not be refused for what the host is like. */
  readonly ok: boolean;
}

export interface DoctorCheck {
  readonly area:
    'connection' | 'hostKey' | 'root' | 'state' | 'releases' | 'node' | 'process' | 'health' | 'disk' | 'clock';
  readonly verdict: 'ok' | 'warning' | 'failed';
  /** Of what failed: whether nothing can even be looked at, or only a deploy cannot go. */
  readonly prevents?: 'everything' | 'deploy';
  readonly found: string;
  readonly remedy?: string;
}

/** `driftline audit`. */
export interface AuditResult {
  readonly target: string;
  readonly address: string;
  readonly root: string;
  readonly takenAt: string;
  /** False where something in scope could not be read: then nothing here says that a file is absent there. */
  readonly complete: boolean;
  /** "production is commit 840d627 plus 3 files nobody committed", where git can tell. */
  readonly summary: string;
  /** How kinds were told apart. `twoWay`: no git and no earlier release, so which side changed is not known. */
  readonly evidence: 'git' | 'baseline' | 'git and baseline' | 'twoWay';
  /** Production-only that code needs first, then by weight; `same` left out unless asked. */
  readonly entries: readonly DriftEntry[];
  readonly counts: Readonly<Record<DriftEntry['kind'], number>>;
  /** Where production's packages are not what the lockfile here says. */
  readonly lockDifferences: readonly LockDifference[];
  /** How production's contents came to be known: by a hash just now, or by looks that are the same as when they were hashed. */
  readonly contents?: KnownContents;
  readonly unlisted: readonly { readonly path: string; readonly reason: string; readonly count?: number }[];
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/** `driftline check`. */
export interface CheckResult {
  readonly target: string;
  readonly root: string;
  /** Of the inventory that the verdicts rest on; says nothing newer than this. */
  readonly takenAt: string;
  readonly complete: boolean;
  /** Where it was not production that told, but a file. */
  readonly inventory?: { readonly file: string; readonly ageMs: number };
  readonly modules: number;
  readonly findings: readonly Finding[];
  /** What could not be judged, by name. */
  readonly notJudged: readonly { readonly path: string; readonly reason: string }[];
  /** Where a `package.json` decides otherwise here than it will on production. */
  readonly packageDifferences: readonly PackageDifference[];
}

/** `driftline pull`: first as a preview, then with what was done. */
export interface PullResult {
  readonly target: string;
  readonly files: readonly PulledFile[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  readonly done: boolean;
  /** The message that a commit of these files would have, and the commit if it was made. */
  readonly proposedCommit: string;
  readonly commit?: string;
}

export interface PulledFile {
  /** Relative to the root, and to the config's folder. */
  readonly path: string;
  readonly local: string;
  readonly change: 'created' | 'updated' | 'unchanged';
  readonly added: number;
  readonly removed: number;
  /** Why it came along: asked for, or imported by a file that was. */
  readonly because: 'asked' | { readonly importedBy: string };
}

/** `driftline plan`. */
export interface PlanResult {
  readonly plan: Plan;
  /** False where a guard blocks: a deploy of it would be refused. */
  readonly deployable: boolean;
  /** Guards that block, then those that warn, then the rest. */
  readonly guards: readonly GuardFinding[];
}

/** `driftline deploy`, `driftline rollback` and `driftline recover`. */
export interface DeployResult {
  readonly target: string;
  readonly outcome: DeployOutcome;
  /** The release's id on the host; null where none was made. */
  readonly release: string | null;
  /** What was, or would have been, carried out; null where there was nothing to plan. */
  readonly plan: Plan | null;
  readonly guards: readonly GuardFinding[];
  readonly journal: readonly JournalEvent[];
  /** One sentence: how it ended and why. */
  readonly detail: string;
}

/** A plan that was not carried out. */
export function refusal({ plan, guards }: PlanResult, detail: string): DeployResult {
  return { target: plan.target, outcome: 'refused', release: null, plan, guards, journal: [], detail };
}

/** `driftline releases`. */
export interface ReleasesResult {
  readonly target: string;
  readonly releases: readonly ReleaseSummary[];
}
