import { createHash } from 'crypto';
import { readFileSync, statSync } from 'fs';
import { hostname } from 'os';
import { deflateRaw } from 'zlib';
import { untrustedBelow } from '../core/tree/file-systems.ts';
import { Selection } from '../core/tree/selection.ts';
import type { Handler } from './handlers.ts';
import { HostFailure } from './handlers.ts';
import { platform } from './inventory.ts';
import type { ListingRow } from './protocol.ts';
import { openRoot } from './root.ts';
import { stateBelow, Walk } from './walk.ts';
import type { Found } from './walk.ts';

const BATCH = 2000;

/** Lists a root by what the file system says, and reads no content. */
export const listing: Handler<'listing'> = async (ask, conversation) => {
  const startNs = clockNs(0);
  const takenAt = new Date().toISOString();
  const realRoot = openRoot(ask.root);
  const identity = statSync(realRoot, { bigint: true });
  const walk = new Walk(realRoot, new Selection(ask.rules), ask.limits, stateBelow(ask.root, realRoot, ask.state));
  const rows = new Rows(identity.dev);
  let packing: Promise<Buffer> | undefined;
  const send = async (): Promise<void> => {
    if (packing !== undefined) await conversation.part({}, await packing);
    if (conversation.cancelled.now) throw new HostFailure('cancelled', 'the listing was cancelled');
    // A thread of its own packs it while the walk goes on.
    packing = rows.length === 0 ? undefined : deflate(rows.take());
  };
  for (const found of walk.entries()) {
    rows.add(found);
    if (rows.length < BATCH) continue;
    await send();
    // Lets a cancellation, or the end of the line, be heard between two batches.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await send();
  await send();
  return {
    root: ask.root,
    realRoot,
    rootIdentity: `${identity.dev.toString()}:${identity.ino.toString()}`,
    takenAt,
    complete: walk.complete,
    platform: platform(realRoot),
    unlisted: walk.unlisted,
    unreadable: walk.unreadable,
    scan: {
      machine: machine(),
      rootIdentity: `${identity.dev.toString()}:${identity.ino.toString()}`,
      startNs,
      endNs: clockNs(1),
      untrusted: untrustedBelow(realRoot, textOf('/proc/self/mountinfo')),
    },
  };
};

/** Rows of a part: each is short because what it shares with those before it is not said again. */
class Rows {
  #rows: ListingRow[] = [];
  #folder: string | undefined;

  constructor(readonly dev: bigint) {}

  get length(): number {
    return this.#rows.length;
  }

  add({ folder, name, stat, link }: Found): void {
    if (folder !== this.#folder) this.#rows.push(folder);
    this.#folder = folder;
    const mtimeNs = stat.mtimeNs.toString();
    const ctimeNs = stat.ctimeNs === stat.mtimeNs ? 0 : stat.ctimeNs.toString();
    const more = { ...link, ...(stat.dev !== this.dev && { dev: stat.dev.toString() }) };
    const ids = [Number(stat.uid), Number(stat.gid)] as const;
    const row = [name, Number(stat.mode), Number(stat.size), mtimeNs, ctimeNs, stat.ino.toString(), ...ids] as const;
    this.#rows.push(link === undefined && stat.dev === this.dev ? row : [...row, more]);
  }

  take(): ListingRow[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#folder = undefined;
    return rows;
  }
}

function deflate(rows: readonly ListingRow[]): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    deflateRaw(JSON.stringify(rows), { level: 1 }, (error, packed) =>
      error === null ? resolve(packed) : reject(error),
    ),
  );
}

/** The clock that files get their times from, rounded down to a millisecond, or up. */
function clockNs(plusMs: number): string {
  return (BigInt(Date.now() + plusMs) * BigInt(1_000_000)).toString();
}

/** Systemd's id of the machine is not for others to know, so it goes out only as a hash, as machine-id(5) asks for. */
function machine(): string {
  const id = textOf('/etc/machine-id') ?? textOf('/var/lib/dbus/machine-id') ?? '';
  return createHash('sha256')
    .update(`driftline ${id.trim() === '' ? hostname() : id.trim()}`)
    .digest('hex')
    .slice(0, 32);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // No Linux, or no such service.
  }
}
