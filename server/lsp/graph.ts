import { keptLinks } from '../core/link/kept-links.ts';
import type { CancellationToken } from 'vscode-jsonrpc/node';
import type { DriftEntry } from '../core/drift/drift.ts';
import type { Finding, Trace } from '../core/link/finding.ts';
import { followLink, judgeModule } from '../core/link/judge.ts';
import type { LinkText, ModuleFacts } from '../core/link/module-facts.ts';
import { isModulePath, ProjectView } from '../core/link/project.ts';
import { remembered, VerdictMemory } from '../core/link/verdict-memory.ts';
import type { Runtime } from '../core/link/runtime.ts';
import { OverlayTree } from '../core/tree/overlay.ts';
import type { Laid } from '../core/tree/overlay.ts';
import { below, join } from '../core/tree/path.ts';
import { Selection } from '../core/tree/selection.ts';
import type { SelectionRules } from '../core/tree/selection.ts';
import { SnapshotTree } from '../core/tree/snapshot.ts';
import type { Fact, TreePath } from '../core/tree/tree.ts';
import { contentIdOf } from '../io/content-id.ts';
import type { FactSource } from '../io/facts.ts';
import { readModule } from '../io/modules.ts';
import { settle } from '../io/settle.ts';
import type { LiveProject } from '../io/settle.ts';
import { unpackFiles } from './packed-files.ts';

/** What the worker says of a target, from which the main thread makes its own trees. */
export interface GraphSeed {
  /** The config's folder here, absolute, and the root's real path on production. */
  readonly folder: TreePath;
  readonly root: TreePath;
  readonly rules: SelectionRules;
  readonly runtime: Runtime;
  /** What the processes there were started with. */
  readonly starts: readonly TreePath[];
  /** Managed files that are the same on both sides, by `packFiles`. */
  readonly same: string;
}

/** A managed file that differs: its places relative to `folder` and to `root`, and what production has there. */
export type GraphEntry = Pick<DriftEntry, 'kind' | 'local' | 'path' | 'there'>;

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
  readonly #buffers = new Map<TreePath, { readonly text: string; readonly read: Promise<boolean> }>();
  readonly #memory = new VerdictMemory(true);
  /** The last look at the trees, while nothing has changed but what modules say. */
  #view: ProjectView;

  constructor(
    readonly seed: GraphSeed,
    entries: readonly GraphEntry[],
    readonly sources: { readonly local: FactSource; readonly production: FactSource },
  ) {
    const local = new SnapshotTree();
    const differing = entries.filter(({ kind }) => kind !== 'productionOnly' && kind !== 'caseOnly');
    const files = [...unpackFiles(seed.same), ...differing];
    const production = new SnapshotTree(
      files.flatMap(({ path, there }): Fact[] =>
        there === undefined
          ? []
          : [{ ask: 'identity', path: join(seed.root, path), answer: { state: 'known', value: there } }],
      ),
    );
    const laid = new Map<TreePath, Laid>(
      files.map((file) => [
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
      modules: files.map((file) => file.local).filter(isModulePath),
      productionOnly: entries
        .filter(({ kind, path }) => kind === 'productionOnly' && isModulePath(path))
        .map(({ path }) => path),
    };
    this.#view = new ProjectView(this.#project, this.#memory);
  }

  /** The path relative to the config's folder of a managed module, or `undefined`. */
  moduleOf(path: TreePath): string | undefined {
    const local = below(this.seed.folder, path);
    if (local === undefined || !isModulePath(local)) return undefined;
    return this.#selection.toProduction(local).managed ? local : undefined;
  }

  /**
   * What the editor shows counts from now on, saved or not. Texts that cannot be read whole keep what was understood of them.
   *
   * @returns whether it now offers something else to the modules that import it
   */
  async edit(path: TreePath, text: string): Promise<boolean> {
    const before = this.#buffers.get(path);
    if (before?.text === text) {
      await before.read;
      return false;
    }
    const read = this.#read(path, text);
    this.#buffers.set(path, { text, read });
    return read;
  }

  async #read(path: TreePath, text: string): Promise<boolean> {
    const { local } = this.#project;
    await Promise.resolve(); // It is known as the newest text by now.
    const module = await readModule(path, text);
    // A slower reading of an older text must not win.
    if (this.#buffers.get(path)?.text !== text) return false;
    const old = local.module(path);
    // It was no file so far, or nobody knew.
    const isNew = local.entry(path).state !== 'known';
    local.learn([
      { ask: 'entry', path, answer: { state: 'known', value: { kind: 'file' } } },
      { ask: 'module', path, answer: { state: 'known', value: module } },
      // What production runs with in this very content is not the deploy's doing: see `judge.ts`.
      { ask: 'identity', path, answer: { state: 'known', value: contentIdOf(Buffer.from(text, 'utf8')) } },
    ]);
    if (isNew) this.#view = new ProjectView(this.#project, this.#memory);
    else this.#memory.changed();
    return isNew || old.state !== 'known' || offerOf(old.value) !== offerOf(module);
  }

  /** The disk counts again. */
  close(path: TreePath): void {
    this.#buffers.delete(path);
    this.#project.local.forget(path);
    this.#memory.retain(new Set([...this.#buffers.keys()].flatMap((open) => this.moduleOf(open) ?? [])));
    this.#view = new ProjectView(this.#project, this.#memory);
  }

  /** The verdicts on one module, by its path relative to the config's folder. */
  async judge(local: string, token: CancellationToken): Promise<readonly Finding[]> {
    return this.#settle(token, (view) => remembered(view, local, () => judgeModule(view, local)).findings);
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
      return keptLinks(view.local, located.value.path, module.value, view.runtimeHere).map((text) =>
        followLink(view, text, located.value.path, fromThere),
      );
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

/** All that an importing module can see of it. */
function offerOf(module: ModuleFacts): string {
  const { syntax, exports, braced, properties, starFrom, types, constEnums, passed, problem } = module;
  return JSON.stringify([syntax, exports, braced, properties, starFrom, types, constEnums, passed, problem?.message]);
}
