import type { DeployOutcome, JournalEvent } from '../../core/release/release.ts';
import type { DeployResult } from '../../app/results.ts';
import { escapeName } from './escape.ts';
import { counts, guardLines } from './plan.ts';
import { columns, lines, next } from './text.ts';
import type { Paint, ReportOptions } from './text.ts';

/** How a deploy or a rollback ended, for people: the outcome first, then what was seen, the next command last. */
export function deployReport(result: DeployResult, options: ReportOptions): string {
  const { paint } = options;
  const refused = result.outcome === 'refused';
  return lines(
    `${headline(result.outcome, paint)}  ${escapeName(result.detail)}`,
    refused ? [] : summary(result, paint),
    guardLines(
      result.guards.filter((guard) => (refused ? guard.blocks : guard.severity !== 'information')),
      paint,
    ),
    problems(result.journal, paint),
    result.outcome === 'deployed' ? [] : probes(result.journal, paint),
    result.outcome === 'deployed' ? [] : logs(result.journal, paint),
    undone(result, paint),
    tail(result, options),
  );
}

function headline(outcome: DeployOutcome, paint: Paint): string {
  switch (outcome) {
    case 'deployed':
      return paint.green('Deployed.');
    case 'rolledBack':
      return paint.yellow('Rolled back: the old version answers again.');
    case 'failedNeedsAttention':
      return paint.red('FAILED: production needs a person now.');
    case 'refused':
      return paint.red('Refused: nothing was written.');
    case 'nothingToDo':
      return 'Nothing to do.';
  }
}

function summary(result: DeployResult, paint: Paint): string[] {
  if (result.release === null || result.plan === null) return [];
  const switched = result.journal.find((event) => event.type === 'switched');
  const window = switched === undefined ? '' : `, switched in ${switched.windowMs} ms`;
  return [paint.dim(`Release ${escapeName(result.release)}: ${counts(result.plan)}${window}.`)];
}

function problems(journal: readonly JournalEvent[], paint: Paint): string[] {
  return journal.flatMap((event) =>
    event.type === 'problem'
      ? [
          '',
          paint.red(escapeName(event.message)),
          ...(event.remedy === undefined ? [] : [`  ${escapeName(event.remedy)}`]),
        ]
      : [],
  );
}

/** What each probe saw, a line per change: a probe that says the same twenty times says it once, with how often. */
function probes(journal: readonly JournalEvent[], paint: Paint): string[] {
  const seen: { name: string; saw: string; ok: boolean; times: number }[] = [];
  for (const event of journal) {
    if (event.type !== 'probe') continue;
    const last = seen.findLast((each) => each.name === event.name);
    if (last?.saw === event.saw) last.times++;
    else seen.push({ name: event.name, saw: event.saw, ok: event.ok, times: 1 });
  }
  if (seen.length === 0) return [];
  const rows = seen.map((each) => [
    each.ok ? 'ok' : 'no',
    each.name,
    each.times > 1 ? `${each.saw} (${each.times} times)` : each.saw,
  ]);
  return [
    '',
    paint.bold('What the probes saw'),
    ...columns(rows, (cell, column) =>
      column > 0 ? cell : cell.startsWith('ok') ? paint.green(cell) : paint.red(cell),
    ),
  ];
}

/** The application's last lines, as the host gave them. */
function logs(journal: readonly JournalEvent[], paint: Paint): string[] {
  const last = journal.findLast((event) => event.type === 'log');
  if (last === undefined || last.lines.length === 0) return [];
  return [
    '',
    paint.bold("The application's last lines"),
    ...last.lines.slice(-15).map((line) => paint.dim(`  ${escapeName(line)}`)),
  ];
}

function undone(result: DeployResult, paint: Paint): string[] {
  const steps = result.journal.flatMap((event) =>
    event.type === 'step' && event.step === 'undo' ? [event.detail] : [],
  );
  return steps.length === 0 ? [] : ['', paint.bold('What was undone'), ...steps.map((step) => `  ${escapeName(step)}`)];
}

function tail(result: DeployResult, options: ReportOptions): string[] {
  switch (result.outcome) {
    case 'deployed':
      return next(['driftline releases', `driftline rollback ${result.release ?? ''}`.trimEnd()], options);
    case 'rolledBack':
      return next(['driftline check', 'driftline releases'], options);
    case 'failedNeedsAttention':
      return next(['driftline doctor', 'driftline releases'], options);
    case 'refused':
      return next(
        [
          result.guards.some((guard) => guard.blocks && (guard.link?.pull ?? []).length > 0)
            ? 'driftline pull --missing'
            : 'driftline plan',
        ],
        options,
      );
    case 'nothingToDo':
      return next(['driftline audit'], options);
  }
}
