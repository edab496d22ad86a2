import { DRIFT_KINDS } from '../core/drift/drift.ts';
import type { DriftEntry, DriftKind } from '../core/drift/drift.ts';
import { summarise } from '../core/drift/summary.ts';
import type { ProjectVerdict } from '../io/settle.ts';
import type { VerbContext } from './context.ts';
import { closureOf, judge, layOut, locksApart, missingHere, perhapsMissing, wholeOverlay } from './links.ts';
import type { Links } from './links.ts';
import { look } from './look.ts';
import type { Look, LookOptions } from './look.ts';
import type { AuditResult } from './results.ts';

/** What production has, what the workspace has, and what code needs that only production has. Writes nothing on the host. */
export async function audit(context: VerbContext, options: LookOptions = {}): Promise<AuditResult> {
  const both = await look(context, options);
  const links = await layOut(context, both, wholeOverlay(both.drift));
  const needs = await needsOf(context, both, links, await judge(context, links));
  return auditResult(context, both, needs, (await context.host()).address);
}

/** What code here needs of production, and how far that is from what is there. */
export type Needs = Pick<AuditResult, 'entries' | 'lockDifferences'>;

/** Marks what code needs first: imported by the workspace, or by something that the workspace would have to pull. */
export async function needsOf(
  context: VerbContext,
  both: Look,
  links: Links,
  { findings, reaches }: ProjectVerdict,
): Promise<Needs> {
  const needed = missingHere(findings);
  for (const file of await closureOf(context, links, [...needed.keys()])) {
    if (file.importedBy !== undefined) needed.set(file.path, [{ file: file.importedBy, line: 0 }]);
  }
  const perhaps = perhapsMissing(findings);
  const entries = both.drift.map((entry): DriftEntry => {
    if (entry.kind !== 'productionOnly') return entry;
    const [neededBy, perhapsNeededBy] = [needed.get(entry.path), perhaps.get(entry.path)];
    return { ...entry, ...(neededBy && { neededBy }), ...(perhapsNeededBy && { perhapsNeededBy }) };
  });
  return { entries, lockDifferences: await locksApart(context, links, reaches) };
}

export function auditResult(
  context: VerbContext,
  both: Look,
  { entries, lockDifferences }: Needs,
  address: string,
): AuditResult {
  const { inventory, history } = both;
  const problems = both.local.unnamed.map((path) => ({ path, reason: 'its name here is not UTF-8' }));
  return {
    target: context.target.name,
    address,
    root: inventory.realRoot,
    takenAt: inventory.takenAt,
    complete: inventory.complete,
    summary: summarise(entries, history.nearest),
    evidence: history.evidence,
    entries: [...entries].sort(byWeight),
    counts: countKinds(entries),
    lockDifferences,
    ...(inventory.contents !== undefined && { contents: inventory.contents }),
    unlisted: inventory.unlisted,
    unreadable: [...inventory.unreadable, ...problems],
  };
}

const WEIGHT: Readonly<Record<DriftKind, number>> = {
  productionOnly: 3,
  changedBoth: 4,
  changedThere: 5,
  unreadable: 6,
  typeChanged: 7,
  caseOnly: 8,
  changedHere: 9,
  localOnly: 10,
  same: 11,
};

/** What only production has and code imports first, then what that imports in turn, what it may import, the rest by how much there is to lose. */
function byWeight(a: DriftEntry, b: DriftEntry): number {
  const weight = ({ kind, neededBy, perhapsNeededBy }: DriftEntry): number => {
    if (neededBy === undefined) return perhapsNeededBy === undefined ? WEIGHT[kind] : 2;
    // Only an import in the workspace has a line.
    return neededBy.some((place) => place.line > 0) ? 0 : 1;
  };
  return weight(a) - weight(b) || (a.path < b.path ? -1 : 1);
}

function countKinds(entries: readonly DriftEntry[]): Record<DriftKind, number> {
  const counts = Object.fromEntries(DRIFT_KINDS.map((kind) => [kind, 0])) as Record<DriftKind, number>;
  for (const entry of entries) counts[entry.kind]++;
  return counts;
}
