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
import { pull } from '../app/pull.ts';
import type { DeployResult, PullResult, ReleasesResult } from '../app/results.ts';
import type { Config, ConfigProblem } from '../config/config.ts';
import { findConfigs } from '../config/find.ts';
import { loadConfig } from '../config/load.ts';
import type { DriftEntry } from '../core/drift/drift.ts';
import type { Reach } from '../core/link/finding.ts';
import { reachIn } from '../core/link/reach.ts';
import type { Fact } from '../core/tree/tree.ts';
import { NOT_ASKED } from '../io/replaying-host.ts';
import type { ProductionContent, Proposal } from '../protocol.ts';
import type { Host } from '../remote/host.ts';
import { consentQuestion, Consents } from './consents.ts';
import type { EngineParams, EngineResult, LookResult, PlannedResult, ProgressNote, TargetName } from './engine.ts';
import { NotReady } from './failures.ts';
import { KnownTarget } from './known-target.ts';
import type { Around } from './known-target.ts';
import { packFiles } from './packed-files.ts';
import { readForShow } from './shown-file.ts';

/** What the worker thread gives the engine. */
export interface EngineSurroundings extends Around {
  report(update: ProgressNote): void;
}

/** The engine's verbs with what an editor needs between them: open connections, and what production said last. */
export class Engine {
  readonly #configs = new Map<string, Config>();
  readonly #known = new Map<string, KnownTarget>();
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
      await known.saveMemory();
      return result;
    });
  }

  /** Compares the workspace with what production said last, in this session or an earlier one. Connects nowhere. */
  recall(name: TargetName, signal: AbortSignal): Promise<LookResult | null> {
    return this.#inTurn(name, async (known) => {
      await known.recallMemory();
      const host = await known.replay();
      return host === undefined
        ? null
        : this.#lookBy(
            known,
            this.#verbContext(known, signal, () => Promise.resolve(host)),
          );
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

  #deployOptions(known: KnownTarget): DeployOptions {
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

  facts({ tree, needs, ...name }: EngineParams<'facts'>, signal: AbortSignal): Promise<readonly Fact[]> {
    return this.#find(name).facts(tree, needs, signal);
  }

  /** How a local module comes to run, by the last look; `null` where that is not known. */
  reach(params: EngineParams<'reach'>): Reach | null {
    return reachIn(this.#find(params).reaches, { tree: 'local', path: params.local }) ?? null;
  }

  /** One production file as an editor can show it: as it was seen, else as the host has it now. */
  async content(params: EngineParams<'content'>, signal: AbortSignal): Promise<ProductionContent> {
    const known = this.#find(params);
    const ask = (host: Host): Promise<ProductionContent> => readForShow(host, known.target.root, params.path, signal);
    const recalled = await known.replay();
    const seen = recalled && (await ask(recalled));
    if (seen !== undefined && !(seen.kind === 'notText' && seen.reason === NOT_ASKED)) return seen;
    return ask(await (await this.#context(known, signal)).host());
  }

  async #lookBy(known: KnownTarget, context: VerbContext): Promise<LookResult> {
    const { audit, check, reaches, runtime } = await auditAndCheck(context, await known.kept());
    const { memory } = known;
    known.looked(reaches);
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

  #inTurn<T>(name: TargetName, work: (known: KnownTarget) => Promise<T>): Promise<T> {
    const known = this.#find(name);
    return known.inTurn(() => work(known));
  }

  #find(name: TargetName): KnownTarget {
    const key = JSON.stringify([name.config, name.target]);
    const config = this.#configs.get(name.config);
    const target = config?.targets.get(name.target);
    if (config === undefined || target === undefined) {
      throw new NotReady(`There is no target "${name.target}" any more.`, 'Choose another target.');
    }
    const known = this.#known.get(key);
    if (known?.target === target) return known;
    // A configuration that was read again may name another host: nothing of the old one counts.
    const fresh = new KnownTarget(config, target, this.around);
    this.#known.set(key, fresh);
    known?.discard();
    return fresh;
  }

  /** For verbs that ask the host itself. Refuses where nobody agreed to connect. */
  async #context(known: KnownTarget, signal: AbortSignal): Promise<VerbContext> {
    if (!(await this.#consents.has(consentQuestion(known.config, known.target)))) {
      throw new NotReady(
        `Nobody has agreed yet to connect to ${known.target.host}.`,
        'Run "Driftline: Refresh", which asks for it.',
      );
    }
    return this.#verbContext(known, signal, () => known.connect(signal));
  }

  #verbContext(known: KnownTarget, signal: AbortSignal, host: () => Promise<Host>): VerbContext {
    const { person, places } = this.around;
    const { config, target } = known;
    return { config, target, person, places, signal, host, progress: { report: (note) => this.around.report(note) } };
  }
}
