import path from 'node:path';
import { realpath } from 'node:fs/promises';
import { deployPlanned } from '../app/deploy.ts';
import { plan } from '../app/plan.ts';
import { deployQuestion } from '../app/questions.ts';
import { releases } from '../app/releases.ts';
import { rollback } from '../app/rollback.ts';
import { describeEvent } from '../app/events.ts';
import { auditAndCheck } from '../app/check.ts';
import type { DeployOptions } from '../app/carry.ts';
import type { VerbContext } from '../app/context.ts';
import { init, propose } from '../app/init.ts';
import { keepNothingYet } from '../app/links.ts';
import type { Kept } from '../app/links.ts';
import type { Person } from '../app/person.ts';
import { pull } from '../app/pull.ts';
import type { DeployResult, PlanResult, PullResult, ReleasesResult } from '../app/results.ts';
import type { Config, ConfigProblem, Target } from '../config/config.ts';
import { findConfigs } from '../config/find.ts';
import { loadConfig } from '../config/load.ts';
import type { DriftEntry } from '../core/drift/drift.ts';
import type { Reach } from '../core/link/finding.ts';
import { reachIn } from '../core/link/reach.ts';
import type { Reaches } from '../core/link/reach.ts';
import { factsOf } from '../core/tree/production.ts';
import { SnapshotTree } from '../core/tree/snapshot.ts';
import type { Fact } from '../core/tree/tree.ts';
import { DiskSource } from '../io/disk.ts';
import type { FactSource } from '../io/facts.ts';
import { HostSource } from '../io/host-facts.ts';
import { RememberingHost } from '../io/remembering-host.ts';
import { rootKey } from '../io/places.ts';
import type { Places } from '../io/places.ts';
import type { ProductionContent, Proposal } from '../protocol.ts';
import { connect } from '../remote/connect.ts';
import type { Host } from '../remote/host.ts';
import { consentQuestion, Consents } from './consents.ts';
import type { EngineParams, EngineResult, LookResult, PlannedResult, ProgressNote, TargetName } from './engine.ts';
import { NotReady } from './failures.ts';
import { packFiles } from './packed-files.ts';
import { loadMemory, saveMemory } from '../io/host-memory.ts';
import type { HostMemory } from '../io/host-memory.ts';
import { NOT_ASKED, RecordingHost, ReplayingHost } from '../io/replaying-host.ts';

/** What the worker thread gives the engine. */
export interface EngineSurroundings {
  readonly person: Person;
  report(update: ProgressNote): void;
  readonly home: string;
  readonly places: Places;
  readonly hostProgram: string;
}

/** What is kept of one target between requests. */
interface Known {
  readonly config: Config;
  readonly target: Target;
  host: Promise<Host> | undefined;
  memory: HostMemory | undefined;
  /** The plan that the person was shown last: no other one is carried out. */
  shown: PlanResult | undefined;
  /** Ends when the verb that has its turn ends, however it ends. */
  turn: Promise<unknown>;
  /** How the modules of the last look come to run. */
  reaches: Reaches;
  /** From one look to the next. */
  kept: Kept | undefined;
  production: { readonly tree: SnapshotTree; readonly source: FactSource } | undefined;
}

const MAX_SHOWN_BYTES = 8 * 1024 * 1024;

/** The engine's verbs with what an editor needs between them: open connections, and what production said last. */
export class Engine {
  readonly #configs = new Map<string, Config>();
  readonly #known = new Map<string, Known>();
  readonly #consents: Consents;

  constructor(readonly around: EngineSurroundings) {
    this.#consents = new Consents(around.places.state);
  }

  async configs(folders: readonly string[]): Promise<EngineResult<'configs'>> {
    const files = new Set((await Promise.all(folders.map(findConfigs))).flat());
    const problems: ConfigProblem[] = [];
    this.#configs.clear();
    for (const file of files) {
      const config = await loadConfig(file);
      if ('problems' in config) problems.push(...config.problems);
      else this.#configs.set(file, config);
    }
    return { configs: [...this.#configs.values()], problems };
  }

  consented(name: TargetName): Promise<boolean> {
    const { config, target } = this.#find(name);
    return this.#consents.has(consentQuestion(config, target));
  }

  async consent(params: EngineParams<'consent'>): Promise<boolean> {
    const { config, target } = this.#find(params);
    const question = consentQuestion(config, target);
    if (await this.#consents.has(question)) return true;
    if (!params.given && !(await this.around.person.consent(question))) return false;
    await this.#consents.add(question);
    return true;
  }

  /** Looks at production again, and remembers what it says. */
  look(name: TargetName, signal: AbortSignal): Promise<LookResult> {
    return this.#inTurn(name, async (known) => {
      const result = await this.#lookBy(known, await this.#context(known, signal));
      await this.#save(known);
      return result;
    });
  }

  /** Compares the workspace with what production said last, in this session or an earlier one. Connects nowhere. */
  recall(name: TargetName, signal: AbortSignal): Promise<LookResult | null> {
    return this.#inTurn(name, async (known) => {
      known.memory ??= await loadMemory(this.#memoryFile(known));
      if (known.memory === undefined) return null;
      return this.#lookBy(known, await this.#replay(known, signal));
    });
  }

  /** Brings files, or says what that would bring. The client has asked the person when it is no preview. */
  pull(params: EngineParams<'pull'>, signal: AbortSignal): Promise<PullResult> {
    const { paths, preview } = params;
    return this.#inTurn(params, async (known) =>
      pull(await this.#context(known, signal), {
        patterns: paths === 'missing' ? [] : paths.map((each) => [each]),
        missing: paths === 'missing',
        commit: false,
        confirm: () => Promise.resolve(!preview),
      }),
    );
  }

  /** Plans a deploy of all that differs, and keeps the plan for the deploy that the person may want. */
  plan(params: EngineParams<'plan'>, signal: AbortSignal): Promise<PlannedResult> {
    return this.#inTurn(params, async (known) => {
      const context = await this.#context(known, signal);
      known.shown = await plan(context, {
        patterns: [],
        deletes: params.deletes.map((each) => [each]),
        accept: [],
        build: true,
      });
      return { ...known.shown, address: (await context.host()).address };
    });
  }

  /** Carries out the plan that was shown last, after the person's yes. */
  deploy(params: EngineParams<'deploy'>, signal: AbortSignal): Promise<DeployResult> {
    return this.#inTurn(params, async (known) => {
      const { shown } = known;
      if (shown?.plan.id !== params.plan) {
        throw new NotReady('This plan is not the one that was shown last.', 'Plan again: "Driftline: Deploy…".');
      }
      known.shown = undefined;
      return deployPlanned(await this.#context(known, signal), shown, this.#deployOptions(known));
    });
  }

  rollback(params: EngineParams<'rollback'>, signal: AbortSignal): Promise<DeployResult> {
    return this.#inTurn(params, async (known) =>
      rollback(await this.#context(known, signal), {
        ...(params.release !== undefined && { to: params.release }),
        accept: [],
        ...this.#deployOptions(known),
      }),
    );
  }

  releases(name: TargetName, signal: AbortSignal): Promise<ReleasesResult> {
    return this.#inTurn(name, async (known) => releases(await this.#context(known, signal)));
  }

  #deployOptions(known: Known): DeployOptions {
    return {
      confirm: (planned) => this.around.person.confirm(deployQuestion(planned.plan, known.target)),
      onEvent: (event) => {
        const message = describeEvent(event);
        if (message !== undefined) this.around.report({ message });
      },
    };
  }

  async propose(folder: string): Promise<Proposal> {
    const { hosts, root, pm2, map } = await propose(folder, this.around.home);
    return { hosts, map, ...(root !== undefined && { root }), ...(pm2 !== undefined && { pm2 }) };
  }

  async init(params: EngineParams<'init'>): Promise<EngineResult<'init'>> {
    const { folder, host, root, map, pm2, healthUrl } = params;
    const { file } = await init(folder, {
      host,
      root,
      map,
      ...(pm2 !== undefined && { process: { pm2 } }),
      ...(healthUrl !== undefined && { healthUrl }),
    });
    return { file };
  }

  async facts(params: EngineParams<'facts'>, signal: AbortSignal): Promise<readonly Fact[]> {
    const known = this.#find(params);
    if (params.tree === 'local') {
      const { modules } = await this.#keptOf(known);
      return new DiskSource(modules).answer(params.needs, signal);
    }
    const { tree, source } = (known.production ??= await this.#production(known));
    const answers = params.needs.map((need): Fact | undefined => factIn(tree, need));
    const open = params.needs.filter((_need, at) => answers[at] === undefined);
    const fetched = open.length === 0 ? [] : await source.answer(open, signal);
    tree.learn(fetched);
    return [...answers.filter((fact) => fact !== undefined), ...fetched];
  }

  /** How a local module comes to run, by the last look; `null` where that is not known. */
  reach(params: EngineParams<'reach'>): Reach | null {
    return reachIn(this.#find(params).reaches, { tree: 'local', path: params.local }) ?? null;
  }

  /** One production file as an editor can show it: as it was seen, else as the host has it now. */
  async content(params: EngineParams<'content'>, signal: AbortSignal): Promise<ProductionContent> {
    const known = this.#find(params);
    const ask = (host: Host): Promise<ProductionContent> => readForShow(host, known.target.root, params.path, signal);
    const recalled = await this.#recalled(known);
    const seen = recalled && (await ask(recalled));
    if (seen !== undefined && !(seen.kind === 'notText' && seen.reason === NOT_ASKED)) return seen;
    return ask(await (await this.#context(known, signal)).host());
  }

  async #lookBy(known: Known, context: VerbContext): Promise<LookResult> {
    const { audit, check, reaches, runtime } = await auditAndCheck(context, await this.#keptOf(known));
    const memory = this.#memoryOf(known);
    known.production = undefined;
    known.reaches = reaches;
    const isSame = ({ kind }: DriftEntry): boolean => kind === 'same';
    return {
      audit: { ...audit, entries: audit.entries.filter((entry) => !isSame(entry)) },
      check,
      address: memory.address,
      seed: {
        folder: await realpath(known.config.folder),
        root: memory.inventory.realRoot,
        rules: known.target.rules,
        runtime,
        starts: memory.inventory.platform.starts ?? [],
        same: packFiles(audit.entries.filter(isSame)),
      },
    };
  }

  async #keptOf(known: Known): Promise<Kept> {
    const { config, target } = known;
    return (known.kept ??= await keepNothingYet({ config, target, places: this.around.places }));
  }

  async #production(known: Known): Promise<NonNullable<Known['production']>> {
    const memory = this.#memoryOf(known);
    const hashes = new Map(memory.inventory.entries.map((entry) => [entry.path, entry.content?.sha256]));
    const host = new ReplayingHost(memory, await known.host, NOT_ASKED);
    const { modules } = await this.#keptOf(known);
    return {
      tree: new SnapshotTree(factsOf(memory.inventory)),
      source: new HostSource(host, memory.inventory.realRoot, (file) => hashes.get(file), modules),
    };
  }

  /** One at a time for each target: what a look remembers must not be replaced by another in the middle of it. */
  #inTurn<T>(name: TargetName, work: (known: Known) => Promise<T>): Promise<T> {
    const known = this.#find(name);
    const mine = known.turn.then(() => work(known));
    known.turn = mine.catch(() => undefined); // Whoever asked is told; the next one begins all the same.
    return mine;
  }

  #find(name: TargetName): Known {
    const key = JSON.stringify([name.config, name.target]);
    const config = this.#configs.get(name.config);
    const target = config?.targets.get(name.target);
    if (config === undefined || target === undefined) {
      throw new NotReady(`There is no target "${name.target}" any more.`, 'Choose another target.');
    }
    const known = this.#known.get(key);
    if (known?.target === target) return known;
    // A configuration that was read again may name another host: nothing of the old one counts.
    const fresh: Known = {
      config,
      target,
      host: undefined,
      memory: undefined,
      shown: undefined,
      turn: Promise.resolve(),
      reaches: new Map(),
      kept: undefined,
      production: undefined,
    };
    this.#known.set(key, fresh);
    void known?.host?.then((host) => host.close()).catch(() => undefined); // It is being thrown away either way.
    return fresh;
  }

  /** For verbs that ask the host itself. Refuses where nobody agreed to connect. */
  async #context(known: Known, signal: AbortSignal): Promise<VerbContext> {
    if (!(await this.#consents.has(consentQuestion(known.config, known.target)))) {
      throw new NotReady(
        `Nobody has agreed yet to connect to ${known.target.host}.`,
        'Run "Driftline: Refresh", which asks for it.',
      );
    }
    return this.#verbContext(known, signal, () => this.#connect(known, signal));
  }

  async #replay(known: Known, signal: AbortSignal): Promise<VerbContext> {
    const host = new ReplayingHost(this.#memoryOf(known), await known.host, NOT_ASKED);
    return this.#verbContext(known, signal, () => Promise.resolve(host));
  }

  async #recalled(known: Known): Promise<Host | undefined> {
    return known.memory === undefined ? undefined : new ReplayingHost(known.memory, await known.host, NOT_ASKED);
  }

  #verbContext(known: Known, signal: AbortSignal, host: () => Promise<Host>): VerbContext {
    const { person, places } = this.around;
    const { config, target } = known;
    return { config, target, person, places, signal, host, progress: { report: (note) => this.around.report(note) } };
  }

  /** One connection per target, made at the first call; one that failed or was lost is made again at the next. */
  #connect(known: Known, signal: AbortSignal): Promise<Host> {
    known.host ??= this.#open(known, signal).catch((error: unknown) => {
      known.host = undefined;
      throw error;
    });
    return known.host;
  }

  async #open(known: Known, signal: AbortSignal): Promise<Host> {
    const { person, home, places, hostProgram } = this.around;
    const host = await connect(known.target, { person, signal, home, stateFolder: places.state, hostProgram });
    return new RecordingHost(
      new RememberingHost(host, places.cache),
      (memory) => {
        known.memory = memory;
      },
      () => {
        known.host = undefined;
      },
    );
  }

  async #save(known: Known): Promise<void> {
    if (known.memory !== undefined) await saveMemory(this.#memoryFile(known), known.memory);
  }

  #memoryFile(known: Known): string {
    return path.join(this.around.places.cache, 'looks', rootKey(known.target));
  }

  #memoryOf(known: Known): HostMemory {
    if (known.memory !== undefined) return known.memory;
    throw new NotReady('Production has not been looked at yet.', 'Run "Driftline: Refresh".');
  }
}

/** What a tree knows of one need, as a fact; `undefined` where it does not. */
function factIn(tree: SnapshotTree, need: { readonly ask: Fact['ask']; readonly path: string }): Fact | undefined {
  const { ask, path: at } = need;
  switch (ask) {
    case 'entry':
      return known({ ask, path: at, answer: tree.entry(at) });
    case 'list':
      return known({ ask, path: at, answer: tree.list(at) });
    case 'identity':
      return known({ ask, path: at, answer: tree.identity(at) });
    case 'text':
      return known({ ask, path: at, answer: tree.text(at) });
    case 'module':
      return known({ ask, path: at, answer: tree.module(at) });
  }
}

function known(fact: Fact): Fact | undefined {
  return fact.answer.state === 'unknown' ? undefined : fact;
}

async function readForShow(host: Host, root: string, path: string, signal: AbortSignal): Promise<ProductionContent> {
  let content: ProductionContent = { kind: 'notText', reason: 'the host did not send it' };
  await host.request(
    'read',
    { root, files: [{ path }], maxBytes: MAX_SHOWN_BYTES },
    {
      signal,
      onPart: (part, body) => {
        content = part.problem === undefined ? asText(body) : { kind: 'notText', reason: part.problem };
      },
    },
  );
  return content;
}

function asText(body: Uint8Array): ProductionContent {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(body) };
  } catch {
    return { kind: 'notText', reason: 'it is no UTF-8 text' };
  }
}
