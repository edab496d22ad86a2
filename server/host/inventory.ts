import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'fs';
import type { BigIntStats } from 'fs';
import type { HostPlatform, InventoryEntry, InventoryLimits } from '../core/tree/inventory.ts';
import { Selection } from '../core/tree/selection.ts';
import type { EntryKind } from '../core/tree/tree.ts';
import type { Handler } from './handlers.ts';
import { HostFailure } from './handlers.ts';
import { hashFile } from './hash.ts';
import { hasCode, reasonOf } from './names.ts';
import { holds, openRoot } from './root.ts';
import { escapeBytes, nameText } from './spelling.ts';

const BATCH = 2000;

/** Lists and hashes a root. Reads only; what cannot be read is said, not left out. */
export const inventory: Handler<'inventory'> = async (ask, conversation) => {
  const takenAt = new Date().toISOString();
  const realRoot = openRoot(ask.root);
  const identity = statSync(realRoot, { bigint: true });
  const walk = new Walk(realRoot, new Selection(ask.rules), ask.limits, stateBelow(ask.root, realRoot, ask.state));
  for (const batch of walk.batches()) {
    await conversation.part({ entries: batch });
    if (conversation.cancelled.now) throw new HostFailure('cancelled', 'the listing was cancelled');
    // Lets a cancellation, or the end of the line, be heard between two batches.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    root: ask.root,
    realRoot,
    rootIdentity: identity.dev.toString() + ':' + identity.ino.toString(),
    takenAt,
    complete: walk.complete,
    platform: platform(),
    unlisted: walk.unlisted,
    unreadable: walk.unreadable,
  };
};

export function platform(): HostPlatform {
  return { by: 'node', node: process.version, os: process.platform };
}

class Walk {
  complete = true;
  readonly unlisted: { path: string; reason: string; count?: number }[] = [];
  readonly unreadable: { path: string; reason: string }[] = [];
  #entries = 0;

  constructor(
    readonly root: string,
    readonly selection: Selection,
    readonly limits: InventoryLimits,
    /** Driftline's own folder, relative to the root, where it lies below it. */
    readonly state: string | undefined,
  ) {}

  /** Entries in batches, a folder before what it holds. */
  *batches(): Generator<InventoryEntry[]> {
    let batch: InventoryEntry[] = [];
    for (const entry of this.#folder('.')) {
      batch.push(entry);
      if (batch.length >= BATCH) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  *#folder(folder: string): Generator<InventoryEntry> {
    const inScope = !this.selection.prunes(folder);
    let names: Buffer[];
    try {
      names = readdirSync(this.#full(folder), { encoding: 'buffer' });
    } catch (error) {
      this.#hide(folder, reasonOf(error), inScope);
      return;
    }
    if (!inScope && names.length > this.limits.unmanagedEntriesPerFolder) {
      this.unlisted.push({ path: folder, reason: 'not managed, and large', count: names.length });
      return;
    }
    for (const bytes of names.sort((a, b) => a.compare(b))) {
      const name = nameText(bytes);
      const path = folder === '.' ? (name ?? escapeBytes(bytes)) : `${folder}/${name ?? escapeBytes(bytes)}`;
      if (name === undefined) {
        this.#hide(path, 'its name is not UTF-8', inScope);
        continue;
      }
      if (++this.#entries > this.limits.totalEntries) {
        this.#hide(folder, `more than ${this.limits.totalEntries} entries under the root`, inScope);
        return;
      }
      yield* this.#entry(path, name);
    }
  }

  *#entry(path: string, name: string): Generator<InventoryEntry> {
    let stat: BigIntStats;
    try {
      stat = lstatSync(this.#full(path), { bigint: true });
    } catch (error) {
      // Gone between the listing and the look: then it is not there, and that is no hole.
      if (!hasCode(error, 'ENOENT')) this.#hide(path, reasonOf(error), this.selection.toLocal(path).managed);
      return;
    }
    const entry = describe(path, stat);
    if (entry.kind === 'folder') {
      yield entry;
      const reason = path === this.state ? "Driftline's own" : leftOut(name);
      if (reason === undefined) yield* this.#folder(path);
      else this.unlisted.push({ path, reason });
    } else if (entry.kind === 'symlink') {
      yield { ...entry, ...this.#link(path) };
    } else if (entry.kind === 'file' && this.selection.toLocal(path).managed) {
      yield { ...entry, ...this.#hash(path, stat.size) };
    } else {
      yield entry;
    }
  }

  #hash(path: string, size: bigint): Pick<InventoryEntry, 'content' | 'problem'> {
    if (size > BigInt(this.limits.hashBytesPerFile)) {
      this.complete = false;
      return { problem: `larger than ${this.limits.hashBytesPerFile} bytes` };
    }
    try {
      const hashed = hashFile(this.#full(path), 'refuse');
      if ('problem' in hashed) this.complete = false;
      return hashed;
    } catch (error) {
      this.complete = false;
      return { problem: reasonOf(error) };
    }
  }

  #link(path: string): Pick<InventoryEntry, 'leadsTo' | 'link'> {
    let leadsTo: Buffer;
    try {
      leadsTo = readlinkSync(this.#full(path), { encoding: 'buffer' });
    } catch (error) {
      // It is no symlink any more, just now.
      this.#hide(path, reasonOf(error), this.selection.toLocal(path).managed);
      return { link: 'dangling' };
    }
    const text = nameText(leadsTo) ?? escapeBytes(leadsTo);
    try {
      return { leadsTo: text, link: holds(this.root, realpathSync(this.#full(path))) ? 'inside' : 'outside' };
    } catch (error) {
      return { leadsTo: text, link: hasCode(error, 'ELOOP') ? 'loop' : 'dangling' };
    }
  }

  #hide(path: string, reason: string, inScope: boolean): void {
    this.unreadable.push({ path, reason });
    if (inScope) this.complete = false;
  }

  #full(path: string): string {
    if (path === '.') return this.root;
    return this.root === '/' ? `/${path}` : `${this.root}/${path}`;
  }
}

/** The state folder as a path below the root, whichever of the root's two names it was given with. */
function stateBelow(root: string, realRoot: string, state: string): string | undefined {
  const folder = [root, realRoot].find((each) => each !== state && holds(each, state));
  return folder === undefined ? undefined : state.slice(folder === '/' ? 1 : folder.length + 1);
}

/** Folders whose contents nobody deploys by file: they are asked about path by path when an import leads there. */
function leftOut(name: string): string | undefined {
  if (name === 'node_modules') return 'packages: looked at when an import leads there';
  if (name === '.git') return "git's own";
  if (name === '.driftline') return "Driftline's own";
  return undefined;
}

function describe(path: string, stat: BigIntStats): InventoryEntry {
  return {
    path,
    kind: kindOf(stat),
    size: Number(stat.size),
    mtimeNs: stat.mtimeNs.toString(),
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
  };
}

export function kindOf(stat: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): EntryKind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}
