import { deserialize, serialize } from 'node:v8';
import type { Inventory } from '../core/tree/inventory.ts';
import type { Fact } from '../core/tree/tree.ts';
import type { HostHello } from '../remote/host.ts';
import { readIfThere, savedIfPossible, writePrivately } from './private-files.ts';

/** One production file's bytes, as the host sent them. */
export interface RememberedContent {
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/** What a host said in the last whole look at one root. May be lost at any time. */
export interface HostMemory {
  readonly format: 1;
  readonly address: string;
  readonly hello: HostHello;
  readonly inventory: Inventory;
  /** By question and path. */
  readonly facts: Map<string, Fact>;
  /** By path relative to the root; small files only. */
  readonly contents: Map<string, RememberedContent>;
}

/** `undefined` where there is none, or one that cannot be used: production is then looked at again. */
export async function loadMemory(file: string): Promise<HostMemory | undefined> {
  const bytes = await readIfThere(file);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = deserialize(bytes);
    return isMemory(value) ? value : undefined;
  } catch {
    return undefined; // Cut short, or of another version of Node: a cache is allowed to be lost.
  }
}

/** It holds production's code: for this user only. Where it cannot be written, it is lost. */
export async function saveMemory(file: string, memory: HostMemory): Promise<void> {
  await savedIfPossible(writePrivately(file, serialize(memory)));
}

/** The file is our own, in a folder of this user's; this finds one of another version, not a forged one. */
function isMemory(value: unknown): value is HostMemory {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 1 &&
    'address' in value &&
    typeof value.address === 'string' &&
    'hello' in value &&
    typeof value.hello === 'object' &&
    'inventory' in value &&
    typeof value.inventory === 'object' &&
    value.inventory !== null &&
    'entries' in value.inventory &&
    Array.isArray(value.inventory.entries) &&
    'facts' in value &&
    value.facts instanceof Map &&
    'contents' in value &&
    value.contents instanceof Map
  );
}
