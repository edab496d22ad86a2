import type { VerbContext } from './context.ts';
import type { DriftEntry } from '../core/drift/drift.ts';
import type { Finding } from '../core/link/finding.ts';
import { VERDICTS } from '../core/link/finding.ts';
import type { UnreadableLink } from '../core/link/judge.ts';
import type { Reaches } from '../core/link/reach.ts';
import type { Runtime } from '../core/link/runtime.ts';
import type { ProjectVerdict } from '../io/settle.ts';
import { auditResult, needsOf } from './audit.ts';
import type { Kept, Links } from './links.ts';
import { judge, layOut, packagesApart, wholeOverlay } from './links.ts';
import { look } from './look.ts';
import type { Look } from './look.ts';
import type { AuditResult, CheckResult } from './results.ts';

/** Judges every import of the workspace by what production has, and by what it will have after a deploy. Writes nothing on the host. */
export async function check(context: VerbContext): Promise<CheckResult> {
  const both = await look(context);
  const links = await layOut(context, both, wholeOverlay(both.drift));
  return checkResult(context, both, links, await judge(context, links));
}

/** One look that is an audit and a check in one, for somebody who looks again and again. */
export interface AuditedAndChecked {
  readonly audit: AuditResult;
  readonly check: CheckResult;
  /** How every module comes to run, also those that nothing is wrong with yet. */
  readonly reaches: Reaches;
  /** What runs them. */
  readonly runtime: Runtime;
}

/** @param kept from the earlier looks: only what has changed since is judged */
export async function auditAndCheck(context: VerbContext, kept: Kept): Promise<AuditedAndChecked> {
  const both = await look(context);
  const links = await layOut(context, both, wholeOverlay(both.drift), kept);
  const verdict = await judge(context, links, kept.verdicts);
  const needs = await needsOf(context, both, links, verdict);
  return {
    audit: auditResult(context, both, needs, (await context.host()).address),
    check: await checkResult(context, both, links, verdict),
    reaches: verdict.reaches,
    runtime: links.project.runtime,
  };
}

async function checkResult(
  context: VerbContext,
  both: Look,
  links: Links,
  verdict: ProjectVerdict,
): Promise<CheckResult> {
  return {
    target: context.target.name,
    root: both.inventory.realRoot,
    takenAt: both.inventory.takenAt,
    complete: both.inventory.complete,
    modules: links.project.modules.length,
    findings: [...verdict.findings, ...hotfixFindings(both.drift)],
    notJudged: [...verdict.notJudged, ...verdict.unreadable.map(asNotJudged)],
    packageDifferences: await packagesApart(context, links),
  };
}

/** Where an import leads to what could not be read on production, nobody knows whether it resolves. */
function asNotJudged({ module, specifier, reason }: UnreadableLink): CheckResult['notJudged'][number] {
  return { path: module, reason: `where "${specifier}" leads on production is not known: ${reason}` };
}

/** A file whose version on production is in no commit: a deploy would overwrite it. */
export function hotfixFindings(drift: readonly DriftEntry[]): Finding[] {
  const start = { line: 0, character: 0 };
  return drift
    .filter((entry) => entry.hotfix === true && entry.here !== undefined)
    .map((entry) => ({
      code: 'hotfix-overwritten',
      severity: VERDICTS['hotfix-overwritten'],
      file: { tree: 'local', path: entry.local },
      range: { start, end: start },
      message: `Production's version of ${entry.local} is in no commit: a deploy would overwrite that hotfix.`,
      remedy: `Look at it and take it over: driftline pull ${entry.path}`,
      when: 'start',
      pull: [entry.path],
    }));
}
