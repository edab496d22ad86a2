import { keptLinks } from '../link/kept-links.ts';
import { followLink } from '../link/judge.ts';
import type { ProjectView } from '../link/project.ts';
import { below, dirname, foldersUp, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { Reliance } from './plan.ts';

/** What the verdicts on some modules rest on, on production, beside the modules themselves. Absolute paths of production's tree. */
export interface Grounds {
  readonly files: ReadonlySet<TreePath>;
  /** Looked for before the file that was found, and not there: a file that appears here would win. */
  readonly absent: ReadonlySet<TreePath>;
}

/**
 * Follows every link of the given local modules in merged and writes down what each answer rests on. Packages' own files are left out:
 * they belong to the package manager, and change by it.
 *
 * @param modules relative to the config's folder
 */
export function groundsOf(view: ProjectView, modules: readonly string[]): Grounds {
  const { project } = view;
  const files = new Set<TreePath>();
  const absent = new Set<TreePath>();
  for (const module of modules) {
    const fromHere = join(project.folder, module);
    const fromThere = view.toProduction(fromHere);
    const facts = view.local.module(fromHere);
    if (fromThere === undefined || facts.state !== 'known') continue;
    for (const folder of foldersUp(project.root, dirname(fromThere))) files.add(join(folder, 'package.json'));
    for (const text of keptLinks(view.local, fromHere, facts.value, view.runtimeHere)) {
      const { after } = followLink(view, text, fromHere, fromThere);
      if (after.outcome.kind !== 'file' || !isOwn(project.root, after.outcome.path)) continue;
      files.add(after.outcome.path);
      for (const tried of after.tried) {
        if (isOwn(project.root, tried) && view.merged.locate(tried).state === 'absent') absent.add(tried);
      }
    }
  }
  return { files, absent };
}

/**
 * What the host compares once more before its first write: the grounds as production has them now. What the plan itself touches has its
 * own before-hash and is left out.
 *
 * @param touched relative to the root
 */
export function reliancesOf(view: ProjectView, grounds: Grounds, touched: ReadonlySet<string>): Reliance[] {
  const { root } = view.project;
  const relies = new Map<string, string | null>();
  for (const path of [...grounds.files, ...grounds.absent]) {
    const located = view.production.locate(path);
    const place = below(root, located.state === 'known' ? located.value.path : path);
    if (place === undefined || touched.has(place)) continue;
    if (located.state === 'absent') relies.set(place, null);
    if (located.state !== 'known' || located.value.kind !== 'file') continue;
    const identity = view.production.identity(located.value.path);
    if (identity.state === 'known') relies.set(place, identity.value.sha256);
  }
  return [...relies].map(([path, sha256]) => ({ path, sha256 })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isOwn(root: TreePath, path: TreePath): boolean {
  const relative = below(root, path);
  return relative !== undefined && relative !== '' && !/(?:^|\/)node_modules(?:\/|$)/.test(relative);
}
