import type { CancellationToken } from 'vscode-jsonrpc/node';
import type { Finding, Trace } from '../core/link/finding.ts';
import { followLink, judgeModule } from '../core/link/judge.ts';
import type { LinkText } from '../core/link/module-facts.ts';
import { isModulePath, ProjectView } from '../core/link/project.ts';
import type { Runtime } from '../core/link/runtime.ts';
import { OverlayTree } from '../core/tree/overlay.ts';
import type { Laid } from '../core/tree/overlay.ts';
import { below, join } from '../core/tree/path.ts';
import { Selection } from '../core/tree/selection.ts';
import type { SelectionRules } from '../core/tree/selection.ts';
import { SnapshotTree } from '../core/tree/snapshot.ts';
import type { ContentId, Fact, TreePath } from '../core/tree/tree.ts';
import { contentIdOf } from '../io/content-id.ts';
import type { FactSource } from '../io/facts.ts';
import { readModule } from '../io/modules.ts';
import { settle } from '../io/settle.ts';
import type { LiveProject } from '../io/settle.ts';

/** What the worker says of a target, from which the main thread makes its own trees. */
export interface GraphSeed {
  /** The config's folder here, absolute, and the root's real path on production. */
  readonly folder: TreePath;
  readonly root: TreePath;
  readonly rules: SelectionRules;
  readonly runtime: Runtime;
  /** What the processes there were started with. */
  readonly starts: readonly TreePath[];
  /** Managed local files, relative to `folder`, with their place relative to `root` and what production has there. */
  readonly files: readonly { readonly local: string; readonly path: string; readonly there?: ContentId }[];
  /** Managed files that only production has, relative to `root`. */
  readonly productionOnly: readonly string[];
}

/** One import with where it leads in each tree. */
export interface FollowedLink {
  readonly text: LinkText;
  readonly here: Trace;
  readonly there: Trace;
  readonly after: Trace;
}

/**
 * The main thread's own trees, which answer for open documents with their unsaved text on top. They begin empty and learn, in batches,
 * what a question lacked; the worker knows or goes and looks.
 */
export class Graph {
  readonly #project: LiveProject;
  readonly #selection: Selection;
  readonly #buffers = new Map<TreePath, string>();
  /** The last look at the trees, while nothing has changed but what modules say: one that resolves anew costs most of an edit. */
  #view: ProjectView;

  constructor(
    readonly seed: GraphSeed,
    readonly sources: { readonly local: FactSource; readonly production: FactSource },
  ) {
    const local = new SnapshotTree();
    const production = new SnapshotTree(
      seed.files.flatMap(({ path, there }): Fact[] =>
        there === undefined
          ? []
          : [{ ask: 'identity', path: join(seed.root, path), answer: { state: 'known', value: there } }],
      ),
    );
    const laid = new Map<TreePath, Laid>(
      seed.files.map((file) => [
        join(seed.root, file.path),
        { kind: 'file', tree: local, path: join(seed.folder, file.local) },
      ]),
    );
    this.#selection = new Selection(seed.rules);
    this.#project = {
      folder: seed.folder,
      root: seed.root,
      selection: this.#selection,
      runtime: seed.runtime,
      starts: seed.starts,
      local,
      production,
      merged: new OverlayTree(production, laid),
      modules: seed.files.map((file) => file.local).filter(isModulePath),
      productionOnly: seed.productionOnly.filter(isModulePath),
    };
    this.#view = new ProjectView(this.#project, new Map());
  }

  /** The path relative to the config's folder of a managed module, or `undefined`. */
  moduleOf(path: TreePath): string | undefined {
    const local = below(this.seed.folder, path);
    if (local === undefined || !isModulePath(local)) return undefined;
    return this.#selection.toProduction(local).managed ? local : undefined;
  }

  /** What the editor shows counts from now on, saved or not. Texts that cannot be read whole keep what was understood of them. */
  async edit(path: TreePath, text: string): Promise<void> {
    this.#buffers.set(path, text);
    const module = await readModule(path, text);
    // A slower reading of an older text must not win.
    if (this.#buffers.get(path) !== text) return;
    // It was no file so far, or nobody knew.
    const isNew = this.#project.local.entry(path).state !== 'known';
    this.#project.local.learn([
      { ask: 'entry', path, answer: { state: 'known', value: { kind: 'file' } } },
      { ask: 'module', path, answer: { state: 'known', value: module } },
      // What production runs with in this very content is not the deploy's doing: see `judge.ts`.
      { ask: 'identity', path, answer: { state: 'known', value: contentIdOf(Buffer.from(text, 'utf8')) } },
    ]);
    if (isNew) this.#view = new ProjectView(this.#project, new Map());
  }

  /** The disk counts again. */
  close(path: TreePath): void {
    this.#buffers.delete(path);
    this.#project.local.forget(path);
    this.#view = new ProjectView(this.#project, new Map());
  }

  /** The verdicts on one module, by its path relative to the config's folder. */
  async judge(local: string, token: CancellationToken): Promise<readonly Finding[]> {
    return this.#settle(token, (view) => judgeModule(view, local).findings);
  }

  /** Where each import of one module leads, as its text is now. */
  async follow(local: string, token: CancellationToken): Promise<readonly FollowedLink[]> {
    const path = join(this.seed.folder, local);
    return this.#settle(token, (view) => {
      const fromThere = view.toProduction(path);
      const located = view.local.locate(path);
      if (fromThere === undefined || located.state !== 'known') return [];
      const module = view.local.module(located.value.path);
      if (module.state !== 'known') return [];
      return module.value.links.map((text) => followLink(view, text, located.value.path, fromThere));
    });
  }

  async #settle<T>(token: CancellationToken, compute: (view: ProjectView) => T): Promise<T> {
    const stop = new AbortController();
    const listening = token.onCancellationRequested(() => stop.abort());
    try {
      const begin = this.#view;
      let last = begin;
      const seeing = (view: ProjectView): T => compute((last = view));
      const result = await settle(this.#project, this.sources, stop.signal, seeing, begin);
      // Something else may have changed the trees while this was waiting.
      if (this.#view === begin) this.#view = last;
      return result;
    } finally {
      listening.dispose();
    }
  }
}
