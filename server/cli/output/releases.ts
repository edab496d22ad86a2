import type { ReleaseSummary } from '../../core/release/release.ts';
import type { ReleasesResult } from '../../app/results.ts';
import { columns, count, lines, next, time } from './text.ts';
import type { ReportOptions } from './text.ts';

/** `driftline releases` for people: the newest first, and which of them can be gone back to. */
export function releasesReport(result: ReleasesResult, options: ReportOptions): string {
  const { paint } = options;
  const releases = [...result.releases].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  if (releases.length === 0)
    return lines(`No release of ${result.target} was ever made by Driftline.`, next(['driftline plan'], options));
  const shown = options.all === true ? releases : releases.slice(0, 20);
  const last = releases.find((release) => release.outcome === 'deployed' && release.kept);
  const stuck = releases.find(
    (release) => release.outcome === 'failedNeedsAttention' || release.outcome === 'interrupted',
  );
  return lines(
    paint.bold(result.target),
    columns(shown.map(row), (cell, column) => (column === 2 ? colour(cell, options) : cell)),
    releases.length > shown.length
      ? paint.dim(`  … and ${releases.length - shown.length} more (--all shows them)`)
      : [],
    next(
      stuck !== undefined && stuck === releases[0]
        ? ['driftline doctor']
        : last === undefined
          ? ['driftline plan']
          : [`driftline rollback ${last.id}`],
      options,
    ),
  );
}

function row(release: ReleaseSummary): string[] {
  return [
    release.id,
    time(release.startedAt),
    OUTCOMES[release.outcome],
    count(release.files, 'file'),
    release.commit?.slice(0, 8) ?? '-',
    `${release.by}${release.undoes === undefined ? '' : `, undoing ${release.undoes.join(', ')}`}${release.kept ? '' : ', backup gone'}: ${release.detail}`,
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
