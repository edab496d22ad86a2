import { dirname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { EntryPoints } from './entries.ts';
import type { Finding, Range, Reach } from './finding.ts';
import type { Link } from './link.ts';
import type { DynamicText, ModuleFacts } from './module-facts.ts';
import type { ProjectView } from './project.ts';
import type { Runtime } from './runtime.ts';
import { isCompiled } from './typescript.ts';

/** One way from a module to others, in merged. */
export interface Edge {
  /** A file; where `isPrefix`, every module whose path begins so. */
  readonly to: TreePath;
  readonly isPrefix?: true;
  /** Where the module says so. */
  readonly range: Range;
  readonly when: 'start' | 'reached';
}

/** A module of the project with what it leads to. */
export interface Linked {
  readonly file: Finding['file'];
  /** In merged. */
  readonly path: TreePath;
  readonly edges: readonly Edge[];
}

/** @param from the module's path in merged, perhaps by a link */
export function linkedOf(
  view: ProjectView,
  file: Linked['file'],
  facts: ModuleFacts,
  from: TreePath,
  links: readonly Pick<Link, 'text' | 'after'>[],
): Linked {
  const place = view.merged.locate(from);
  const path = place.state === 'known' ? place.value.path : from;
  return { file, path, edges: edgesOf(view, facts, path, links) };
}

/**
 * Where a module leads. What is caught, or only opened, need not be there when the process starts. What could not be understood, and a
 * computed specifier that begins with nothing, may lead anywhere within their package.
 */
function edgesOf(
  view: ProjectView,
  facts: ModuleFacts,
  from: TreePath,
  links: readonly Pick<Link, 'text' | 'after'>[],
): Edge[] {
  const edges: Edge[] = [];
  for (const { text, after } of links) {
    const { range, kind, caught } = text;
    const isLoaded = !caught && kind !== 'file' && kind !== 'require-resolve' && kind !== 'meta-resolve';
    if (after.outcome.kind === 'file') {
      edges.push({ to: after.outcome.path, range, when: isLoaded ? text.when : 'reached' });
    } else if (kind === 'file') {
      // A folder is opened to load what lies in it.
      edges.push({
        to: join(dirname(from), `${text.specifier}/_`).slice(0, -1),
        isPrefix: true,
        range,
        when: 'reached',
      });
    }
  }
  for (const dynamic of facts.dynamic)
    edges.push({ to: prefixOf(view, dynamic, from), isPrefix: true, range: dynamic.range, when: 'reached' });
  if (facts.problem !== undefined) {
    edges.push({ to: packageFolder(view, from), isPrefix: true, range: facts.problem.range, when: 'reached' });
  }
  return edges;
}

function prefixOf(view: ProjectView, { prefix }: DynamicText, from: TreePath): TreePath {
  if (!/^\.{1,2}\//.test(prefix)) return packageFolder(view, from);
  return join(dirname(from), `${prefix}_`).slice(0, -1);
}

/** The folder of the nearest `package.json` upward, with a slash at its end. */
function packageFolder(view: ProjectView, from: TreePath): string {
  for (let folder = dirname(from); folder !== '/'; folder = dirname(folder)) {
    if (view.merged.packageJson(folder).state === 'known' || folder === view.project.root) return `${folder}/`;
  }
  return '/';
}

/** How modules come to run, by their file: for each the last step of the way to it. */
export type Reaches = ReadonlyMap<string, LastStep>;

interface LastStep {
  readonly when: Reach['when'];
  readonly startedBy?: string;
  /** Who loads it, and where it says so; nobody does what is started itself. */
  readonly from?: Reach['chain'][number];
}

/** How sure it is that an edge is followed, and when. */
function strengthOf(edge: Edge): Strength {
  return edge.isPrefix === true ? 'perhaps' : edge.when;
}

/**
 * How each module comes to run, from what is started: at start where every step on the way is, else when something is reached, else perhaps.
 * Modules that nothing leads to are named only where all that is started is known; never those that a compiler turns into others first.
 */
export function reachOf(modules: readonly Linked[], entries: EntryPoints, runtime: Runtime): Reaches {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const inOrder = [...byPath.keys()].sort();
  const steps = new Map<TreePath, LastStep & { readonly when: Strength }>();
  const begin = (isStart: boolean): void => {
    for (const point of entries.points) {
      if (point.isStart !== isStart || !byPath.has(point.path) || steps.has(point.path)) continue;
      steps.set(point.path, { when: isStart ? 'start' : 'reached', startedBy: point.by });
    }
  };
  // The surer way counts, also where it is the longer one. What is added on the way is gone through too.
  const follow = (strength: Strength): void => {
    for (const [path, step] of steps) {
      const module = byPath.get(path);
      if (module === undefined || RANK[step.when] > RANK[strength]) continue;
      for (const edge of module.edges) {
        const when = strengthOf(edge);
        if (RANK[when] > RANK[strength]) continue;
        for (const to of edge.isPrefix === true ? startingWith(inOrder, edge.to) : [edge.to]) {
          if (steps.has(to)) continue;
          steps.set(to, { ...step, when: strength, from: { file: module.file, range: edge.range } });
        }
      }
    }
  };
  begin(true);
  follow('start');
  follow('reached');
  begin(false);
  follow('reached');
  follow('perhaps');
  const isKnown = entries.complete && steps.size > 0;
  const reaches = new Map<string, LastStep>();
  for (const { file, path } of modules) {
    const step = steps.get(path);
    if (step !== undefined) reaches.set(keyOf(file), step);
    else if (isKnown && !isCompiled(path, runtime)) reaches.set(keyOf(file), { when: 'never' });
  }
  return reaches;
}

type Strength = Exclude<Reach['when'], 'never'>;

const RANK: Readonly<Record<Strength, number>> = { start: 0, reached: 1, perhaps: 2 };

/** What a finding says of its file, with how that file comes to run. */
export function withReach(finding: Finding, reaches: Reaches): Finding {
  const reach = reachIn(reaches, finding.file);
  return reach === undefined ? finding : { ...finding, reach };
}

/** How one file comes to run, with the whole way to it. */
export function reachIn(reaches: Reaches, file: Finding['file']): Reach | undefined {
  const last = reaches.get(keyOf(file));
  if (last === undefined) return undefined;
  const chain: Reach['chain'][number][] = [];
  for (let { from } = last; from !== undefined; from = reaches.get(keyOf(from.file))?.from) chain.unshift(from);
  return { when: last.when, ...(last.startedBy !== undefined && { startedBy: last.startedBy }), chain };
}

/** When it fails, where how its module comes to run tells that beyond what the finding says itself; a sentence. */
export function whenItFails({
  reach,
  when,
  severity,
}: Pick<Finding, 'reach' | 'when' | 'severity'>): string | undefined {
  if (reach?.when === 'never') return 'Nothing that is known to be started loads this file.';
  if (reach === undefined || severity !== 'error' || when === 'reached') return undefined;
  return reach.when === 'start' ? 'It fails at start.' : 'It fails when this file is loaded, not at start.';
}

function keyOf({ tree, path }: Finding['file']): string {
  return `${tree} ${path}`;
}

/** @param sorted in the order of their code units */
function* startingWith(sorted: readonly string[], prefix: string): Generator<string> {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < sorted.length && sorted[at]?.startsWith(prefix) === true; at++) yield sorted[at] ?? '';
}
