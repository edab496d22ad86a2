import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../server/core/failure.ts';
import { fetchFiles } from '../../server/io/content-store.ts';
import { takeInventory } from '../../server/io/inventory.ts';
import { RememberingHost } from '../../server/io/remembering-host.ts';
import type { Host } from '../../server/remote/host.ts';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';
import { connectFrom } from '../support/hosts.ts';
import { descendants, until } from '../support/processes.ts';
import { seeded, startRoughLine } from '../support/rough-line.ts';
import type { Fate, RoughLine } from '../support/rough-line.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';

const FILES = 300;
/** Most of a stalled round is waiting, so several lines are used at once. */
const LINES = 6;
const ROUNDS_A_LINE = 34;
const SEED = 20_260_203;
const FAULTS = ['reset', 'end', 'stall', 'truncate'] as const;
const RULES = { map: [{ local: '.', production: '.' }], include: [], exclude: [] };

let home: TemporaryHome;
let sshd: Sshd;
let lines: RoughLine[];
let folder: string;
let root: string;
let contents: Map<string, string>;

beforeAll(async () => {
  home = await temporaryHome();
  sshd = await startSshd({ home });
  const random = seeded(SEED);
  lines = [];
  for (let index = 0; index < LINES; index++) lines.push(await startRoughLine(sshd.port, seeded(SEED + index)));
  // A line that has gone quiet is given up after a second, so that hundreds of them fit into a test.
  await sshd.writeClientConfig('rough', ['ConnectTimeout 2', 'ServerAliveInterval 1', 'ServerAliveCountMax 1']);
  for (const { port } of lines) await sshd.acceptHostKey(port);
  folder = await temporaryFolder('rough');
  root = path.join(folder, 'root');
  contents = new Map();
  for (let index = 0; index < FILES; index++) {
    const name = `part-${index % 7}/file-${index}.js`;
    // Some that no one packet holds, and that do not pack.
    const bytes = Buffer.from(Array.from({ length: index % 50 === 0 ? 40_000 : index }, () => random() * 256));
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), bytes);
    contents.set(name, createHash('sha256').update(bytes).digest('hex'));
  }
});

afterAll(async () => {
  await Promise.all(lines.map((line) => line.stop()));
  await sshd.stop();
  rmSync(folder, { recursive: true });
  await home.remove();
});

/** One connection with an inventory and a pull of every file; every content that came is checked. */
async function lookAndFetch(line: RoughLine): Promise<void> {
  let host: Host | undefined;
  try {
    const connection = await connectFrom(home, { host: 'rough', port: line.port });
    host = new RememberingHost(connection, path.join(folder, 'cache'));
    const inventory = await takeInventory(host, { root, state: `${root}/.driftline`, rules: RULES });
    const found = new Map(
      inventory.entries.flatMap((entry) => (entry.content ? [[entry.path, entry.content.sha256] as const] : [])),
    );
    expect(inventory.complete).toBe(true);
    expect(found).toEqual(contents);
    const wanted = [...contents].map(([at, sha256]) => ({ path: at, sha256 }));
    for (const file of await fetchFiles(host, root, wanted, new AbortController().signal)) {
      expect('bytes' in file && Buffer.from(file.bytes).equals(readFileSync(path.join(root, file.path)))).toBe(true);
    }
  } finally {
    await host?.close();
  }
}

interface Ends {
  right: number;
  failed: number;
  struck: number;
}

/** Rounds on one line, each with a fault of its own; whatever is neither right nor a failure of the connection rejects. */
async function play(line: RoughLine, seed: number): Promise<Ends> {
  const random = seeded(seed);
  const ends: Ends = { right: 0, failed: 0, struck: 0 };
  for (let round = 0; round < ROUNDS_A_LINE; round++) {
    const fault = FAULTS[Math.floor(random() * FAULTS.length)] ?? 'reset';
    const fate: Fate = { fault, afterBytes: Math.floor(random() ** 2 * 600_000) };
    line.fate = fate;
    try {
      await lookAndFetch(line);
      ends.right++;
    } catch (error) {
      const what = `seed ${seed}, round ${round}, ${JSON.stringify(fate)}`;
      if (!(error instanceof Failure)) throw new Error(what, { cause: error });
      expect(error.kind, what).toBe('connection');
      expect(error.message, what).not.toBe('');
      ends.failed++;
    }
    if (line.hasStruck()) ends.struck++;
  }
  line.fate = { fault: 'none' };
  await lookAndFetch(line);
  return ends;
}

describe('a line that delays, stalls, resets and loses its tail', () => {
  it('gives right data or a failure of the connection, and leaves nothing running on the host', async () => {
    const played = await Promise.all(lines.map((line, index) => play(line, SEED + 100 + index)));
    const sum = (name: keyof Ends): number => played.reduce((all, ends) => all + ends[name], 0);
    expect(sum('right') + sum('failed')).toBe(LINES * ROUNDS_A_LINE);
    expect(sum('right')).toBeGreaterThan(0);
    expect(sum('failed')).toBeGreaterThan(LINES * ROUNDS_A_LINE * 0.25);
    // No failure without a cause.
    expect(sum('struck')).toBeGreaterThanOrEqual(sum('failed'));
    await until('no session and no program is left on the host', () => descendants(sshd.pid()).length === 0);
  }, 600_000);
});
