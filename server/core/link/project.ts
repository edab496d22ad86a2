import { below, join } from '../tree/path.ts';
import type { Selection } from '../tree/selection.ts';
import type { Need, Tree, TreePath } from '../tree/tree.ts';
import { View } from '../tree/view.ts';
import type { VerdictMemory } from './verdict-memory.ts';
import type { Runtime } from './runtime.ts';

/** Everything that links are judged by: three trees and how their paths pair. */
export interface Project {
  /** The config's folder in the local tree, and the root's real path in production's. */
  readonly folder: TreePath;
  readonly root: TreePath;
  readonly selection: Selection;
  readonly runtime: Runtime;
  /** What the processes that run from the root now were started with; absolute, perhaps without an extension. */
  readonly starts: readonly TreePath[];
  readonly local: Tree;
  readonly production: Tree;
  readonly merged: Tree;
  /** Managed modules of the workspace, relative to `folder`. */
  readonly modules: readonly string[];
  /** Managed modules that only production has, relative to `root`. */
  readonly productionOnly: readonly string[];
}

/** One look at the three trees, and what each lacked. */
export class ProjectView {
  readonly local: View;
  readonly production: View;
  readonly merged: View;
  /** The runtime as it would be in the workspace: its folders in the workspace's own coordinates. */
  readonly runtimeHere: Runtime;

  /** @param memory of earlier looks; who judges only once needs none */
  constructor(
    readonly project: Project,
    readonly memory?: VerdictMemory,
  ) {
    memory?.look(project);
    this.local = new View(project.local, memory?.hearing('local'));
    this.production = new View(project.production, memory?.hearing('production'));
    this.merged = new View(project.merged, memory?.hearing('merged'));
    const { globalFolders = [], ...runtime } = project.runtime;
    const folders = globalFolders.flatMap((folder) => this.#folderHere(folder) ?? []);
    this.runtimeHere = { ...runtime, globalFolders: folders };
  }

  /** One that has seen nothing yet. */
  renewed(): ProjectView {
    return new ProjectView(this.project, this.memory);
  }

  #folderHere(folder: TreePath): TreePath | undefined {
    const relative = below(this.project.root, folder);
    const place = relative === undefined ? undefined : this.project.selection.toLocal(relative).path;
    return place === undefined ? undefined : join(this.project.folder, place);
  }

  /** Stands still while nothing was unknown. */
  get misses(): number {
    return this.local.misses + this.production.misses + this.merged.misses;
  }

  get lacking(): { local: readonly Need[]; production: readonly Need[]; merged: readonly Need[] } {
    return { local: this.local.lacking, production: this.production.lacking, merged: this.merged.lacking };
  }

  /** Where a local file lies, or would lie, on production; `undefined` for what no map entry covers. */
  toProduction(path: TreePath): TreePath | undefined {
    const relative = below(this.project.folder, path);
    const place = relative === undefined ? undefined : this.project.selection.toProduction(relative).path;
    return place === undefined ? undefined : join(this.project.root, place);
  }

  /** Where a production file would lie here. */
  toLocal(path: TreePath): TreePath | undefined {
    const relative = below(this.project.root, path);
    const place = relative === undefined ? undefined : this.project.selection.toLocal(relative);
    return place?.managed === true ? join(this.project.folder, place.path) : undefined;
  }
}

/** Files whose text is a module that Node, or what compiles for it, would run. */
export function isModulePath(path: string): boolean {
  return /\.(?:[cm]?js|[cm]?ts|jsx|tsx)$/.test(path) && !/\.d\.[cm]?ts$/.test(path);
}
