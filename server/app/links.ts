import { realpath } from 'node:fs/promises';
import { count } from '../core/words.ts';
import type { DriftEntry, Place } from '../core/drift/drift.ts';
import { declaredRunner } from '../core/link/entries.ts';
import type { Finding } from '../core/link/finding.ts';
import { builtPackages, lockDifferences } from '../core/link/lock-differences.ts';
import type { LockDifference } from '../core/link/lock-differences.ts';
import { packageDifferences } from '../core/link/package-differences.ts';
import type { PackageDifference } from '../core/link/package-differences.ts';
import type { ProjectView } from '../core/link/project.ts';
import { isModulePath } from '../core/link/project.ts';
import type { ModuleKind } from '../core/link/module-kind.ts';
import { closure } from '../core/link/production-modules.ts';
import type { ClosureFile } from '../core/link/production-modules.ts';
import { reachIn, withReach } from '../core/link/reach.ts';
import type { Reaches } from '../core/link/reach.ts';
import { runtimeOf } from '../core/link/runtime.ts';
import { parsedModules, syntaxErrors } from '../core/link/syntax.ts';
import { VerdictMemory } from '../core/link/verdict-memory.ts';
import { OverlayTree } from '../core/tree/overlay.ts';
import type { Laid } from '../core/tree/overlay.ts';
import { below, join } from '../core/tree/path.ts';
import type { TreePath } from '../core/tree/tree.ts';
import { factsOf } from '../core/tree/production.ts';
import { SnapshotTree } from '../core/tree/snapshot.ts';
import { DiskSource } from '../io/disk.ts';
import { HostSource } from '../io/host-facts.ts';
import { ModuleMemory } from '../io/module-memory.ts';
import { MAX_MODULE_BYTES, ModuleStore } from '../io/modules.ts';
import { inSources } from '../io/sources.ts';
import { judgeProject, settle } from '../io/settle.ts';
import type { LiveProject, ProjectVerdict, Sources } from '../io/settle.ts';
import type { VerbContext } from './context.ts';
import type { Look } from './look.ts';

/** What a plan would do, as far as links care: paths relative to the root. */
export interface Overlay {
  readonly writes: readonly { readonly path: string; readonly local: string }[];
  readonly deletes: readonly string[];
  /** Files that differ and that the plan leaves as production has them: there the version that counts is production's. */
  readonly leaves: readonly { readonly path: string; readonly local: string }[];
}

/** What a process that looks more than once keeps from one look at a target to the next. */
export interface Kept {
  readonly modules: ModuleStore;
  readonly verdicts: VerdictMemory;
}

/** For the first look. */
export async function keepNothingYet({
  config,
  target,
  places,
}: Pick<VerbContext, 'config' | 'target' | 'places'>): Promise<Kept> {
  const folder = await realpath(config.folder);
  return {
    modules: new ModuleStore(new ModuleMemory(places.cache, [folder, target.name])),
    verdicts: new VerdictMemory(),
  };
}

/** The trees of one look, ready to be judged. */
export interface Links {
  readonly project: LiveProject;
  readonly sources: Sources;
  readonly kept: Kept;
  /** Modules that the overlay writes, relative to the config's folder. */
  readonly written: readonly string[];
}

/** Everything that drift would deploy: what a whole deploy lays over production. */
export function wholeOverlay(drift: readonly DriftEntry[]): Overlay {
  const writes = drift.filter(
    (entry) => entry.here !== undefined && entry.kind !== 'same' && entry.kind !== 'caseOnly',
  );
  return { writes: writes.map(({ path, local }) => ({ path, local })), deletes: [], leaves: [] };
}

/** Lays the three trees out. Nothing is read yet: questions fetch what they need. */
export async function layOut(context: VerbContext, look: Look, overlay: Overlay, earlier?: Kept): Promise<Links> {
  const { inventory, local, selection } = look;
  const host = await context.host();
  const folder = await realpath(context.config.folder);
  const kept = earlier ?? (await keepNothingYet(context));
  const { modules } = kept;
  await modules.recall();
  const known = context.knownModules;
  if (known !== undefined) modules.learn(known.facts);
  const hashesThere = new Map(inventory.entries.map((entry) => [entry.path, entry.content?.sha256]));
  const localTree = new SnapshotTree([]);
  const hashesHere = new Map<string, string>();
  for (const { local: name, content } of local.files.values()) {
    if (content === undefined) continue;
    const path = join(folder, name);
    localTree.learn([{ ask: 'identity', path, answer: { state: 'known', value: content } }]);
    hashesHere.set(path, content.sha256);
  }
  const production = new SnapshotTree(factsOf(inventory));
  const laid = new Map<string, Laid>();
  for (const { path, local: from } of overlay.writes) {
    laid.set(join(inventory.realRoot, path), { kind: 'file', tree: localTree, path: join(folder, from) });
  }
  for (const path of overlay.deletes) laid.set(join(inventory.realRoot, path), { kind: 'removed' });

  const left = new Set(overlay.leaves.map((entry) => entry.local));
  const managed = [...local.files.values()].filter((file) => file.kind === 'file' && !left.has(file.local));
  const project: LiveProject = {
    folder,
    root: inventory.realRoot,
    selection,
    runtime: runtimeOf(inventory.platform),
    starts: inventory.platform.starts ?? [],
    local: localTree,
    production,
    merged: new OverlayTree(production, laid),
    modules: managed.map((file) => file.local).filter(isModulePath),
    productionOnly: modulesThatStay(look, overlay),
  };
  const sources = {
    local: new DiskSource(modules, (path) => hashesHere.get(path)),
    production: new HostSource(
      host,
      inventory.realRoot,
      (path) => hashesThere.get(path) ?? known?.hashes.get(path),
      modules,
    ),
  };
  // What runs there now is proof; else what is declared.
  const isTold = inventory.platform.typescript !== undefined || project.starts.length > 0;
  const typescript = isTold ? undefined : await settle(project, sources, context.signal, declaredRunner);
  return {
    project: typescript === undefined ? project : { ...project, runtime: { ...project.runtime, typescript } },
    sources,
    kept,
    written: overlay.writes.map((write) => write.local).filter(isModulePath),
  };
}

/** Production's modules that the plan neither writes nor deletes and that differ from ours, managed or not: they go on running. */
function modulesThatStay({ inventory, drift }: Look, overlay: Overlay): string[] {
  const written = new Set([...overlay.writes.map((write) => write.path), ...overlay.deletes]);
  const same = new Set(drift.filter((entry) => entry.kind === 'same').map((entry) => entry.path));
  return inventory.entries
    .filter((entry) => entry.kind === 'file' && entry.size <= MAX_MODULE_BYTES && isModulePath(entry.path))
    .map((entry) => entry.path)
    .filter((path) => !written.has(path) && !same.has(path));
}

/** @param memory of earlier looks, where there are any: see `VerdictMemory` */
export async function judge(context: VerbContext, links: Links, memory?: VerdictMemory): Promise<ProjectVerdict> {
  context.progress.report({ message: `Checking the imports of ${count(links.project.modules.length, 'module')}` });
  const verdict = await judgeProject(links.project, links.sources, context.signal, memory);
  const syntax = await settle(links.project, links.sources, context.signal, (view) =>
    syntaxErrors(view, links.written),
  );
  await links.kept.modules.keep();
  const findings = [...syntax.map((finding) => withReach(finding, verdict.reaches)), ...verdict.findings];
  const broken = new Set(syntax.map((finding) => finding.file.path));
  return {
    findings: await inSources(links.project.folder, findings),
    unreadable: verdict.unreadable,
    reaches: verdict.reaches,
    notJudged: verdict.notJudged.filter(({ path }) => !broken.has(path)),
  };
}

/** What of the overlay's modules production's own Node can be asked to compile, by their local paths. */
export function compilable(context: VerbContext, links: Links): Promise<Map<string, ModuleKind>> {
  return settle(links.project, links.sources, context.signal, (view) => parsedModules(view, links.written));
}

/** Where a `package.json` decides otherwise here than it will on production. */
export function packagesApart(context: VerbContext, links: Links): Promise<PackageDifference[]> {
  return settle(links.project, links.sources, context.signal, packageDifferences);
}

/** Where production's packages are not what the lockfile here says. Modules that nothing reaches name none that is needed. */
export function locksApart(context: VerbContext, links: Links, reaches: Reaches): Promise<LockDifference[]> {
  const modules = links.project.modules.filter((path) => reachIn(reaches, { tree: 'local', path })?.when !== 'never');
  return settle(links.project, links.sources, context.signal, (view) => lockDifferences(view, modules));
}

/** The folders of packages that production built for itself. */
export function builtThere(context: VerbContext, links: Links): Promise<TreePath[]> {
  return settle(links.project, links.sources, context.signal, builtPackages);
}

/** Production files with everything that they need and the workspace lacks. Paths are relative to the root. */
export function closureOf(context: VerbContext, links: Links, paths: readonly string[]): Promise<ClosureFile[]> {
  return settle(links.project, links.sources, context.signal, (view: ProjectView) => closure(view, paths));
}

/** Production paths that findings say are missing here, each with where they are imported. */
export function missingHere(findings: readonly Finding[]): Map<string, Place[]> {
  return placesOf(findings, (finding) => finding.pull);
}

/** Production paths that a computed specifier could lead to, each with where that stands. */
export function perhapsMissing(findings: readonly Finding[]): Map<string, Place[]> {
  return placesOf(findings, (finding) => finding.couldReach);
}

function placesOf(
  findings: readonly Finding[],
  pathsOf: (finding: Finding) => readonly string[] | undefined,
): Map<string, Place[]> {
  const found = new Map<string, Place[]>();
  for (const finding of findings) {
    for (const path of pathsOf(finding) ?? []) {
      const places = found.get(path) ?? [];
      places.push({ file: finding.file.path, line: finding.range.start.line + 1 });
      found.set(path, places);
    }
  }
  return found;
}

/** What code here needs of production and no pull brings, each path once: what lies outside of the root, or is not managed. */
export function outOfReach(findings: readonly Finding[], root: string): { path: string; reason: string }[] {
  const found = new Map<string, string>();
  for (const { code, pull, explain } of findings) {
    const outcome = explain?.production.outcome;
    if (code !== 'production-only-import' || pull !== undefined || outcome?.kind !== 'file') continue;
    const path = below(root, outcome.path);
    found.set(
      path ?? outcome.path,
      path === undefined
        ? 'it lies outside of the root: bring it into the workspace yourself'
        : 'it is not managed: see "map", "include" and "exclude" in driftline.json',
    );
  }
  return [...found].map(([path, reason]) => ({ path, reason }));
}
