import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { VERDICTS } from '../core/link/finding.ts';
import type { ModuleKind } from '../core/link/module-kind.ts';
import type { DriftEntry } from '../core/drift/drift.ts';
import { secretReason } from '../core/drift/secrets.ts';
import { decide, isAccepted } from '../core/plan/guards/concern.ts';
import type { Concern } from '../core/plan/guards/concern.ts';
import { hotfixConcerns, linkConcerns } from '../core/plan/guards/links.ts';
import { nameConcerns } from '../core/plan/guards/names.ts';
import { GUARDS, unknownAcceptances, workConcerns } from '../core/plan/guards/work.ts';
import { operationsOf } from '../core/plan/operations.ts';
import type { Acceptance, Operation, Plan } from '../core/plan/plan.ts';
import { groundsOf, reliancesOf } from '../core/plan/relies.ts';
import type { Reliance } from '../core/plan/plan.ts';
import { settle } from '../io/settle.ts';
import { build, staleSource } from './build.ts';
import type { VerbContext } from './context.ts';
import { UsageFailure } from './failures.ts';
import { builtThere, compilable, judge, layOut, locksApart, packagesApart } from './links.ts';
import type { Overlay } from './links.ts';
import { look } from './look.ts';
import type { Look } from './look.ts';
import { askAddons, askMachine, planFrame } from './machine.ts';
import { runOwnGuards } from './own-guards.ts';
import { asTyped, meant } from './patterns.ts';
import type { Meanings } from './patterns.ts';
import type { PlanResult } from './results.ts';

export interface PlanOptions {
  /** Empty means all that differs. */
  readonly patterns: readonly Meanings[];
  /** What only production has and shall be deleted there. */
  readonly deletes: readonly Meanings[];
  readonly accept: readonly Acceptance[];
  /** Whether the target's build runs first. */
  readonly build: boolean;
}

/** What a deploy would do, judged on the merged tree before anything is written. Writes nothing on the host. */
export async function plan(context: VerbContext, options: PlanOptions): Promise<PlanResult> {
  return planChosen(context, options, (both) => ({
    wanted: choose(both, options.patterns),
    deletes: chooseDeletions(both, options.deletes),
  }));
}

/** Plans exactly what another plan does, as far as that is still to be done. Nothing is built: what was reviewed is there. */
export function planAgain(context: VerbContext, reviewed: Pick<Plan, 'operations' | 'accepted'>): Promise<PlanResult> {
  const paths = (deleted: boolean): Set<string> =>
    new Set(
      reviewed.operations.filter(({ kind }) => (kind === 'delete') === deleted).map((operation) => operation.path),
    );
  return planChosen(context, { accept: reviewed.accepted, build: false }, (both) => ({
    wanted: both.drift.filter((entry) => entry.kind !== 'same' && paths(false).has(entry.path)),
    deletes: paths(true),
  }));
}

interface Chosen {
  readonly wanted: readonly DriftEntry[];
  readonly deletes: ReadonlySet<string>;
}

async function planChosen(
  context: VerbContext,
  options: Pick<PlanOptions, 'accept' | 'build'>,
  choice: (both: Look) => Chosen,
): Promise<PlanResult> {
  refuseUnknown(context, options.accept);
  if (options.build) await build(context);
  // Nothing that a deploy rests on is known by its looks alone.
  const both = await look(context, { rehash: true });
  const { wanted, deletes } = choice(both);
  const operations = operate(both, wanted, deletes);
  const links = await judgeMerged(context, both, operations, options.accept);
  const planned = operations.map((operation) => withKind(operation, links.kinds));
  const machine = await askMachine(context, both.inventory, operations);
  const concerns: Concern[] = [
    ...nameConcerns(operations, wanted, both.inventory, both.local.unnamed),
    ...links.concerns,
    ...machine.concerns,
    ...(await askAddons(context, machine, links.built)),
    ...(await aboutWork(context, both, operations, options)),
  ];
  const guards = decide(concerns, options.accept);
  const head = await both.repository?.head();
  const made: Plan = {
    ...planFrame(context, machine, both.inventory),
    ...(head !== undefined && {
      commit: { id: head.commit, ...(head.branch !== undefined && { branch: head.branch }), dirty: head.dirty },
    }),
    operations: planned,
    relies: links.relies,
    guards,
    accepted: options.accept,
    reason: { kind: 'deploy' },
  };
  return { plan: made, deployable: !guards.some((guard) => guard.blocks), guards };
}

function refuseUnknown(context: VerbContext, accepted: readonly Acceptance[]): void {
  const own = context.target.guards.map((guard) => guard.name);
  const [unknown] = unknownAcceptances(accepted, new Set([...GUARDS, ...Object.keys(VERDICTS), ...own]));
  if (unknown === undefined) return;
  throw new UsageFailure(
    `There is no guard "${unknown.guard}" that could be accepted.`,
    'Guards are named in the output of `driftline plan`.',
  );
}

/** The entries that a deploy of these patterns is about. */
function choose(both: Look, patterns: readonly Meanings[]): DriftEntry[] {
  const differing = both.drift.filter((entry) => entry.kind !== 'same' && entry.kind !== 'productionOnly');
  if (patterns.length === 0) return differing;
  const chosen = new Set<DriftEntry>();
  for (const pattern of patterns) {
    const found = meant(both.drift, pattern);
    if (found.length === 0) {
      throw new UsageFailure(
        `Nothing that is deployed matches ${asTyped(pattern)}.`,
        'See `driftline audit` for what differs.',
      );
    }
    for (const entry of found) chosen.add(entry);
  }
  return differing.filter((entry) => chosen.has(entry));
}

function chooseDeletions(both: Look, patterns: readonly Meanings[]): Set<string> {
  const deletable = both.drift.filter((entry) => entry.kind === 'productionOnly' || entry.kind === 'caseOnly');
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    const found = meant(deletable, pattern);
    if (found.length === 0) {
      const here = meant(both.drift, pattern).length > 0;
      throw new UsageFailure(
        here
          ? `${asTyped(pattern)} is in the workspace too: a deploy deletes only what only production has.`
          : `Production has no managed file ${asTyped(pattern)} that could be deleted.`,
        here ? 'Remove it here first.' : 'See `driftline audit` for what only production has.',
      );
    }
    for (const entry of found) chosen.add(entry.path);
  }
  return chosen;
}

function operate(both: Look, wanted: readonly DriftEntry[], deletes: ReadonlySet<string>): Operation[] {
  const paths = new Set(wanted.map((entry) => entry.path));
  return operationsOf({
    drift: both.drift,
    here: both.local.files,
    there: new Map(both.inventory.entries.map((entry) => [entry.path, entry])),
    wanted: (place) => paths.has(place),
    deletes,
  });
}

/** Every link of the merged tree, and what the verdicts rest on. */
async function judgeMerged(
  context: VerbContext,
  both: Look,
  operations: readonly Operation[],
  accept: readonly Acceptance[],
): Promise<{ concerns: Concern[]; relies: Reliance[]; kinds: Map<string, ModuleKind>; built: string[] }> {
  const overlay = overlayOf(both, operations);
  const links = await layOut(context, both, overlay);
  const verdict = await judge(context, links);
  const written = new Set(overlay.writes.map((write) => write.local));
  const touched = new Set(operations.map((operation) => operation.path));
  const modules = links.project.modules.filter((module) => written.has(module));
  const relies = await settle(links.project, links.sources, context.signal, (view) =>
    reliancesOf(view, groundsOf(view, modules), touched),
  );
  const { findings, notJudged } = verdict;
  const unreadable = verdict.unreadable.filter(({ module }) => written.has(module));
  const packageDifferences = await packagesApart(context, links);
  const lockDifferences = await locksApart(context, links, verdict.reaches);
  const parsed = await compilable(context, links);
  const kinds = new Map<string, ModuleKind>();
  for (const { path: place, local } of overlay.writes) {
    const kind = parsed.get(local);
    // What a person lets pass as no JavaScript is not asked about again.
    if (kind !== undefined && !isAccepted(accept, 'syntax-error', local)) kinds.set(place, kind);
  }
  const replaced = new Set(operations.filter(({ kind }) => kind === 'replace').map((operation) => operation.path));
  return {
    concerns: [
      ...linkConcerns({ findings, notJudged, unreadable, packageDifferences, lockDifferences, written }),
      ...hotfixConcerns(both.drift, replaced),
    ],
    relies,
    kinds,
    built: await builtThere(context, links),
  };
}

function withKind(operation: Operation, kinds: ReadonlyMap<string, ModuleKind>): Operation {
  const module = kinds.get(operation.path);
  return module === undefined || operation.kind === 'delete' ? operation : { ...operation, module };
}

/** The plan as links see it: what it writes, what it deletes, and what differs and stays as production has it. */
function overlayOf(both: Look, operations: readonly Operation[]): Overlay {
  const writes = operations.flatMap((operation) => {
    const file = operation.kind === 'delete' ? undefined : both.local.files.get(operation.path);
    return file === undefined ? [] : [{ path: operation.path, local: file.local }];
  });
  const written = new Set(writes.map((write) => write.path));
  const stays = both.drift.filter((entry) => entry.kind !== 'same' && entry.kind !== 'productionOnly');
  return {
    writes,
    deletes: operations.filter(({ kind }) => kind === 'delete').map((operation) => operation.path),
    leaves: stays
      .filter((entry) => !written.has(entry.path) && !writes.some((write) => write.local === entry.local))
      .map((entry) => ({ path: entry.path, local: entry.local })),
  };
}

async function aboutWork(
  context: VerbContext,
  both: Look,
  operations: readonly Operation[],
  options: Pick<PlanOptions, 'build'>,
): Promise<Concern[]> {
  const writes = operations.filter((operation) => operation.kind !== 'delete');
  const stale = options.build ? undefined : await staleSource(context);
  return workConcerns(
    {
      uncommitted: await uncommittedAmong(both, writes),
      secrets: await secretsAmong(context, both, writes),
      ...(stale !== undefined && { staleBuild: stale }),
      own: await runOwnGuards(context),
    },
    operations,
  );
}

async function uncommittedAmong(both: Look, writes: readonly Operation[]): Promise<Set<string>> {
  if (both.repository === undefined) return new Set();
  const byRepository = new Map(
    writes.map(({ path: place }) => [both.prefix + (both.local.files.get(place)?.local ?? place), place]),
  );
  const loose = await both.repository.uncommitted([...byRepository.keys()]);
  return new Set([...loose].flatMap((file) => byRepository.get(file) ?? []));
}

/** Larger than this no file is a key or a list of passwords. */
const MAX_SECRET_BYTES = 256 * 1024;

async function secretsAmong(
  context: VerbContext,
  both: Look,
  writes: readonly Operation[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { path: place } of writes) {
    const file = both.local.files.get(place);
    if (file === undefined) continue;
    const small = file.size <= MAX_SECRET_BYTES;
    const text = small ? await readFile(path.join(context.config.folder, file.local), 'utf8') : undefined;
    const reason = secretReason(place, text);
    if (reason !== undefined) found.set(place, reason);
  }
  return found;
}
