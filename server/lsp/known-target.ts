import path from 'node:path';
import { keepNothingYet } from '../app/links.ts';
import type { Kept } from '../app/links.ts';
import type { Person } from '../app/person.ts';
import type { PlanResult } from '../app/results.ts';
import type { Config, Target } from '../config/config.ts';
import type { Reaches } from '../core/link/reach.ts';
import { factsOf } from '../core/tree/production.ts';
import { SnapshotTree } from '../core/tree/snapshot.ts';
import type { Fact, Need } from '../core/tree/tree.ts';
import { DiskSource } from '../io/disk.ts';
import type { FactSource } from '../io/facts.ts';
import { HostSource } from '../io/host-facts.ts';
import { loadMemory, saveMemory } from '../io/host-memory.ts';
import type { HostMemory } from '../io/host-memory.ts';
import { rootKey } from '../io/places.ts';
import type { Places } from '../io/places.ts';
import { RememberingHost } from '../io/remembering-host.ts';
import { NOT_ASKED, RecordingHost, ReplayingHost } from '../io/replaying-host.ts';
import { connect } from '../remote/connect.ts';
import type { Host } from '../remote/host.ts';
import { NotReady } from './failures.ts';

/** What a connection needs of the worker thread. */
export interface Around {
  readonly person: Person;
  readonly home: string;
  readonly places: Places;
  readonly hostProgram: string;
}

/** What is kept of one target between requests: its connection, what production said last, and what was made of that. */
export class KnownTarget {
  /** The plan that the person was shown last: no other one is carried out. */
  shown: PlanResult | undefined;
  /** How the modules of the last look come to run. */
  reaches: Reaches = new Map();
  #host: Promise<Host> | undefined;
  #memory: HostMemory | undefined;
  /** Ends when the verb that has its turn ends, however it ends. */
  #turn: Promise<unknown> = Promise.resolve();
  /** From one look to the next. */
  #kept: Kept | undefined;
  #production: { readonly tree: SnapshotTree; readonly source: FactSource } | undefined;

  constructor(
    readonly config: Config,
    readonly target: Target,
    readonly around: Around,
  ) {}

  /** One at a time: what a look remembers must not be replaced by another in the middle of it. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined); // Whoever asked is told; the next one begins all the same.
    return mine;
  }

  /** One connection, made at the first call; one that failed or was lost is made again at the next. */
  connect(signal: AbortSignal): Promise<Host> {
    this.#host ??= this.#open(signal).catch((error: unknown) => {
      this.#host = undefined;
      throw error;
    });
    return this.#host;
  }

  async #open(signal: AbortSignal): Promise<Host> {
    const { person, home, places, hostProgram } = this.around;
    const host = await connect(this.target, { person, signal, home, stateFolder: places.state, hostProgram });
    return new RecordingHost(
      new RememberingHost(host, places.cache),
      (memory) => {
        this.#memory = memory;
      },
      () => {
        this.#host = undefined;
      },
    );
  }

  /** Nothing of it counts any more. */
  discard(): void {
    void this.#host?.then((host) => host.close()).catch(() => undefined); // It is being thrown away either way.
  }

  /** What production said last. */
  get memory(): HostMemory {
    if (this.#memory !== undefined) return this.#memory;
    throw new NotReady('Production has not been looked at yet.', 'Run "Driftline: Refresh".');
  }

  /** From an earlier session, where production has said nothing in this one. */
  async recallMemory(): Promise<void> {
    this.#memory ??= await loadMemory(this.#memoryFile());
  }

  async saveMemory(): Promise<void> {
    if (this.#memory !== undefined) await saveMemory(this.#memoryFile(), this.#memory);
  }

  #memoryFile(): string {
    return path.join(this.around.places.cache, 'looks', rootKey(this.target));
  }

  /** Answers by what production said last; `undefined` where it never said anything. */
  async replay(): Promise<Host | undefined> {
    return this.#memory === undefined ? undefined : new ReplayingHost(this.#memory, await this.#host, NOT_ASKED);
  }

  async kept(): Promise<Kept> {
    const { config, target } = this;
    return (this.#kept ??= await keepNothingYet({ config, target, places: this.around.places }));
  }

  /** There is a new look: answers of the last one do not count. */
  looked(reaches: Reaches): void {
    this.reaches = reaches;
    this.#production = undefined;
  }

  /** Answers about the disk here, or about the host's by what was seen of it. */
  async facts(side: 'local' | 'production', needs: readonly Need[], signal: AbortSignal): Promise<readonly Fact[]> {
    if (side === 'local') return new DiskSource((await this.kept()).modules).answer(needs, signal);
    const { tree, source } = (this.#production ??= await this.#seen());
    const answers = needs.map((need) => tree.fact(need));
    const open = needs.filter((_need, at) => answers[at] === undefined);
    const fetched = open.length === 0 ? [] : await source.answer(open, signal);
    tree.learn(fetched);
    return [...answers.filter((fact) => fact !== undefined), ...fetched];
  }

  async #seen(): Promise<{ readonly tree: SnapshotTree; readonly source: FactSource }> {
    const { inventory } = this.memory;
    const hashes = new Map(inventory.entries.map((entry) => [entry.path, entry.content?.sha256]));
    const host = new ReplayingHost(this.memory, await this.#host, NOT_ASKED);
    const { modules } = await this.kept();
    return {
      tree: new SnapshotTree(factsOf(inventory)),
      source: new HostSource(host, inventory.realRoot, (file) => hashes.get(file), modules),
    };
  }
}
