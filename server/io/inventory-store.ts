import path from 'node:path';
import type { Inventory, InventoryEntry } from '../core/tree/inventory.ts';
import { oddity, parseEntry, parseInventoryEnd } from './inventory-wire.ts';
import { readIfThere, writePrivately } from './private-files.ts';

const FORMAT = 1;

/** Keeps a root's last inventory, readable by this user only, so that the next start can show something, with its age. */
export async function saveInventory(folder: string, inventory: Inventory): Promise<void> {
  await writePrivately(fileIn(folder), JSON.stringify({ format: FORMAT, ...inventory }));
}

/** The inventory kept last; `undefined` where there is none, or one that is damaged or of another version: it is only a memory. */
export async function loadInventory(folder: string): Promise<Inventory | undefined> {
  const bytes = await readIfThere(fileIn(folder));
  return bytes === undefined ? undefined : parseInventory(bytes.toString('utf8'));
}

function fileIn(folder: string): string {
  return path.join(folder, 'inventory.json');
}

function parseInventory(text: string): Inventory | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // Cut short by a full disk of old.
  }
  const end = parseInventoryEnd(value);
  if (end === undefined || typeof value !== 'object' || value === null) return undefined;
  if (!('format' in value) || value.format !== FORMAT || !('entries' in value) || !Array.isArray(value.entries)) {
    return undefined;
  }
  const entries = new Map<string, InventoryEntry>();
  for (const item of value.entries) {
    const entry = parseEntry(item);
    if (entry === undefined || oddity(entry.path, entries) !== undefined) return undefined;
    entries.set(entry.path, entry);
  }
  return { ...end, entries: [...entries.values()] };
}
