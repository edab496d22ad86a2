import type { ReleaseSummary } from '../../core/release/release.ts';
import type { ReleasesResult } from '../../app/results.ts';
import { columns, count, lines, next, shellWord, time } from './text.ts';
import type { ReportOptions } from './text.ts';

/** `driftline releases` for people: the newest first, and what can be gone back to. */
export function releasesReport(result: ReleasesResult, options: ReportOptions): string {
  const { paint } = options;
  const { releases } = result; // The newest first, as the host has numbered them: its clock may have jumped.
  if (releases.length === 0)
    return lines(`No release of ${result.target} was ever made by Driftline.`, next(['driftline plan'], options));
  const shown = options.all === true ? releases : releases.slice(0, 20);
  return lines(
    paint.bold(result.target),
    columns(shown.map(row), (cell, column) => (column === 2 ? colour(cell, options) : cell)),
    releases.length > shown.length
      ? paint.dim(`  … and ${releases.length - shown.length} more (--all shows them)`)
      : [],
    next(commands(releases), options),
  );
}

/** What is not at its end comes first; else the ways back: one release, and to an earlier one. */
function commands(releases: readonly ReleaseSummary[]): string[] {
  // What was rolled back left everything as it was before, and what was unlocked has been judged.
  switch (releases.find(({ outcome, unlocked }) => outcome !== 'rolledBack' && unlocked !== true)?.outcome) {
    case 'interrupted':
      return ['driftline recover'];
    case 'failedNeedsAttention':
      return ['driftline doctor', 'driftline recover'];
    case 'running':
      return ['driftline releases'];
    case 'deployed':
    case 'rolledBack':
    case undefined:
      break;
  }
  const standing = releases.filter((release) => release.outcome === 'deployed');
  if (standing[0]?.kept !== true) return ['driftline plan'];
  // Going back to the one before the last is what `rollback` does by itself.
  const earlier = standing.findIndex((release, index) => index > 0 && !release.kept);
  const reachable = standing.slice(2, earlier < 0 ? undefined : earlier + 1)[0];
  return ['driftline rollback', ...(reachable === undefined ? [] : [`driftline rollback ${shellWord(reachable.id)}`])];
}

function row(release: ReleaseSummary): string[] {
  const undoing = release.undoes === undefined ? '' : `, undoing ${release.undoes.join(', ')}`;
  // Of one that left nothing there is nothing to go back to anyway.
  const gone = release.outcome === 'deployed' && !release.kept ? ', backup gone' : '';
  return [
    release.id,
    time(release.startedAt),
    OUTCOMES[release.outcome],
    count(release.files, 'file'),
    release.commit?.slice(0, 8) ?? '-',
    `${release.by}${undoing}${gone}: ${release.detail}`,
  ];
}

const OUTCOMES: Readonly<Record<ReleaseSummary['outcome'], string>> = {
  deployed: 'deployed',
  rolledBack: 'rolled back',
  failedNeedsAttention: 'FAILED',
  running: 'running',
  interrupted: 'interrupted',
};

function colour(cell: string, { paint }: ReportOptions): string {
  if (cell.startsWith('deployed')) return paint.green(cell);
  return cell.startsWith('FAILED') || cell.startsWith('interrupted') ? paint.red(cell) : paint.yellow(cell);
}
