import type { HostVerbs } from '../host/protocol.ts';
import { escapeBytes, nameText } from '../host/spelling.ts';
import type { Inventory, InventoryEntry } from '../core/tree/inventory.ts';
import { Selection } from '../core/tree/selection.ts';
import type { EntryKind } from '../core/tree/tree.ts';
import { HostRefused } from './failures.ts';
import { hashScript, listScript } from './posix.ts';

type Ask = HostVerbs['inventory']['ask'];

/** Runs a script on the host and gives back what it printed. */
export type RunScript = (script: string) => Promise<Buffer[]>;

const LEFT_OUT = ['node_modules', '.git', '.driftline'];
/** Files whose ids are asked for in one script. */
const HASHED_AT_ONCE = 500;

interface Listing {
  readonly realRoot: string;
  readonly identity: string;
  readonly clockMs: number;
  readonly entries: Map<string, InventoryEntry>;
  readonly unlisted: { path: string; reason: string; count?: number }[];
  readonly unreadable: { path: string; reason: string }[];
}

/** A root's inventory by POSIX tools: slower than by Node, times in whole seconds, names with a line break only named. */
export async function posixInventory(ask: Ask, os: string, run: RunScript): Promise<Inventory> {
  const selection = new Selection(ask.rules);
  const listing = parseListing(await run(listScript(ask.root, LEFT_OUT)), ask);
  leaveOut(listing, ask, selection);
  const hashed = await hashManaged(listing, ask, selection, run);
  const hole = listing.unreadable.some(({ path }) => !selection.prunes(path));
  return {
    root: ask.root,
    realRoot: listing.realRoot,
    rootIdentity: listing.identity,
    takenAt: new Date(listing.clockMs).toISOString(),
    complete: hashed && !hole,
    platform: { by: 'posix', os },
    entries: [...listing.entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    unlisted: listing.unlisted,
    unreadable: listing.unreadable,
  };
}

function parseListing(fields: readonly Buffer[], ask: Ask): Listing {
  const state = text(fields[0]);
  if (state !== 'ok') throw noRoot(ask.root, state);
  const realRoot = text(fields[1]);
  const listing: Listing = {
    realRoot,
    identity: text(fields[2]),
    clockMs: Number(text(fields[3])) * 1000,
    entries: new Map(),
    unlisted: [],
    unreadable: [],
  };
  for (const line of lines(fields[4] ?? Buffer.alloc(0))) addEntry(listing, line, ask.limits.totalEntries);
  for (let at = 5; at < fields.length;) {
    const kind = text(fields[at]);
    const path = pathOf(fields[at + 1]);
    if (kind === 'L') {
      const entry = listing.entries.get(path);
      const real = text(fields[at + 3]);
      const inside = real === realRoot || real.startsWith(realRoot === '/' ? '/' : `${realRoot}/`);
      const link = real === '' ? 'dangling' : inside ? 'inside' : 'outside';
      if (entry !== undefined) listing.entries.set(path, { ...entry, leadsTo: text(fields[at + 2]), link });
      at += 4;
    } else {
      listing.unreadable.push(
        kind === 'U'
          ? { path, reason: 'permission denied' }
          : {
              path: escapeBytes(fields[at + 1] ?? Buffer.alloc(0)).replace(/^\.\//, ''),
              reason: 'its name holds a line break, which cannot be listed without Node',
            },
      );
      at += 2;
    }
  }
  return listing;
}

function addEntry(listing: Listing, line: Buffer, limit: number): void {
  // Only the path may be anything but ASCII, so the first fields are found bytewise.
  const match = /^([xo])([0-9a-f]+) (\d+) (-?\d+) (\d+) (\d+) (.*)$/s.exec(line.toString('latin1'));
  if (match === null) return;
  const [, form, mode = '', size, seconds, uid, gid, name = ''] = match;
  const bits = parseInt(mode, form === 'x' ? 16 : 8);
  const bytes = Buffer.from(name.replace(/^\.\//, ''), 'latin1');
  const path = nameText(bytes);
  if (path === undefined) {
    listing.unreadable.push({ path: escapeBytes(bytes), reason: 'its name is not UTF-8' });
    return;
  }
  if (listing.entries.size >= limit) {
    if (listing.unreadable.every((hidden) => hidden.path !== '.')) {
      listing.unreadable.push({ path: '.', reason: `more than ${limit} entries under the root` });
    }
    return;
  }
  listing.entries.set(path, {
    path,
    kind: kindOf(bits),
    size: Number(size),
    mtimeNs: `${seconds}000000000`,
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
  });
}

/** Says what was left out by name, and leaves out Driftline's own folder and what is not managed and large. */
function leaveOut(listing: Listing, ask: Ask, selection: Selection): void {
  const drop = (folder: string): void => {
    for (const path of listing.entries.keys()) if (path.startsWith(`${folder}/`)) listing.entries.delete(path);
  };
  const children = new Map<string, number>();
  for (const { path, kind } of listing.entries.values()) {
    const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
    children.set(parent, (children.get(parent) ?? 0) + 1);
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (kind !== 'folder') continue;
    if (name === 'node_modules') {
      listing.unlisted.push({ path, reason: 'packages: looked at when an import leads there' });
    } else if (
      LEFT_OUT.includes(name) ||
      `${ask.root}/${path}` === ask.state ||
      `${listing.realRoot}/${path}` === ask.state
    ) {
      drop(path);
      listing.unlisted.push({ path, reason: name === '.git' ? "git's own" : "Driftline's own" });
    }
  }
  for (const [folder, count] of children) {
    if (count <= ask.limits.unmanagedEntriesPerFolder || !selection.prunes(folder)) continue;
    drop(folder);
    listing.unlisted.push({ path: folder, reason: 'not managed, and large', count });
  }
}

/** Fills in the ids of managed files; false where one has none. */
async function hashManaged(listing: Listing, ask: Ask, selection: Selection, run: RunScript): Promise<boolean> {
  let complete = true;
  const spoil = (entry: InventoryEntry, problem: string): void => {
    complete = false;
    listing.entries.set(entry.path, { ...entry, problem });
  };
  const managed: InventoryEntry[] = [];
  for (const entry of listing.entries.values()) {
    if (entry.kind !== 'file' || !selection.toLocal(entry.path).managed) continue;
    if (entry.size > ask.limits.hashBytesPerFile) spoil(entry, `larger than ${ask.limits.hashBytesPerFile} bytes`);
    else managed.push(entry);
  }
  for (let from = 0; from < managed.length; from += HASHED_AT_ONCE) {
    const some = managed.slice(from, from + HASHED_AT_ONCE);
    const fields = await run(
      hashScript(
        ask.root,
        some.map((entry) => entry.path),
      ),
    );
    some.forEach((entry, index) => {
      const [sha256, blob, problem] = fields.slice(index * 4 + 1, index * 4 + 4).map(text);
      if (sha256 !== undefined && blob !== undefined && /^[0-9a-f]{64}$/.test(sha256) && /^[0-9a-f]{40}$/.test(blob)) {
        listing.entries.set(entry.path, { ...entry, content: { sha256, blob } });
      } else {
        spoil(entry, problem === undefined || problem === '' ? 'the host has no program that hashes' : problem);
      }
    });
  }
  return complete;
}

function noRoot(root: string, state: string): HostRefused {
  if (state === 'absent') {
    return new HostRefused(
      'no-root',
      `There is no folder ${root} on the host.`,
      'Correct "root" in driftline.json, or create the folder.',
    );
  }
  if (state === 'notFolder') {
    return new HostRefused('no-root', `The root ${root} is not a folder.`, 'Correct "root" in driftline.json.');
  }
  return new HostRefused(
    'unreadable-root',
    `The root ${root} cannot be opened: permission denied.`,
    'Let this user read it.',
  );
}

/** The file type in a mode, as POSIX systems number them. */
function kindOf(bits: number): EntryKind {
  const kinds: Readonly<Record<number, EntryKind>> = { 0o100000: 'file', 0o040000: 'folder', 0o120000: 'symlink' };
  return kinds[bits & 0o170000] ?? 'other';
}

function text(field: Buffer | undefined): string {
  return field?.toString('utf8') ?? '';
}

function pathOf(field: Buffer | undefined): string {
  const bytes = field ?? Buffer.alloc(0);
  const path = nameText(bytes) ?? escapeBytes(bytes);
  return path.startsWith('./') ? path.slice(2) : path;
}

function* lines(bytes: Buffer): Generator<Buffer> {
  let from = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
    yield bytes.subarray(from, at);
    from = at + 1;
  }
}
