import type { Inventory, InventoryEntry } from '../core/tree/inventory.ts';
import { selectionOf } from '../core/tree/selection.ts';
import { laterOf, whyVoid } from '../core/tree/stamps.ts';
import type { Scan } from '../core/tree/stamps.ts';
import type { Host, HostHello, HostVerbs, RequestOptions, Verb } from '../remote/host.ts';
import { Contents } from './contents.ts';
import { HashMemory } from './hash-memory.ts';
import { InventoryRefused } from './inventory-refused.ts';
import { checkedEntries, isBelowRoot, parseInventoryEnd } from './inventory-wire.ts';
import { OF_ROOT, parseListing, parseScan } from './listing-wire.ts';
import type { Listed } from './listing-wire.ts';

type Ask = HostVerbs['inventory']['ask'];
type Options = RequestOptions<'inventory'>;

/** As many entries in a part as a host sends. */
const BATCH = 2000;
/** A single large file may be hashed for this long without a word. */
const SILENCE_MS = 120_000;

interface Listing {
  readonly scan: Scan;
  readonly end: Omit<Inventory, 'entries'>;
  readonly listed: readonly Listed[];
  /** The latest change that it saw. */
  readonly latest: string;
}

/**
 * A host whose contents are remembered: its root is listed by looks, and only those files are hashed there whose bytes may be others than
 * when they were hashed last. Whoever asks for an inventory gets the same as from the host itself. All else goes to the host.
 */
export class RememberingHost implements Host {
  constructor(
    readonly host: Host,
    /** Where memories are kept on this machine. */
    readonly folder: string,
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
    // Without Node there, looks are not exact enough: whole seconds, and no ctime.
    if (verb !== 'inventory' || this.hello.node === '') return this.host.request(verb, ask, options);
    // The compiler does not know that these go with this verb.
    return await this.#inventory(ask as Ask, options as Options);
  }

  async #inventory(ask: Ask, options: Options): Promise<HostVerbs['inventory']['end']> {
    const memory = new HashMemory(this.folder, [this.address, ask.root]);
    const [listing, kept] = await Promise.all([this.#list(ask, options), memory.load()]);
    const { scan, end, listed, latest } = listing;
    const why = kept && whyVoid(kept, scan, latest);
    const earlier = why === undefined && ask.rehash !== true ? kept : undefined;
    const contents = new Contents(scan, earlier, Date.now());
    const selection = selectionOf(ask.rules);
    const { hashBytesPerFile: limit } = ask.limits;
    const known = listed.map(({ entry, stamp }): { entry: InventoryEntry; wasAsked: boolean } => {
      // What is no path is refused by whoever takes the inventory.
      const isContent = entry.kind === 'file' && isBelowRoot(entry.path) && selection.toLocal(entry.path).managed;
      if (!isContent) return { entry, wasAsked: false };
      if (entry.size > limit) return { entry: { ...entry, problem: `larger than ${limit} bytes` }, wasAsked: false };
      const content = contents.recall(entry.path, stamp);
      return content === undefined ? { entry, wasAsked: true } : { entry: { ...entry, content }, wasAsked: false };
    });
    await this.#hash(end.realRoot, scan, contents, options);
    const entries = known.map(({ entry, wasAsked }) => contents.complete(entry, wasAsked));
    for (let at = 0; at < entries.length; at += BATCH) {
      options.onPart?.({ entries: checkedEntries(entries.slice(at, at + BATCH)) }, new Uint8Array(0));
    }
    if (contents.hasNews) await memory.save(scan, contents.kept());
    const isWhole = entries.every((entry) => entry.problem === undefined);
    return { ...end, complete: end.complete && isWhole, contents: contents.summary(end.realRoot, why) };
  }

  async #list(ask: Ask, options: Options): Promise<Listing> {
    const { root, state, rules, limits } = ask;
    const refuse = (why: string): InventoryRefused => new InventoryRefused(this.address, root, why);
    const listed: Listed[] = [];
    let latest = '0';
    const answer = await this.host.request(
      'listing',
      { root, state, rules, limits },
      {
        ...waiting(options),
        onPart: (_, body) => {
          const some = parseListing(body);
          if (some === undefined) throw refuse('a part of it has no entries');
          if (listed.length + some.length > limits.totalEntries) {
            throw refuse(`it has more than the ${limits.totalEntries} entries asked for`);
          }
          for (const one of some) {
            listed.push(one);
            latest = laterOf(latest, one.ctimeNs);
          }
        },
      },
    );
    const scan = parseScan(answer);
    const end = parseInventoryEnd(answer);
    if (scan === undefined || end === undefined) throw refuse('its end has not the fields of one');
    return { scan, end, listed, latest };
  }

  async #hash(realRoot: string, scan: Scan, contents: Contents, options: Options): Promise<void> {
    const paths = contents.asked;
    if (paths.length === 0) return;
    await this.host.request(
      'hashes',
      { root: realRoot, paths: [...paths] },
      {
        ...waiting(options),
        onPart: ({ rows }) => {
          for (const row of rows) {
            const path = paths[row[0]];
            if (path === undefined) continue;
            if (row.length === 2) contents.fail(path, row[1]);
            else {
              const [, sha256, blob, lf, mtimeNs, size, ctimeNs, ino, dev] = row;
              contents.learn(
                path,
                { sha256, blob, ...(lf !== null && { lf }) },
                { dev: isOfRoot(dev, scan) ? OF_ROOT : dev, ino, size, mtimeNs, ctimeNs },
              );
            }
          }
        },
      },
    );
  }
}

function waiting({ signal, silenceMs = SILENCE_MS }: Options): { signal?: AbortSignal; silenceMs: number } {
  return { silenceMs, ...(signal && { signal }) };
}

function isOfRoot(dev: string, scan: Scan): boolean {
  return scan.rootIdentity.startsWith(`${dev}:`);
}
