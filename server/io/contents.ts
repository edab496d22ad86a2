import type { InventoryEntry, KnownContents } from '../core/tree/inventory.ts';
import { mayBeKept, recall, stampText } from '../core/tree/stamps.ts';
import type { HashedOnce, Hashes, Scan, Stamp } from '../core/tree/stamps.ts';
import type { ContentId } from '../core/tree/tree.ts';

/** More file systems than this are not named one by one. */
const MAX_NAMED = 20;

/** The contents of one scan: what is believed from earlier ones, what has to be hashed, and what was. */
export class Contents {
  /** Paths whose bytes have to be read. */
  readonly asked: string[] = [];
  readonly #recalled = new Map<string, HashedOnce>();
  readonly #learned = new Map<string, { readonly content: ContentId; readonly stamp: Stamp }>();
  readonly #problems = new Map<string, string>();
  readonly #since = { ms: Number.POSITIVE_INFINITY };

  /**
   * @param earlier what may be believed, as a whole
   * @param hashedAtMs by the clock of this machine
   */
  constructor(
    readonly scan: Scan,
    readonly earlier: Hashes | undefined,
    readonly hashedAtMs: number,
  ) {}

  /**
   * A file's content, if its looks prove that nobody wrote to it. Otherwise it is asked for.
   *
   * @param stamp as text
   */
  recall(path: string, stamp: string): ContentId | undefined {
    const known = this.earlier && recall(this.earlier, this.scan, path, stamp);
    if (known === undefined) {
      this.asked.push(path);
      return undefined;
    }
    this.#recalled.set(path, known);
    this.#since.ms = Math.min(this.#since.ms, known.hashedAtMs);
    return known.content;
  }

  learn(path: string, content: ContentId, stamp: Stamp): void {
    this.#learned.set(path, { content, stamp });
  }

  fail(path: string, problem: string): void {
    this.#problems.set(path, problem);
  }

  /** An entry with what was learned of it; what was asked for and not said is a problem. */
  complete(entry: InventoryEntry, wasAsked: boolean): InventoryEntry {
    if (!wasAsked) return entry;
    const learned = this.#learned.get(entry.path);
    if (learned === undefined) {
      return { ...entry, problem: this.#problems.get(entry.path) ?? 'its content was not told' };
    }
    // It may have been written to since it was listed; these belong to the bytes that were hashed.
    const { size, mtimeNs } = learned.stamp;
    return { ...entry, size, mtimeNs, content: learned.content };
  }

  /** Whether there is more to remember than before. */
  get hasNews(): boolean {
    return this.earlier === undefined || this.#learned.size > 0;
  }

  /** All that later scans may believe. */
  *kept(): Generator<readonly [path: string, hashed: HashedOnce]> {
    yield* this.#recalled;
    for (const [path, { content, stamp }] of this.#learned) {
      if (!mayBeKept(this.scan, path, stamp)) continue;
      yield [path, { content, stamp: stampText(stamp), hashedAtMs: this.hashedAtMs }];
    }
  }

  /** @param why nothing earlier was believed, if for a reason that a person should know */
  summary(root: string, why: string | undefined): KnownContents {
    const places = this.scan.untrusted.slice(0, MAX_NAMED);
    const clauses = places.map(({ path, type }) =>
      type === 'unknown'
        ? `the file system of ${path === '.' ? root : path} is not known`
        : `${path === '.' ? root : path} lies on ${type}`,
    );
    return {
      hashed: this.asked.length,
      remembered: this.#recalled.size,
      ...(this.#recalled.size > 0 && { hashedSince: new Date(this.#since.ms).toISOString() }),
      notRemembered: why === undefined ? clauses : [why, ...clauses],
    };
  }
}
