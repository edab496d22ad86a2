import { Failure } from '../core/failure.ts';
import type { InventoryEntry } from '../core/tree/inventory.ts';
import type { Fact, Need } from '../core/tree/tree.ts';
import { LineDropped } from '../remote/failures.ts';
import type { Host, HostHello, HostVerbs, RequestOptions, Verb } from '../remote/host.ts';
import type { HostMemory } from './host-memory.ts';

/** Larger contents are asked for again; modules and configuration are smaller. */
const MAX_REMEMBERED_BYTES = 256 * 1024;
const MAX_REMEMBERED_CONTENTS = 5000;

/** What is said of a question that has no answer here. */
export const NOT_ASKED = 'production has not been asked since the editor started';

/** The verbs whose answers are remembered, each with what it is asked, its parts and its end. */
type Reading = 'inventory' | 'facts' | 'read';

/** Passes everything to the host, and writes down what it says of its files. */
export class RecordingHost implements Host {
  #memory: HostMemory | undefined;
  /** Told after an inventory: a new look has begun. */
  constructor(
    readonly host: Host,
    readonly onLook: (memory: HostMemory) => void,
    /** Told when the line has dropped: this connection will not answer again. */
    readonly onDrop: () => void,
  ) {}

  get address(): string {
    return this.host.address;
  }

  get hello(): HostHello {
    return this.host.hello;
  }

  close(): Promise<void> {
    return this.host.close();
  }

  async request<V extends Verb>(
    verb: V,
    ask: HostVerbs[V]['ask'],
    options: RequestOptions<V> = {},
  ): Promise<HostVerbs[V]['end']> {
    const entries: InventoryEntry[] = [];
    const asked = this.host.request(verb, ask, {
      ...options,
      onPart: (part, body) => {
        this.#note(verb, part, body, entries);
        options.onPart?.(part, body);
      },
    });
    const end = await asked.catch((error: unknown) => {
      if (error instanceof LineDropped) this.onDrop();
      throw error;
    });
    if (verb === 'inventory') {
      const { address, hello } = this.host;
      // The compiler does not know that this end goes with this verb.
      const inventory = { ...(end as HostVerbs['inventory']['end']), entries };
      this.#memory = { format: 1, address, hello, inventory, facts: new Map(), contents: new Map() };
      this.onLook(this.#memory);
    }
    return end;
  }

  #note(verb: Verb, part: unknown, body: Uint8Array, entries: InventoryEntry[]): void {
    if (verb === 'inventory') entries.push(...(part as HostVerbs['inventory']['part']).entries);
    if (this.#memory === undefined) return;
    const { facts, contents } = this.#memory;
    if (verb === 'facts') {
      for (const fact of (part as HostVerbs['facts']['part']).facts) facts.set(factKey(fact), fact);
    } else if (verb === 'read') {
      const { path, sha256, problem } = part as HostVerbs['read']['part'];
      if (problem !== undefined || sha256 === undefined || body.length > MAX_REMEMBERED_BYTES) return;
      // A copy: the frame's buffer is the connection's.
      if (contents.size < MAX_REMEMBERED_CONTENTS) contents.set(path, { sha256, bytes: Uint8Array.from(body) });
    }
  }
}

/**
 * Answers reading verbs from what a host said before, so that the workspace can be compared again without listing production again. What
 * was never asked goes to the live host, or, without one, is unreadable: then it gives no verdict.
 */
export class ReplayingHost implements Host {
  /** Paths of which something was asked that nobody could answer. */
  readonly unanswered = new Set<string>();

  /** @param why nobody answers what was never asked, where there is no live host */
  constructor(
    readonly memory: HostMemory,
    readonly live: Host | undefined,
    readonly why: string,
  ) {}

  get address(): string {
    return this.memory.address;
  }

  get hello(): HostHello {
    return this.memory.hello;
  }

  async close(): Promise<void> {
    // The live connection belongs to whoever made it.
  }

  async request<V extends Verb>(
    verb: V,
    ask: HostVerbs[V]['ask'],
    options: RequestOptions<V> = {},
  ): Promise<HostVerbs[V]['end']> {
    const onPart = options.onPart as ((part: unknown, body: Uint8Array) => void) | undefined;
    const tell = (part: HostVerbs[Reading]['part'], body: Uint8Array = new Uint8Array()): void => onPart?.(part, body);
    // The compiler does not know which question and end go with which verb.
    if (verb === 'inventory') {
      const { entries, ...end } = this.memory.inventory;
      tell({ entries: [...entries] });
      return end;
    }
    if (verb === 'facts') {
      tell({ facts: await this.#facts((ask as HostVerbs['facts']['ask']).needs, options.signal) });
      return {};
    }
    if (verb === 'read') {
      await this.#read(ask as HostVerbs['read']['ask'], tell, options.signal);
      return {};
    }
    if (this.live === undefined) throw new NotRecorded(verb, this.why);
    return this.live.request(verb, ask, options);
  }

  async #facts(needs: readonly Need[], signal: AbortSignal | undefined): Promise<Fact[]> {
    const known = needs.flatMap((need) => this.memory.facts.get(factKey(need)) ?? []);
    const open = needs.filter((need) => !this.memory.facts.has(factKey(need)));
    if (open.length === 0) return known;
    if (this.live === undefined) {
      const answer = { state: 'unreadable', reason: this.why } as const;
      for (const { path } of open) this.unanswered.add(path);
      return [...known, ...open.map((need): Fact => ({ ask: need.ask, path: need.path, answer }))];
    }
    await this.live.request(
      'facts',
      { needs: open },
      { ...(signal && { signal }), onPart: ({ facts }) => known.push(...facts) },
    );
    return known;
  }

  async #read(
    ask: HostVerbs['read']['ask'],
    tell: (part: HostVerbs['read']['part'], body?: Uint8Array) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const open: { path: string; sha256?: string }[] = [];
    for (const file of ask.files) {
      const known = this.memory.contents.get(file.path);
      if (known !== undefined) {
        tell({ path: file.path, sha256: known.sha256, size: known.bytes.length }, known.bytes);
      } else if (this.live === undefined) {
        this.unanswered.add(file.path);
        tell({ path: file.path, problem: this.why });
      } else open.push(file);
    }
    if (open.length === 0) return;
    await this.live?.request('read', { ...ask, files: open }, { ...(signal && { signal }), onPart: tell });
  }
}

/** Something that only the host itself can do. */
class NotRecorded extends Failure {
  readonly kind = 'refused';

  constructor(verb: Verb, why: string) {
    super(`"${verb}" needs the host itself: ${why}.`, 'Look at production again: driftline audit');
  }
}

function factKey(need: Need): string {
  return `${need.ask} ${need.path}`;
}
