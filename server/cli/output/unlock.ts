import type { UnlockResult } from '../../app/unlock.ts';
import { escapeName } from './escape.ts';
import { lines, next } from './text.ts';
import type { ReportOptions } from './text.ts';

/** `driftline unlock` for people. */
export function unlockReport({ target, release, unlocked }: UnlockResult, options: ReportOptions): string {
  if (!unlocked) {
    return lines(`Nothing to do: release ${escapeName(release)} holds nothing.`, next(['driftline releases'], options));
  }
  return lines(
    `${options.paint.green(`Unlocked ${escapeName(target)}.`)} What release ${escapeName(release)} left stays as it is, and its backup is kept.`,
    next(['driftline audit', 'driftline plan'], options),
  );
}
