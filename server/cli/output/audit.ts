import type { DriftEntry } from '../../core/drift/drift.ts';
import type { KnownContents } from '../../core/tree/inventory.ts';
import type { AuditResult } from '../../app/results.ts';
import { escapeName } from './escape.ts';
import { count, group, lines, next, shellWord, time } from './text.ts';
import type { ReportOptions } from './text.ts';

/** `driftline audit` for people: what code needs and only production has first, the next command last. */
export function auditReport(result: AuditResult, options: ReportOptions): string {
  const { paint } = options;
  const groups = groupEntries(result.entries);
  return lines(
    `${paint.bold(result.target)}  ${escapeName(result.address)}  ${escapeName(result.root)}  ${paint.dim(time(result.takenAt))}`,
    escapeName(result.summary),
    result.evidence === 'twoWay'
      ? paint.yellow('No git history and no earlier release: which side changed is not known.')
      : [],
    group('Only on production, and code needs them', groups.needed.map(neededRow), options),
    group('Changed on production', groups.changedThere.map(whyRow), options),
    group('Changed on both sides', groups.conflict.map(whyRow), options),
    group('Another kind or spelling on production', groups.other.map(whyRow), options),
    group('To be deployed', groups.toDeploy.map(deployRow), options),
    group('Only on production, and a computed import could reach them', groups.perhaps.map(perhapsRow), options),
    group('Only on production, and no import here names them', groups.unused.map(whyRow), options),
    group(
      'Could not be read',
      [...groups.unreadable.map(whyRow), ...result.unreadable.map((each) => [each.path, each.reason])],
      options,
    ),
    group(
      'Known to be there, not listed',
      result.unlisted.map((each) => [
        each.path,
        each.reason,
        ...(each.count === undefined ? [] : [count(each.count, 'entry', 'entries')]),
      ]),
      options,
    ),
    group(
      'Packages against the lockfile here',
      result.lockDifferences.map((each) => [each.message]),
      options,
    ),
    group('The same on both sides', options.all === true ? groups.same.map((entry) => [entry.path]) : [], options),
    options.all === true || (result.contents?.notRemembered.length ?? 0) > 0 ? knownBy(result.contents, options) : [],
    result.complete
      ? []
      : ['', paint.yellow('The inventory is not complete: what is missing from it may still be on production.')],
    tail(groups, options),
  );
}

/** Whether "the same" rests on bytes that were read just now, or on looks. */
function knownBy(contents: KnownContents | undefined, { paint }: ReportOptions): string[] {
  if (contents === undefined) return [];
  const { hashed, remembered, hashedSince, notRemembered } = contents;
  const looks =
    hashedSince === undefined ? '' : `, ${remembered} known by their looks, hashed since ${time(hashedSince)}`;
  const why =
    notRemembered.length === 0
      ? ''
      : `; not known by their looks, because ${notRemembered.map(escapeName).join(', and ')}`;
  return ['', paint.dim(`${count(hashed, 'file', 'files')} hashed on production just now${looks}${why}`)];
}

interface Groups {
  readonly needed: DriftEntry[];
  readonly changedThere: DriftEntry[];
  readonly conflict: DriftEntry[];
  readonly other: DriftEntry[];
  readonly toDeploy: DriftEntry[];
  readonly perhaps: DriftEntry[];
  readonly unused: DriftEntry[];
  readonly unreadable: DriftEntry[];
  readonly same: DriftEntry[];
}

function groupEntries(entries: readonly DriftEntry[]): Groups {
  const groups: Groups = {
    needed: [],
    changedThere: [],
    conflict: [],
    other: [],
    toDeploy: [],
    perhaps: [],
    unused: [],
    unreadable: [],
    same: [],
  };
  const places: Readonly<Record<DriftEntry['kind'], keyof Groups>> = {
    productionOnly: 'unused',
    localOnly: 'toDeploy',
    changedHere: 'toDeploy',
    changedThere: 'changedThere',
    changedBoth: 'conflict',
    caseOnly: 'other',
    typeChanged: 'other',
    unreadable: 'unreadable',
    same: 'same',
  };
  for (const entry of entries)
    groups[entry.neededBy ? 'needed' : entry.perhapsNeededBy ? 'perhaps' : places[entry.kind]].push(entry);
  return groups;
}

function neededRow(entry: DriftEntry): string[] {
  return [entry.path, importedBy(entry.neededBy ?? [])];
}

function perhapsRow(entry: DriftEntry): string[] {
  const [first, ...rest] = entry.perhapsNeededBy ?? [];
  if (first === undefined) return whyRow(entry);
  return [entry.path, `perhaps by ${first.file}:${first.line}${rest.length > 0 ? ` and ${rest.length} more` : ''}`];
}

/** `imported by src/index.js:12 and 2 more`; line 0 is said of a file that only production has. */
export function importedBy(places: readonly { readonly file: string; readonly line: number }[]): string {
  const [first, ...rest] = places;
  if (first === undefined) return 'imported';
  const where = first.line > 0 ? `${first.file}:${first.line}` : `production's ${first.file}`;
  return `imported by ${where}${rest.length > 0 ? ` and ${rest.length} more` : ''}`;
}

function whyRow(entry: DriftEntry): string[] {
  return [entry.path, entry.why ?? ''];
}

function deployRow(entry: DriftEntry): string[] {
  const { kind, why } = entry;
  if (kind === 'localOnly') return [entry.path, why ?? 'new'];
  const there = why?.startsWith('as ') === true ? `production has it ${why}` : why;
  return [entry.path, there === undefined ? 'changed' : `changed, ${there}`];
}

function tail(groups: Groups, options: ReportOptions): string[] {
  if (groups.needed.length > 0) return next(['driftline pull --missing', 'driftline check'], options);
  const theirs = [...groups.changedThere, ...groups.conflict][0];
  if (theirs !== undefined) return next([`driftline pull ${shellWord(theirs.path)}`, 'driftline plan'], options);
  if (groups.toDeploy.length > 0) return next(['driftline plan'], options);
  return next(['driftline check'], options);
}
