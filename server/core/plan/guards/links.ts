import type { DriftEntry } from '../../drift/drift.ts';
import type { Finding } from '../../link/finding.ts';
import type { UnreadableLink } from '../../link/judge.ts';
import type { LockDifference } from '../../link/lock-differences.ts';
import { whenItFails } from '../../link/reach.ts';
import type { PackageDifference } from '../../link/package-differences.ts';
import type { Concern } from './concern.ts';

/** What is known of the merged tree's links. */
export interface LinkFacts {
  readonly findings: readonly Finding[];
  readonly notJudged: readonly { readonly path: string; readonly reason: string }[];
  readonly unreadable: readonly UnreadableLink[];
  readonly packageDifferences: readonly PackageDifference[];
  readonly lockDifferences: readonly LockDifference[];
  /** Modules that the plan writes, relative to the config's folder. */
  readonly written: ReadonlySet<string>;
}

/** Every link that would fail on production after this plan, and every one that nobody could judge. */
export function linkConcerns(facts: LinkFacts): Concern[] {
  return [
    ...facts.findings.map((finding): Concern => ({
      guard: finding.code,
      severity: finding.severity,
      path: finding.file.path,
      message: [finding.message, whenItFails(finding)].filter((each) => each !== undefined).join(' '),
      remedy: finding.remedy,
      link: finding,
      blocking: finding.severity === 'error' ? 'untilAccepted' : 'never',
    })),
    ...facts.notJudged.map(({ path, reason }): Concern => ({
      guard: 'not-judged',
      severity: facts.written.has(path) ? 'error' : 'information',
      path,
      message: `${path} could not be read as a module: ${reason}.`,
      remedy: 'Mend it; or, where you know what it imports, accept it by name.',
      blocking: facts.written.has(path) ? 'untilAccepted' : 'never',
    })),
    ...facts.packageDifferences.map(({ local, message }): Concern => ({
      guard: 'package-json',
      severity: 'warning',
      ...(local !== null && { path: local }),
      message,
      remedy: 'Deploy it too ("map"), or make both say the same.',
      blocking: 'never',
    })),
    ...facts.lockDifferences.map(({ lockfile, severity, message, remedy }): Concern => ({
      guard: 'lockfile',
      severity,
      path: lockfile,
      message,
      remedy,
      blocking: 'never',
    })),
    ...facts.unreadable.map(({ module, specifier, reason }): Concern => ({
      guard: 'unreadable',
      severity: 'error',
      path: module,
      message: `Where "${specifier}" of ${module} leads on production is not known: ${reason}.`,
      remedy: 'Let the user that deploys read it.',
      blocking: 'untilAccepted',
    })),
  ];
}

/** Production contents that are in no commit and in no release: this plan would overwrite the only copy. */
export function hotfixConcerns(drift: readonly DriftEntry[], replaced: ReadonlySet<string>): Concern[] {
  return drift
    .filter((entry) => replaced.has(entry.path) && (entry.hotfix === true || entry.kind === 'changedThere'))
    .map((entry) => ({
      guard: 'hotfix-overwritten',
      severity: 'warning',
      path: entry.path,
      message:
        entry.hotfix === true
          ? `Production's version of ${entry.path} is in no commit: this would overwrite that hotfix.`
          : `${entry.path} was changed on production (${entry.why ?? 'not here'}): this would undo that change.`,
      remedy: `Take it over first: driftline pull ${entry.path}.`,
      blocking: 'untilAccepted',
    }));
}
