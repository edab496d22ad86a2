import path from 'node:path';
import type { CancellationToken } from 'vscode-jsonrpc/node';
import type { Config, ConfigProblem, Target } from '../config/config.ts';
import type { DriftEntry } from '../core/drift/drift.ts';
import type { Reach } from '../core/link/finding.ts';
import type { Phase, Problem, SessionState, TargetChoice } from '../protocol.ts';
import { uriOf } from './diagnostics.ts';
import type { EngineClient } from './engine-client.ts';
import type { LookResult, TargetName } from './engine.ts';
import { asProblem, asResponseError, Cancelled, failureName, NotReady } from './failures.ts';
import { Graph } from './graph.ts';

/** Who is told when something that is shown has changed. */
export interface SessionListener {
  /** Before a new graph takes the place of another: what it will be asked first, it can be asked now. */
  graphComing(graph: Graph): Promise<void>;
  stateChanged(state: SessionState): void;
  /** After every look and recall, and when there is none any more. */
  lookChanged(): void;
  configsChanged(problems: readonly ConfigProblem[]): void;
}

/** The chosen target with what is known of it. Nothing is looked at before the workspace is trusted and the person has agreed. */
export class Session {
  #folders: readonly string[] = [];
  #trusted = false;
  #announced = false;
  #configs: readonly Config[] = [];
  #problems: readonly ConfigProblem[] = [];
  #chosen: TargetName | undefined;
  #look: LookResult | undefined;
  #coming: LookResult | undefined;
  readonly #reaches = new Map<string, Promise<Reach | undefined>>();
  #graph: Graph | undefined;
  #phase: Phase = 'looking';
  #failure: Problem | undefined;
  #looking: Promise<void> | undefined;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(
    readonly engine: EngineClient,
    readonly listener: SessionListener,
  ) {}

  get look(): LookResult | undefined {
    return this.#look;
  }

  get graph(): Graph | undefined {
    return this.#graph;
  }

  get config(): Config | undefined {
    return this.#configs.find((config) => config.file === this.#chosen?.config);
  }

  get target(): Target | undefined {
    return this.#chosen && this.config?.targets.get(this.#chosen.target);
  }

  /**
   * Reads the configurations, and shows what was known of the first target the last time.
   *
   * @param who `announced`: our own client, which can ask a person. Behind any other nothing connects until a command asks for it
   */
  async open(folders: readonly string[], who: { trusted: boolean; announced: boolean }): Promise<void> {
    this.#folders = folders;
    this.#trusted = who.trusted;
    this.#announced = who.announced;
    await this.readConfigs();
  }

  /** Ends when the configurations that are being read have been read, whatever came of it. */
  async configsRead(): Promise<void> {
    await this.#reading;
  }

  async readConfigs(): Promise<void> {
    const reading = this.#readAll();
    this.#reading = reading.catch(() => undefined); // Whoever began it is told.
    await reading;
    await this.#begin();
  }

  async #readAll(): Promise<void> {
    const { configs, problems } = await this.engine.ask('configs', { folders: this.#folders });
    this.#configs = configs;
    this.#problems = problems;
    this.listener.configsChanged(problems);
    if (this.target === undefined) this.#chosen = this.#names()[0];
  }

  async trust(): Promise<void> {
    this.#trusted = true;
    await this.#begin();
  }

  targets(): TargetChoice[] {
    return this.#names().flatMap((name) => this.#choice(name) ?? []);
  }

  async choose(id: string): Promise<void> {
    const name = this.#names().find((candidate) => idOf(candidate) === id);
    if (name === undefined) throw new NotReady('There is no such target any more.', 'Choose another one.');
    this.#chosen = name;
    await this.#begin();
  }

  /** Looks at production because the person wants it: may ask for consent, a host key, a passphrase. */
  async refresh(token?: CancellationToken): Promise<void> {
    const name = await this.agreed(token);
    if (name !== undefined) await this.#lookAgain(name, token);
  }

  /** The chosen target for a verb that connects; `undefined` where the person does not agree to that. */
  async agreed(token?: CancellationToken): Promise<TargetName | undefined> {
    const name = this.ready();
    // Behind another editor the command itself is what the person chose; nobody could be asked.
    if (await this.engine.ask('consent', { ...name, given: !this.#announced }, token)) return name;
    if (this.#look === undefined) this.#show('notConnected');
    return undefined;
  }

  /** Makes sure that production was looked at, for what rests on that; rejects with why it could not be. */
  async looked(token?: CancellationToken): Promise<void> {
    if (this.#look === undefined) await this.#lookFirst(token);
  }

  async #lookFirst(token?: CancellationToken): Promise<void> {
    await this.refresh(token);
    if (this.#failure !== undefined) throw new NotReady(this.#failure.message, this.#failure.remedy);
    if (this.#look === undefined) throw new Cancelled();
  }

  /** Looks at production again after a verb that changed it. */
  async afterChange(): Promise<void> {
    if (this.#chosen !== undefined) await this.#lookAgain(this.#chosen);
  }

  /** Compares again with what production said last, after something changed here. */
  async recall(): Promise<void> {
    const name = this.#chosen;
    if (name === undefined || !this.#trusted || this.#look === undefined) return;
    const look = await this.engine.ask('recall', name);
    if (look !== null) await this.#take(name, look);
  }

  /** The chosen target, for a verb. Rejects with what is missing. */
  ready(): TargetName {
    if (!this.#trusted) {
      throw new NotReady('Nothing connects in an untrusted workspace.', 'Trust the workspace first.');
    }
    if (this.#chosen === undefined) {
      const { message, remedy } = configFailure(this.#problems) ?? NO_CONFIG;
      throw new NotReady(message, remedy);
    }
    return this.#chosen;
  }

  /** How a local module comes to run, by the last look. */
  reachOf(local: string): Promise<Reach | undefined> {
    const known = this.#reaches.get(local);
    if (known !== undefined) return known;
    const asked = this.engine.ask('reach', { ...this.ready(), local });
    // It only adds to what is said: without it, everything else still is.
    const reach = asked.then((found) => found ?? undefined).catch(() => undefined);
    this.#reaches.set(local, reach);
    return reach;
  }

  entry(predicate: (entry: DriftEntry) => boolean): DriftEntry | undefined {
    return this.#look?.audit.entries.find(predicate);
  }

  state(): SessionState {
    const target = this.#chosen && this.#choice(this.#chosen);
    const audit = this.#look?.audit;
    const differing = audit?.entries.filter((entry) => entry.kind !== 'same') ?? [];
    const productionOnly = differing.filter((entry) => entry.kind === 'productionOnly');
    return {
      phase: this.#phase,
      ...(target !== undefined && { target }),
      ...(this.#look !== undefined && { address: this.#look.address, takenAt: this.#look.audit.takenAt }),
      ...(audit !== undefined && { summary: audit.summary }),
      counts: {
        differing: differing.length,
        productionOnly: productionOnly.length,
        needed: productionOnly.filter((entry) => entry.neededBy !== undefined).length,
      },
      ...(this.#failure !== undefined && { failure: this.#failure }),
    };
  }

  /** A local path as the config's folder spells it; the graph's folder has its links followed. */
  inConfigFolder(file: string): string | undefined {
    const folder = this.config?.folder;
    if (folder === undefined) return undefined;
    const relative = path.relative(folder, file);
    return relative.startsWith('..') || path.isAbsolute(relative) ? undefined : relative.split(path.sep).join('/');
  }

  uriOfLocal(local: string): string {
    return uriOf(path.join(this.config?.folder ?? '/', local));
  }

  async #begin(): Promise<void> {
    this.#forget();
    const name = this.#chosen;
    if (name === undefined) {
      this.#show(this.#problems.length > 0 ? 'badConfig' : 'noConfig', configFailure(this.#problems));
      return;
    }
    if (!this.#trusted) {
      this.#show('untrusted');
      return;
    }
    if (!(await this.engine.ask('consented', name))) {
      this.#show('notConnected');
      return;
    }
    // What was known the last time is shown at once, with its age; then production is looked at.
    this.#show('looking');
    const look = await this.engine.ask('recall', name);
    if (look !== null) await this.#take(name, look);
    if (name !== this.#chosen) return;
    if (this.#announced) await this.#lookAgain(name);
    else this.#settle();
  }

  /** One look at a time: whoever asks meanwhile gets the one that runs. */
  #lookAgain(name: TargetName, token?: CancellationToken): Promise<void> {
    this.#looking ??= this.#lookOnce(name, token).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(name: TargetName, token?: CancellationToken): Promise<void> {
    this.#show('looking');
    try {
      const look = await this.engine.ask('look', name, token);
      await this.#take(name, look);
    } catch (error) {
      if (name !== this.#chosen) return;
      const cancelled = asResponseError(error).code === -32800;
      if (cancelled) this.#settle();
      else this.#show(failureName(error) === 'HostKeyUnknown' ? 'hostKey' : 'failed', asProblem(error));
    }
  }

  /** Until the new graph knows what it will be asked of the open documents, they are judged by the one that was there. */
  async #take(name: TargetName, look: LookResult): Promise<void> {
    if (name !== this.#chosen) return;
    this.#coming = look;
    const source = (tree: 'local' | 'production') => ({
      answer: (needs: Parameters<Graph['sources']['local']['answer']>[0]) =>
        this.engine.ask('facts', { ...this.ready(), tree, needs }),
    });
    const graph = new Graph(look.seed, look.audit.entries, {
      local: source('local'),
      production: source('production'),
    });
    this.#reaches.clear();
    if (this.#graph !== undefined) await this.listener.graphComing(graph);
    // Another one has come meanwhile, or nobody wants to know of this target any more.
    if (this.#coming !== look || name !== this.#chosen) return;
    this.#look = look;
    this.#graph = graph;
    this.#settle();
    this.listener.lookChanged();
  }

  /** The phase that the last look, if any, leads to. */
  #settle(): void {
    const entries = this.#look?.audit.entries;
    if (entries === undefined) this.#show('notConnected');
    else this.#show(entries.some((entry) => entry.kind !== 'same') ? 'drift' : 'inSync');
  }

  #forget(): void {
    if (this.#look === undefined) return;
    this.#look = undefined;
    this.#graph = undefined;
    this.listener.lookChanged();
  }

  #show(phase: Phase, failure?: Problem): void {
    this.#phase = phase;
    this.#failure = failure;
    this.listener.stateChanged(this.state());
  }

  #names(): TargetName[] {
    return this.#configs.flatMap((config) =>
      [...config.targets.keys()].map((target) => ({ config: config.file, target })),
    );
  }

  #choice(name: TargetName): TargetChoice | undefined {
    const target = this.#configs.find((config) => config.file === name.config)?.targets.get(name.target);
    if (target === undefined) return undefined;
    const folder = this.#folders.find((candidate) => name.config.startsWith(`${candidate}${path.sep}`));
    return {
      id: idOf(name),
      name: target.name,
      host: target.host,
      root: target.root,
      config: uriOf(name.config),
      configPath: folder === undefined ? name.config : path.relative(folder, name.config),
      chosen: this.#chosen !== undefined && idOf(this.#chosen) === idOf(name),
    };
  }
}

const NO_CONFIG: Problem = {
  message: 'This workspace has no driftline.json yet.',
  remedy: 'Write one: "Driftline: Set Up This Workspace" in VS Code, "driftline init" in a terminal.',
};

function idOf(name: TargetName): string {
  return `${name.config}#${name.target}`;
}

function configFailure(problems: readonly ConfigProblem[]): Problem | undefined {
  const [first] = problems;
  return first === undefined
    ? undefined
    : { message: `${path.basename(first.file)}:${first.line + 1}: ${first.message}`, remedy: first.remedy };
}
