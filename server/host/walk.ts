import { lstatSync, readdirSync, readlinkSync, realpathSync } from 'fs';
import type { BigIntStats } from 'fs';
import type { InventoryEntry, InventoryLimits } from '../core/tree/inventory.ts';
import type { Selection } from '../core/tree/selection.ts';
import { hasCode, reasonOf } from './names.ts';
import { holds } from './root.ts';
import { escapeBytes, nameText } from './spelling.ts';

/** One entry of a folder, as the file system has it. */
export interface Found {
  /** Relative to the root. */
  readonly folder: string;
  readonly name: string;
  readonly path: string;
  readonly stat: BigIntStats;
  /** Where it is a symlink. */
  readonly link?: Pick<InventoryEntry, 'leadsTo' | 'link'>;
}

interface OpenFolder {
  readonly path: string;
  readonly names: readonly Buffer[];
  readonly inScope: boolean;
  next: number;
}

/** Goes through everything below a root. Reads only; what cannot be read is said, not left out. */
export class Walk {
  /** False where something in scope could not be listed. */
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

  /** A folder before what it holds, by name. */
  *entries(): Generator<Found> {
    // A list of our own: a generator inside a generator costs a call at every depth, for every entry.
    const open: OpenFolder[] = [];
    const enter = (path: string): void => {
      const folder = this.#open(path);
      if (folder !== undefined) open.push(folder);
    };
    enter('.');
    for (let folder = open[0]; folder !== undefined; folder = open[open.length - 1]) {
      const bytes = folder.names[folder.next++];
      if (bytes === undefined) {
        open.pop();
        continue;
      }
      const name = nameText(bytes);
      const path = folder.path === '.' ? (name ?? escapeBytes(bytes)) : `${folder.path}/${name ?? escapeBytes(bytes)}`;
      if (name === undefined) {
        this.hide(path, 'its name is not UTF-8', folder.inScope);
        continue;
      }
      if (++this.#entries > this.limits.totalEntries) {
        this.hide(folder.path, `more than ${this.limits.totalEntries} entries under the root`, folder.inScope);
        open.pop();
        continue;
      }
      const stat = this.#stat(path);
      if (stat === undefined) continue;
      if (stat.isSymbolicLink()) yield { folder: folder.path, name, path, stat, link: this.#link(path) };
      else yield { folder: folder.path, name, path, stat };
      if (!stat.isDirectory()) continue;
      const reason = path === this.state ? "Driftline's own" : leftOut(name);
      if (reason === undefined) enter(path);
      else this.unlisted.push({ path, reason });
    }
  }

  full(path: string): string {
    if (path === '.') return this.root;
    return this.root === '/' ? `/${path}` : `${this.root}/${path}`;
  }

  hide(path: string, reason: string, inScope: boolean): void {
    this.unreadable.push({ path, reason });
    if (inScope) this.complete = false;
  }

  #open(path: string): OpenFolder | undefined {
    const inScope = !this.selection.prunes(path);
    let names: Buffer[];
    try {
      names = readdirSync(this.full(path), { encoding: 'buffer' });
    } catch (error) {
      this.hide(path, reasonOf(error), inScope);
      return undefined;
    }
    if (!inScope && names.length > this.limits.unmanagedEntriesPerFolder) {
      this.unlisted.push({ path, reason: 'not managed, and large', count: names.length });
      return undefined;
    }
    return { path, names: names.sort((a, b) => a.compare(b)), inScope, next: 0 };
  }

  #stat(path: string): BigIntStats | undefined {
    try {
      return lstatSync(this.full(path), { bigint: true });
    } catch (error) {
      // Gone between the listing and the look: then it is not there, and that is no hole.
      if (!hasCode(error, 'ENOENT')) this.hide(path, reasonOf(error), this.selection.toLocal(path).managed);
      return undefined;
    }
  }

  #link(path: string): Pick<InventoryEntry, 'leadsTo' | 'link'> {
    let leadsTo: Buffer;
    try {
      leadsTo = readlinkSync(this.full(path), { encoding: 'buffer' });
    } catch (error) {
      // It is no symlink any more, just now.
      this.hide(path, reasonOf(error), this.selection.toLocal(path).managed);
      return { link: 'dangling' };
    }
    const text = nameText(leadsTo) ?? escapeBytes(leadsTo);
    try {
      return { leadsTo: text, link: holds(this.root, realpathSync(this.full(path))) ? 'inside' : 'outside' };
    } catch (error) {
      return { leadsTo: text, link: hasCode(error, 'ELOOP') ? 'loop' : 'dangling' };
    }
  }
}

/** The state folder as a path below the root, whichever of the root's two names it was given with. */
export function stateBelow(root: string, realRoot: string, state: string): string | undefined {
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
