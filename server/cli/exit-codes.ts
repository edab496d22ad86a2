import type { DoctorResult } from '../app/results.ts';
import type { FailureKind } from '../core/failure.ts';
import type { Severity } from '../core/link/finding.ts';
import type { DeployOutcome } from '../core/release/release.ts';

export const OK = 0;
export const FOUND_OR_REFUSED = 1;

/** What a shell learns from each way to fail. */
export const EXIT_OF_FAILURE: Readonly<Record<FailureKind, number>> = {
  refused: 1,
  usage: 2,
  connection: 3,
  rolledBack: 4,
  needsAttention: 5,
  internal: 70,
  cancelled: 130,
};

/** And from each way in which a deploy, a rollback or a recovery can end. */
export const EXIT_OF_OUTCOME: Readonly<Record<DeployOutcome, number>> = {
  deployed: 0,
  nothingToDo: 0,
  refused: 1,
  rolledBack: 4,
  failedNeedsAttention: 5,
};

/** For `driftline --help`. */
export const EXIT_CODES_HELP: readonly (readonly [number, string])[] = [
  [0, 'fine'],
  [1, 'errors found, or refused before anything was written'],
  [2, 'the arguments or driftline.json are wrong'],
  [3, 'the host: no way to it, or no such root or Node on it'],
  [4, 'the deploy failed and was rolled back'],
  [5, 'production needs a person now'],
  [70, 'a mistake in Driftline itself (DRIFTLINE_DEBUG=1 says where)'],
  [130, 'stopped by Ctrl-C'],
];

/** To have undone what was cut off is what a recovery is for. */
export function exitOfRecovery(outcome: DeployOutcome): number {
  return outcome === 'rolledBack' ? OK : EXIT_OF_OUTCOME[outcome];
}

/** A host of which nothing can be seen is another thing than one that is not ready for a deploy; the other verbs say the same. */
export function exitOfDoctor({ ok, checks }: DoctorResult): number {
  if (ok) return OK;
  return checks.some((check) => check.prevents === 'everything') ? EXIT_OF_FAILURE.connection : FOUND_OR_REFUSED;
}

/** @param failOn the mildest severity that counts */
export function exitOfCheck(findings: readonly { readonly severity: Severity }[], failOn: 'error' | 'warning'): number {
  const counts = (severity: Severity): boolean =>
    severity === 'error' || (severity === 'warning' && failOn === 'warning');
  return findings.some((finding) => counts(finding.severity)) ? FOUND_OR_REFUSED : OK;
}
