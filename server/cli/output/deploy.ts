import type { JournalEvent } from '../../core/release/release.ts';
import { asSentence, lastEntries, outcomeSentence } from '../../app/outcome.ts';
import type { DeployResult } from '../../app/results.ts';
import { escapeName } from './escape.ts';
import { commandIn, counts, guardLines, wayOut } from './plan.ts';
import { columns, lines, next } from './text.ts';
import type { Paint, ReportOptions } from './text.ts';

/** How a deploy, a rollback or a recovery ended, for people: the outcome first, then what was seen, the next command last. */
export function deployReport(result: DeployResult, options: ReportOptions & { readonly verb: string }): string {
  const { paint } = options;
  const refused = result.outcome === 'refused';
  return lines(
    headline(result, options.verb, paint),
    detail(result),
    refused ? [] : summary(result, paint),
    // Of a plan that was carried out they were shown with it.
    refused
      ? guardLines(
          result.guards.filter((guard) => guard.blocks),
          [],
          paint,
        )
      : [],
    problems(result.journal, paint),
    result.outcome === 'deployed' ? [] : probes(result.journal, paint),
    result.outcome === 'deployed' ? [] : logs(result.journal, paint),
    undone(result, paint),
    tail(result, options),
  );
}

function headline(result: DeployResult, verb: string, paint: Paint): string {
  const isRecovery = verb === 'recover';
  const sentence = escapeName(outcomeSentence(result, isRecovery));
  switch (result.outcome) {
    case 'deployed':
      return paint.green(sentence);
    case 'rolledBack':
      return isRecovery ? paint.green(sentence) : paint.yellow(sentence);
    case 'failedNeedsAttention':
    case 'refused':
      return paint.red(sentence);
    case 'nothingToDo':
      return sentence;
  }
}

/** How it came to that: said of what went otherwise than it was meant to, for "healthy" alone says nothing new. */
function detail(result: DeployResult): string[] {
  if (result.outcome === 'deployed' && result.detail === 'healthy') return [];
  if (result.outcome === 'deployed' && result.detail === 'unwatched')
    return ['Unwatched: nobody saw whether it answers.'];
  // The guards are listed below with their own words.
  if (result.outcome === 'refused' && result.guards.some((guard) => guard.blocks)) return [];
  return [asSentence(escapeName(result.detail))];
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

/** What the probes saw of the new version, and of the old one once it was back. */
function probes(journal: readonly JournalEvent[], paint: Paint): string[] {
  const undo = journal.findIndex((event) => event.type === 'step' && event.step === 'undo');
  const split = undo < 0 ? journal.length : undo;
  return [
    ...probeGroup('What the probes saw', journal.slice(0, split), paint),
    ...probeGroup('What they saw once it was undone', journal.slice(split), paint),
  ];
}

/** A line per change: a probe that sees the same twenty times says it once, with how often. */
function probeGroup(title: string, journal: readonly JournalEvent[], paint: Paint): string[] {
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
  const colour = (cell: string): string => (cell.startsWith('ok') ? paint.green(cell) : paint.red(cell));
  return ['', paint.bold(title), ...columns(rows, (cell, column) => (column > 0 ? cell : colour(cell)))];
}

/** The application's last lines, as the host gave them, without those of a stack that lie in packages. */
function logs(journal: readonly JournalEvent[], paint: Paint): string[] {
  const last = journal.findLast((event) => event.type === 'log');
  const own = last?.lines.filter((line) => !FRAME_OF_PACKAGE.test(line)) ?? [];
  if (own.length === 0) return [];
  return [
    '',
    paint.bold("The application's last lines"),
    ...lastEntries(own).map((line) => paint.dim(`  ${escapeName(line)}`)),
  ];
}

const FRAME_OF_PACKAGE = /^\s+at .*(?:\/node_modules\/|\(?node:)/;

function undone(result: DeployResult, paint: Paint): string[] {
  const steps = result.journal.flatMap((event) =>
    event.type === 'step' && event.step === 'undo' ? [event.detail] : [],
  );
  return steps.length === 0 ? [] : ['', paint.bold('What was undone'), ...steps.map((step) => `  ${escapeName(step)}`)];
}

function tail(result: DeployResult, options: ReportOptions & { readonly verb: string }): string[] {
  const { verb } = options;
  switch (result.outcome) {
    case 'deployed':
      // Undoes whatever was last: also this rollback.
      return next(['driftline releases', 'driftline rollback'], options);
    case 'rolledBack':
      if (verb === 'rollback') return next(['driftline releases'], options);
      return [...(verb === 'deploy' ? toMend(result) : []), ...next(['driftline plan', 'driftline releases'], options)];
    case 'failedNeedsAttention':
      // A detail that names the way out names it for a reason.
      return next(
        [...new Set([commandIn(result.detail) ?? 'driftline doctor', 'driftline doctor', 'driftline recover'])],
        options,
      );
    case 'refused':
      return next([afterRefusal(result, verb)], options);
    case 'nothingToDo':
      return next([verb === 'deploy' ? 'driftline audit' : 'driftline releases'], options);
  }
}

/** What a person does about a version that did not hold, before it is deployed again. */
function toMend(result: DeployResult): string[] {
  const { plan, journal } = result;
  if (plan === null || !journal.some((event) => event.type === 'switched')) return [];
  const log = journal.findLast((event) => event.type === 'log')?.lines ?? [];
  const place = lastEntries(log.filter((line) => !FRAME_OF_PACKAGE.test(line)))
    .map((line) => placeIn(plan.root.real, line))
    .find((each) => each !== undefined);
  const where = place === undefined ? 'what the lines above tell' : `${escapeName(place)} (from the root)`;
  return ['', `Mend ${where}, then deploy again.`];
}

/** Where in the application's own code a line of its log points to: `src/index.js:41`. */
function placeIn(root: string, line: string): string | undefined {
  const at = line.indexOf(`${root}/`);
  if (at < 0 || line.includes('/node_modules/')) return undefined;
  return /^[^\s:()]+\.[cm]?[jt]sx?(?::\d+)?/.exec(line.slice(at + root.length + 1))?.[0];
}

function afterRefusal({ guards, detail }: DeployResult, verb: string): string {
  const named = commandIn(detail);
  if (named !== undefined && !guards.some((guard) => guard.blocks)) return named;
  return verb === 'deploy' ? wayOut(guards) : 'driftline releases';
}
