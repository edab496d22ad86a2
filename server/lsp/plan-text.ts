import { shownAt } from '../core/link/finding.ts';
import { asSentence, foldProbes, lastEntries, outcomeSentence } from '../app/outcome.ts';
import type { SeenByProbe, Told } from '../app/outcome.ts';
import { count } from '../core/words.ts';
import type { DeployResult } from '../app/results.ts';
import type { GuardFinding, Plan, ProcessSpec } from '../core/plan/plan.ts';
import type { ReleaseOutcome } from '../core/release/release.ts';

/** A plan as a person reads it, in a `*.driftline-plan` document; `syntaxes/driftline-plan.tmLanguage.json` colours it. */
export function planText(plan: Plan, guards: readonly GuardFinding[], address: string): string {
  const blocks = guards.filter((guard) => guard.blocks);
  const others = guards.filter((guard) => !guard.blocks);
  return lines([
    `# ${plan.reason.kind === 'rollback' ? `Roll back ${plan.reason.undoes.join(', ')} on` : 'Deploy to'} ${plan.target}`,
    '',
    `host     ${address}`,
    `root     ${plan.root.path}${plan.root.real === plan.root.path ? '' : ` (really ${plan.root.real})`}`,
    ...(plan.commit === undefined ? [] : [`commit   ${commitText(plan.commit)}`]),
    `made     ${plan.madeAt.slice(0, 19).replace('T', ' ')} UTC by ${plan.by.user} on ${plan.by.machine}`,
    `process  ${plan.process === null ? 'nothing is restarted' : processText(plan.process)}`,
    `health   ${healthText(plan)}`,
    '',
    blocks.length === 0 ? '## Nothing stands against it' : `## Refused: ${count(blocks.length, 'reason')}`,
    ...blocks.flatMap(guardText),
    ...(others.length === 0 ? [] : ['', '## To know', ...others.flatMap(guardText)]),
    '',
    ...operationsText(plan),
    '',
    'What production has beyond this list stays as it is.',
  ]);
}

/** How a deploy or a rollback went, whole. */
export function reportText(result: DeployResult): string {
  return lines([
    `# ${outcomeSentence(result)}`,
    '',
    asSentence(result.detail),
    '',
    `target   ${result.target}`,
    ...(result.plan === null ? [] : [`host     ${result.plan.host}`, `root     ${result.plan.root.path}`]),
    ...(result.release === null ? [] : [`release  ${result.release}`]),
    ...(result.journal.length === 0 ? [] : ['', '## What happened', ...foldProbes(result.journal).flatMap(eventText)]),
    ...(result.guards.length === 0 ? [] : ['', '## Guards', ...result.guards.flatMap(guardText)]),
    ...(result.plan === null ? [] : ['', ...operationsText(result.plan)]),
  ]);
}

const SIGNS = { create: '+', replace: '~', delete: '-' } as const;

function operationsText(plan: Plan): string[] {
  const kinds = (['delete', 'replace', 'create'] as const).flatMap((kind) => {
    const operations = plan.operations.filter((operation) => operation.kind === kind);
    return operations.length === 0
      ? []
      : operations.map((operation) => `${SIGNS[kind]} ${inOneLine(operation.path)}${sizeText(operation)}`);
  });
  return [`## ${count(plan.operations.length, 'operation')}`, ...kinds];
}

function sizeText(operation: Plan['operations'][number]): string {
  if (operation.kind === 'create') return `  ${count(operation.after.size, 'byte')}`;
  if (operation.kind === 'delete') return `  ${count(operation.before.size, 'byte')}`;
  return `  ${operation.before.size} → ${count(operation.after.size, 'byte')}`;
}

function guardText(guard: GuardFinding): string[] {
  const sign = guard.blocks ? '✗' : guard.severity === 'information' ? '·' : '!';
  return [
    `${sign} ${guard.guard}: ${placeText(guard)}${oneLine(guard.message)}`,
    ...(guard.remedy === '' ? [] : [`    ${guard.remedy}`]),
  ];
}

/** Where an import stands, as compilers say it. */
function placeText({ link }: GuardFinding): string {
  if (link === undefined) return '';
  const { file, range, output } = shownAt(link);
  const inOutput = output === undefined ? '' : ` (${output})`;
  const path = file.tree === 'production' ? `production's ${file.path}` : file.path;
  return `${path}:${range.start.line + 1}:${range.start.character + 1}${inOutput}: `;
}

function eventText(event: Told): string[] {
  const at = event.at.slice(11, 23);
  switch (event.type) {
    case 'step':
      return [`${at}  ${event.step}: ${event.detail}`];
    case 'switched':
      return [`${at}  switched ${count(event.files, 'file')} in ${event.windowMs.toFixed(1)} ms`];
    case 'probes':
      return [`${at}  ${event.ok ? '✓' : '✗'} ${event.name}: ${oneLine(event.saw)} (${timesText(event)})`];
    case 'log':
      return lastEntries(event.lines).map((line) => `              | ${line}`);
    case 'problem':
      return [
        `${at}  ! ${oneLine(event.message)}`,
        ...(event.remedy === undefined ? [] : [`              ${event.remedy}`]),
      ];
    case 'ended':
      return [`${at}  ${ENDS[event.outcome]}: ${event.detail}`];
  }
}

const ENDS: Readonly<Record<ReleaseOutcome, string>> = {
  deployed: 'deployed',
  rolledBack: 'rolled back',
  failedNeedsAttention: 'needs a person',
};

function timesText(event: SeenByProbe): string {
  const took = `${event.latencyMs.toFixed(0)} ms`;
  return event.times === 1 ? took : `${event.times} times, ${took} at most`;
}

function commitText(commit: NonNullable<Plan['commit']>): string {
  const branch = commit.branch === undefined ? '' : ` on ${commit.branch}`;
  return `${commit.id.slice(0, 8)}${branch}${commit.dirty ? ', with changes that are not committed' : ''}`;
}

export function processText(process: ProcessSpec): string {
  switch (process.kind) {
    case 'pm2':
      return `PM2 restarts ${process.name}`;
    case 'systemd':
      return `systemd restarts ${process.unit}`;
    case 'command':
      return process.restart;
  }
}

function healthText(plan: Plan): string {
  if (plan.health === null) return 'unwatched: nothing tells whether it went well';
  const probes = plan.health.probes.map((probe) => (probe.kind === 'http' ? probe.url : probe.command));
  return `${probes.join(', ')} must hold for ${plan.health.stableForMs / 1000} s within ${plan.health.withinMs / 1000} s, or the old version comes back`;
}

/** A name may hold a line break, and must not look like a line of the plan's own. */
function inOneLine(name: string): string {
  return name.replace(/[\u0000-\u001f\u007f]/g, (char) => JSON.stringify(char).slice(1, -1));
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
