import type { Target } from '../config/config.ts';
import type { Inventory, InventoryEntry, InventoryLimits } from '../core/tree/inventory.ts';
import type { Host } from '../remote/host.ts';
import { InventoryRefused } from './inventory-refused.ts';
import { oddity, parseEntries, parseInventoryEnd } from './inventory-wire.ts';

export { InventoryRefused };

/** Generous enough for real applications, small enough that a hostile or runaway host cannot fill this machine's memory. */
export const DEFAULT_LIMITS: InventoryLimits = {
  unmanagedEntriesPerFolder: 1000,
  hashBytesPerFile: 2 * 1024 * 1024 * 1024,
  totalEntries: 2_000_000,
};

/** Refused entries that are named one by one. */
const MAX_REFUSED = 1000;
/** A single large file may be hashed for this long without a word. */
const SILENCE_MS = 120_000;

export interface InventoryOptions {
  readonly signal?: AbortSignal;
  readonly limits?: InventoryLimits;
  /** Every content is hashed on the host, whatever is remembered. */
  readonly rehash?: boolean;
  readonly onProgress?: (entries: number) => void;
}

/**
 * Lists a target's root. What the host says is data from outside: a path that is absolute, climbs, repeats, lies in no listed folder or
 * holds a NUL never becomes an entry, it is named among the unreadable and the inventory is not complete. Rejects with
 * `InventoryRefused` on what has not the shape of an answer, or on more entries than were asked for.
 */
export async function takeInventory(
  host: Host,
  target: Pick<Target, 'root' | 'state' | 'rules'>,
  options: InventoryOptions = {},
): Promise<Inventory> {
  const { root, state, rules } = target;
  const limits = options.limits ?? DEFAULT_LIMITS;
  const entries = new Map<string, InventoryEntry>();
  const refused: { path: string; reason: string }[] = [];
  const receive = (entry: InventoryEntry): void => {
    if (entries.size >= limits.totalEntries) {
      throw new InventoryRefused(host.address, root, `it has more than the ${limits.totalEntries} entries asked for`);
    }
    const reason = oddity(entry.path, entries);
    if (reason === undefined) entries.set(entry.path, entry);
    else if (refused.length < MAX_REFUSED) refused.push({ path: entry.path, reason });
    else throw new InventoryRefused(host.address, root, `more than ${MAX_REFUSED} of its paths cannot be`);
  };
  const answer = await host.request(
    'inventory',
    { root, state, rules, limits, ...(options.rehash === true && { rehash: true }) },
    {
      ...(options.signal && { signal: options.signal }),
      silenceMs: SILENCE_MS,
      onPart: (part: unknown) => {
        const batch = entriesOf(part);
        if (batch === undefined) throw new InventoryRefused(host.address, root, 'a part of it has no entries');
        const parsed = parseEntries(batch);
        if (parsed === undefined) throw new InventoryRefused(host.address, root, 'an entry has not the fields of one');
        parsed.forEach(receive);
        options.onProgress?.(entries.size);
      },
    },
  );
  const end = parseInventoryEnd(answer);
  if (end === undefined) throw new InventoryRefused(host.address, root, 'its end has not the fields of one');
  return {
    ...end,
    root,
    entries: [...entries.values()],
    unreadable: [...end.unreadable, ...refused],
    complete: end.complete && refused.length === 0,
  };
}

function entriesOf(part: unknown): readonly unknown[] | undefined {
  if (typeof part !== 'object' || part === null || !('entries' in part)) return undefined;
  return Array.isArray(part.entries) ? part.entries : undefined;
}
