import { entryPoints } from '../core/link/entries.ts';
import type { Finding } from '../core/link/finding.ts';
import { judgeModule } from '../core/link/judge.ts';
import type { UnreadableLink } from '../core/link/judge.ts';
import { judgeProductionModule, onePerPackage } from '../core/link/production-modules.ts';
import { ProjectView } from '../core/link/project.ts';
import type { Project } from '../core/link/project.ts';
import { reachOf, withReach } from '../core/link/reach.ts';
import type { Linked, Reaches } from '../core/link/reach.ts';
import { remembered } from '../core/link/verdict-memory.ts';
import type { VerdictMemory } from '../core/link/verdict-memory.ts';
import type { OverlayTree } from '../core/tree/overlay.ts';
import type { SnapshotTree } from '../core/tree/snapshot.ts';
import { dirname, join } from '../core/tree/path.ts';
import type { Need, Tree, TreePath } from '../core/tree/tree.ts';
import type { FactSource } from './facts.ts';
import { Turn } from './turn.ts';

/** A project whose trees can learn, and who can be asked. */
export interface LiveProject extends Project {
  readonly local: SnapshotTree;
  readonly production: SnapshotTree;
  readonly merged: OverlayTree;
}

export interface Sources {
  readonly local: FactSource;
  readonly production: FactSource;
}

/** Every verdict on a project, and what could not be judged. */
export interface ProjectVerdict {
  readonly findings: readonly Finding[];
  readonly notJudged: readonly { readonly path: string; readonly reason: string }[];
  readonly unreadable: readonly UnreadableLink[];
  /** How each module comes to run, by `withReach`. */
  readonly reaches: Reaches;
}

/** More rounds than a path has parts means that a source does not answer what it is asked. */
const MAX_ROUNDS = 200;

/**
 * Runs a computation over the trees until nothing is lacking: what a round lacked is fetched in one batch per side, then it runs again.
 *
 * @param compute is given a fresh view each round; its last result counts
 * @param begin the first round's view, where an earlier one still holds
 */
export async function settle<T>(
  project: LiveProject,
  sources: Sources,
  signal: AbortSignal,
  compute: (view: ProjectView) => T | Promise<T>,
  begin = new ProjectView(project),
): Promise<T> {
  let view = begin;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    signal.throwIfAborted();
    const result = await compute(view);
    if (!(await fetchLacking(project, sources, view, signal))) return result;
    view = view.renewed();
  }
  throw new Error('the trees never became known: a source left questions unanswered');
}

/**
 * Judges every managed module. A module whose every question had an answer is judged once.
 *
 * @param memory of earlier looks at the same project: then only what has changed since is judged
 */
export async function judgeProject(
  project: LiveProject,
  sources: Sources,
  signal: AbortSignal,
  memory?: VerdictMemory,
): Promise<ProjectVerdict> {
  const findings = new Map<string, readonly Finding[]>();
  const notJudged = new Map<string, string>();
  const linked: Linked[] = [];
  const unreadable: UnreadableLink[] = [];
  await fetchCertain(project, sources, signal);
  let open = project.modules;
  let openThere = project.productionOnly;
  const turn = new Turn(signal);
  await settle(
    project,
    sources,
    signal,
    async (view) => {
      open = await turn.filter(open, (path) => {
        const before = view.misses;
        const verdict = remembered(view, path, () => judgeModule(view, path));
        if (view.misses !== before) return true;
        findings.set(path, verdict.findings);
        if (verdict.linked !== undefined) linked.push(verdict.linked);
        if (verdict.notJudged !== undefined) notJudged.set(path, verdict.notJudged);
        if (verdict.unreadable !== undefined) unreadable.push(...verdict.unreadable);
        return false;
      });
      openThere = await turn.filter(openThere, (path) => {
        const before = view.misses;
        const verdict = remembered(view, `production ${path}`, () => judgeProductionModule(view, path));
        if (view.misses !== before) return true;
        findings.set(`production ${path}`, verdict.findings);
        if (verdict.linked !== undefined) linked.push(verdict.linked);
        return false;
      });
    },
    new ProjectView(project, memory),
  );
  const reaches = reachOf(linked, await settle(project, sources, signal, entryPoints), project.runtime);
  const inOrder = [...project.modules, ...project.productionOnly.map((path) => `production ${path}`)];
  memory?.retain(new Set(inOrder));
  return {
    findings: onePerPackage(inOrder.flatMap((path) => findings.get(path) ?? [])).map((finding) =>
      withReach(finding, reaches),
    ),
    unreadable,
    reaches,
    notJudged: [...notJudged].map(([path, reason]) => ({ path, reason })),
  };
}

/**
 * What judging is certain to ask, in one batch where it would come folder by folder: what every module says, and what lies in the
 * folders that lead to it. Production's own are known from the inventory.
 */
async function fetchCertain(project: LiveProject, sources: Sources, signal: AbortSignal): Promise<void> {
  const here = certain(
    project.local,
    project.folder,
    project.modules.map((path) => join(project.folder, path)),
  );
  const there = certain(
    project.production,
    project.root,
    project.productionOnly.map((path) => join(project.root, path)),
  );
  const [local, production] = await Promise.all([
    here.length > 0 ? sources.local.answer(here, signal) : [],
    there.length > 0 ? sources.production.answer(there, signal) : [],
  ]);
  project.local.learn(local);
  project.production.learn(production);
}

function certain(tree: Tree, top: TreePath, modules: readonly TreePath[]): Need[] {
  const folders = new Set<TreePath>();
  for (const path of [top, ...modules.map(dirname)]) {
    for (let folder = path; !folders.has(folder); folder = dirname(folder)) folders.add(folder);
  }
  const needs = [
    ...[...folders].map((path): Need => ({ ask: 'list', path })),
    ...modules.map((path): Need => ({ ask: 'module', path })),
  ];
  return needs.filter(({ ask, path }) => (ask === 'list' ? tree.list(path) : tree.module(path)).state === 'unknown');
}

/** @returns whether anything was lacking */
async function fetchLacking(
  project: LiveProject,
  sources: Sources,
  view: ProjectView,
  signal: AbortSignal,
): Promise<boolean> {
  const local = [...view.local.lacking];
  const production = [...view.production.lacking];
  for (const need of view.merged.lacking) {
    const { tree, path } = project.merged.sourceOf(need.path);
    (tree === project.local ? local : production).push({ ask: need.ask, path });
  }
  if (local.length === 0 && production.length === 0) return false;
  const [here, there] = await Promise.all([
    local.length > 0 ? sources.local.answer(unique(local), signal) : [],
    production.length > 0 ? sources.production.answer(unique(production), signal) : [],
  ]);
  project.local.learn(here);
  project.production.learn(there);
  return true;
}

function unique(needs: readonly Need[]): Need[] {
  return [...new Map(needs.map((need) => [`${need.ask} ${need.path}`, need])).values()];
}
