import type { Target } from '../config/config.ts';
import type { Inventory, InventoryEntry, InventoryLimits } from '../core/tree/inventory.ts';
import type { Host } from '../remote/host.ts';

/** Generous enough for real applications, small enough that a hostile or runaway host cannot fill this machine's memory. */
export const DEFAULT_LIMITS: InventoryLimits = {
  unmanagedEntriesPerFolder: 1000,
  hashBytesPerFile: 2 * 1024 * 1024 * 1024,
  totalEntries: 2_000_000,
};

/**
 * Lists a target's root. What the host says is data from outside: a path that is absolute, climbs, repeats or holds a NUL never becomes
 * an entry, it is named among the unreadable and the inventory is not complete.
 */
export async function takeInventory(
  host: Host,
  target: Pick<Target, 'root' | 'rules'>,
  options: { signal?: AbortSignal; limits?: InventoryLimits; onProgress?: (entries: number) => void } = {},
): Promise<Inventory> {
  const limits = options.limits ?? DEFAULT_LIMITS;
  const entries = new Map<string, InventoryEntry>();
  const refused: { path: string; reason: string }[] = [];
  const end = await host.request(
    'inventory',
    { root: target.root, rules: target.rules, limits },
    {
      ...(options.signal && { signal: options.signal }),
      silenceMs: 120_000,
      onPart: (part) => {
        for (const entry of part.entries) {
          const reason = entries.size >= limits.totalEntries ? 'more entries than were asked for' : strange(entry.path, entries);
          if (reason === undefined) entries.set(entry.path, entry);
          else if (refused.length < 1000) refused.push({ path: entry.path, reason });
        }
        options.onProgress?.(entries.size);
      },
    },
  );
  return {
    ...end,
    entries: [...entries.values()],
    unreadable: [...end.unreadable, ...refused],
    complete: end.complete && refused.length === 0,
  };
}

/** Why a path cannot be one below a root, or `undefined`. */
function strange(path: string, seen: ReadonlyMap<string, unknown>): string | undefined {
  if (path === '' || path.startsWith('/') || path.includes('\0')) return 'not a path below the root';
  if (path.split('/').some((part) => part === '..' || part === '.' || part === '')) return 'not a path below the root';
  return seen.has(path) ? 'listed twice' : undefined;
}
