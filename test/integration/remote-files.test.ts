import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Inventory, InventoryEntry, InventoryLimits } from '../../server/core/tree/inventory.ts';
import type { SelectionRules } from '../../server/core/tree/selection.ts';
import type { Fact, Need } from '../../server/core/tree/tree.ts';
import { fetchFiles } from '../../server/io/content-store.ts';
import { HostSource } from '../../server/io/host-facts.ts';
import { DEFAULT_LIMITS, takeInventory } from '../../server/io/inventory.ts';
import { ModuleStore } from '../../server/io/modules.ts';
import { ConnectionFailure, HostRefused } from '../../server/remote/failures.ts';
import type { Host } from '../../server/remote/host.ts';
import { AWKWARD_NAMES, BROKEN_NAME, keepChanging, makeAwkwardRoot } from '../support/awkward.ts';
import type { AwkwardRoot } from '../support/awkward.ts';
import { connectFrom } from '../support/hosts.ts';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';
import { startRelay } from '../support/net.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';

const RULES: SelectionRules = { map: [{ local: '.', production: '.' }], include: [], exclude: [] };
const LIMITS: InventoryLimits = { ...DEFAULT_LIMITS, unmanagedEntriesPerFolder: 10 };

let home: TemporaryHome;
let folder: string;
let awkward: AwkwardRoot;
const sshds: Sshd[] = [];
const hosts = new Map<string, Host>();

beforeAll(async () => {
  home = await temporaryHome();
  folder = await temporaryFolder('root');
  awkward = makeAwkwardRoot(folder);
  for (const [name, withoutNode] of [
    ['node', false],
    ['posix', true],
  ] as const) {
    const sshd = await startSshd({ home, withoutNode, powerless: true });
    sshds.push(sshd);
    await sshd.writeClientConfig(name);
    await sshd.acceptHostKey();
    hosts.set(name, await connectFrom(home, { host: name }));
  }
});

afterAll(async () => {
  await Promise.all([...hosts.values()].map((host) => host.close()));
  await Promise.all(sshds.map((sshd) => sshd.stop()));
  awkward.unlock();
  await rm(folder, { recursive: true, force: true });
  await home.remove();
});

function hostNamed(name: string): Host {
  const host = hosts.get(name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}

function take(host: Host, root = awkward.root, limits = LIMITS): Promise<Inventory> {
  return takeInventory(host, { root, state: `${root}/.driftline`, rules: RULES }, { limits });
}

function entryAt(inventory: Inventory, at: string): InventoryEntry | undefined {
  return inventory.entries.find((entry) => entry.path === at);
}

function idOf(bytes: string | Buffer): { sha256: string; blob: string } {
  const length = Buffer.byteLength(bytes);
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    blob: createHash('sha1').update(`blob ${length}\0`).update(bytes).digest('hex'),
  };
}

describe.each(['node', 'posix'])('a host that is asked by %s', (by) => {
  it('lists every name as it is, and says which it cannot', async () => {
    const inventory = await take(hostNamed(by));
    expect(inventory.platform.by).toBe(by);
    AWKWARD_NAMES.forEach((name, index) => {
      expect(entryAt(inventory, `names/${name}`)?.kind).toBe('folder');
      expect(entryAt(inventory, `names/${name}/${name}`)).toMatchObject({
        kind: 'file',
        content: idOf(`content ${index}`),
      });
    });
    expect(inventory.unreadable).toContainEqual({ path: 'latin1/caf\\xe9', reason: 'its name is not UTF-8' });
    expect(inventory.complete).toBe(false);
  });

  it('says what each entry is, without following links or opening pipes', async () => {
    const inventory = await take(hostNamed(by));
    expect(entryAt(inventory, 'src/empty.js')).toMatchObject({ kind: 'file', size: 0, content: idOf('') });
    expect(entryAt(inventory, 'src/binary.bin')?.content).toEqual(idOf(Buffer.from([0, 255, 10, 13, 0])));
    expect(entryAt(inventory, 'src/run.sh')?.mode).toBe(0o755);
    expect(entryAt(inventory, 'src/inside.js')).toMatchObject({ kind: 'symlink', leadsTo: 'index.js', link: 'inside' });
    expect(entryAt(inventory, 'src/outside.js')).toMatchObject({ kind: 'symlink', link: 'outside' });
    expect(entryAt(inventory, 'src/outside-folder')).toMatchObject({ leadsTo: '../../outside', link: 'outside' });
    expect(entryAt(inventory, 'src/dangling.js')).toMatchObject({ leadsTo: 'nowhere', link: 'dangling' });
    expect(entryAt(inventory, 'src/pipe')).toMatchObject({ kind: 'other' });
    expect(inventory.entries.some((entry) => entry.path.startsWith('src/outside-folder/'))).toBe(false);
  });

  it('never takes what is closed for empty', async () => {
    const inventory = await take(hostNamed(by));
    expect(inventory.unreadable).toContainEqual({ path: 'closed', reason: 'permission denied' });
    expect(entryAt(inventory, 'src/unreadable.js')).toMatchObject({ kind: 'file', problem: 'permission denied' });
    expect(entryAt(inventory, 'src/unreadable.js')?.content).toBeUndefined();
  });

  it('says what it leaves out', async () => {
    const inventory = await take(hostNamed(by));
    const left = new Map(inventory.unlisted.map(({ path: at, count }) => [at, count]));
    expect(left).toEqual(
      new Map<string, number | undefined>([
        ['.driftline', undefined],
        ['.git', undefined],
        ['node_modules', undefined],
        ['uploads', 12],
      ]),
    );
    expect(inventory.entries.some((entry) => /^(node_modules|uploads|\.git)\//.test(entry.path))).toBe(false);
  });

  it('refuses a root that is not there, is no folder or is closed, each with its sentence', async () => {
    const host = hostNamed(by);
    await expect(take(host, path.join(folder, 'none'))).rejects.toThrow(/There is no folder/);
    await expect(take(host, path.join(awkward.root, 'src/index.js'))).rejects.toThrow(/is not a folder/);
    await expect(take(host, path.join(awkward.root, 'closed'))).rejects.toThrow(/permission denied/);
    const inner = take(host, path.join(awkward.root, 'closed/inner'));
    await expect(inner).rejects.toBeInstanceOf(HostRefused);
    await expect(inner).rejects.toMatchObject({ kind: 'connection' });
  });

  it('says where a root really leads', async () => {
    const link = path.join(folder, `current-${by}`);
    await symlink(awkward.root, link);
    const inventory = await take(hostNamed(by), link);
    expect(inventory).toMatchObject({ root: link, realRoot: awkward.root });
    expect(entryAt(inventory, 'src/index.js')).toBeDefined();
  });

  it('gives a file whole, and a reason where it cannot', async () => {
    const paths = ['src/binary.bin', 'src/inside.js', 'src/outside.js', 'src/pipe', 'src/unreadable.js', 'src/gone.js'];
    const names = AWKWARD_NAMES.map((name) => `names/${name}/${name}`);
    const wanted = [...paths, 'src', '../outside/secret.js', ...names].map((each) => ({ path: each }));
    const fetched = await fetchFiles(hostNamed(by), awkward.root, wanted, new AbortController().signal);
    const contents = fetched.map((one) => ('bytes' in one ? Buffer.from(one.bytes).toString('latin1') : one.problem));
    expect(contents).toEqual([
      '\0\xff\n\r\0',
      "require('./db');\n",
      'it leads out of the root',
      'it is not a regular file',
      'permission denied',
      'it vanished while it was read',
      'it is not a regular file',
      'it leads out of the root',
      ...names.map((_name, index) => `content ${index}`),
    ]);
    expect(fetched[0]).toMatchObject({ mode: 0o644 });
  });

  it('says that a file is not the one that was listed', async () => {
    const files = [{ path: 'src/index.js', sha256: idOf('something else').sha256 }];
    const [fetched] = await fetchFiles(hostNamed(by), awkward.root, files, new AbortController().signal);
    expect(fetched).toMatchObject({ problem: expect.stringContaining('changed') as string });
  });

  it('gives 50 MB whole, and says no to more than was asked for', async () => {
    const big = path.join(folder, `big-${by}`);
    await mkdir(big);
    const bytes = randomBytes(50 * 1024 * 1024);
    await writeFile(path.join(big, 'big.js'), bytes);
    const inventory = await take(hostNamed(by), big);
    expect(entryAt(inventory, 'big.js')?.content).toEqual(idOf(bytes));
    const [fetched] = await fetchFiles(hostNamed(by), big, [{ path: 'big.js' }], new AbortController().signal);
    expect(fetched).toMatchObject({ sha256: idOf(bytes).sha256 });
    const parts: unknown[] = [];
    const ask = { root: big, files: [{ path: 'big.js' }], maxBytes: 1000 };
    await hostNamed(by).request('read', ask, { onPart: (part) => parts.push(part) });
    expect(parts).toEqual([{ path: 'big.js', problem: 'it is larger than 1000 bytes' }]);
    const small = await take(hostNamed(by), big, { ...LIMITS, hashBytesPerFile: 1000 });
    expect(entryAt(small, 'big.js')).toMatchObject({ problem: 'larger than 1000 bytes' });
    expect(small.complete).toBe(false);
  });

  it('has no hash for a file that changes while it is read', async () => {
    const live = path.join(folder, `live-${by}`);
    await mkdir(live);
    const file = path.join(live, 'live.js');
    await writeFile(file, randomBytes(20 * 1024 * 1024));
    const stop = await keepChanging(file);
    try {
      const inventory = await take(hostNamed(by), live);
      expect(entryAt(inventory, 'live.js')).toMatchObject({ problem: 'it kept changing while it was read' });
      expect(entryAt(inventory, 'live.js')?.content).toBeUndefined();
      expect(inventory.complete).toBe(false);
    } finally {
      await stop();
    }
  });

  it('answers questions about single paths, above the root too', async () => {
    const at = (name: string): string => path.join(awkward.root, name);
    const needs: Need[] = [
      { ask: 'entry', path: at('src') },
      { ask: 'entry', path: at('src/outside-folder') },
      { ask: 'entry', path: at('src/pipe') },
      { ask: 'entry', path: at('src/none') },
      { ask: 'entry', path: at('src/index.js/none') },
      { ask: 'entry', path: at('closed/inner') },
      { ask: 'list', path: at('src/empty') },
      { ask: 'list', path: at('closed') },
      { ask: 'list', path: at('node_modules') },
      { ask: 'list', path: at('src/index.js') },
      { ask: 'text', path: at('src/index.js') },
      { ask: 'text', path: at('src/pipe') },
      { ask: 'text', path: path.join(awkward.outside, 'secret.js') },
      { ask: 'identity', path: at('src/inside.js') },
      { ask: 'identity', path: at('src/unreadable.js') },
      ...AWKWARD_NAMES.map((name): Need => ({ ask: 'text', path: at(`names/${name}/${name}`) })),
    ];
    const source = new HostSource(hostNamed(by), awkward.root, () => undefined, new ModuleStore());
    const facts = await source.answer(needs, new AbortController().signal);
    const answers = needs.map((need) => facts.find((fact) => fact.ask === need.ask && fact.path === need.path)?.answer);
    const known = (value: unknown): unknown => ({ state: 'known', value });
    const denied = { state: 'unreadable', reason: 'permission denied' };
    expect(answers).toEqual([
      known({ kind: 'folder' }),
      known({ kind: 'symlink', leadsTo: '../../outside' }),
      known({ kind: 'other' }),
      { state: 'absent' },
      { state: 'absent' },
      denied,
      known(new Map()),
      denied,
      known(new Map([['express', 'folder']])),
      { state: 'absent' },
      known("require('./db');\n"),
      { state: 'unreadable', reason: 'it is not a regular file' },
      known('outside'),
      known(idOf("require('./db');\n")),
      denied,
      ...AWKWARD_NAMES.map((_name, index) => known(`content ${index}`)),
    ]);
  });

  it('lists the names of a folder exactly', async () => {
    const source = new HostSource(hostNamed(by), awkward.root, () => undefined, new ModuleStore());
    const at = path.join(awkward.root, 'names');
    const [fact] = (await source.answer([{ ask: 'list', path: at }], new AbortController().signal)) as [Fact];
    expect(fact.answer).toEqual({ state: 'known', value: new Map(AWKWARD_NAMES.map((name) => [name, 'folder'])) });
  });
});

describe('without Node', () => {
  it('finds what the host program finds, but for names with a line break', async () => {
    const [node, posix] = await Promise.all([take(hostNamed('node')), take(hostNamed('posix'))]);
    const broken = `broken/${BROKEN_NAME}`;
    expect(entryAt(node, broken)).toMatchObject({ content: idOf('broken') });
    expect(posix.unreadable.map((hidden) => hidden.path)).toContain('broken/line\\x0abreak');
    const seconds = (entry: InventoryEntry): InventoryEntry => ({
      ...entry,
      mtimeNs: `${entry.mtimeNs.slice(0, -9)}000000000`,
    });
    const sorted = (inventory: Inventory): InventoryEntry[] =>
      inventory.entries
        .filter((entry) => entry.path !== broken)
        .map(seconds)
        .sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(sorted(posix)).toEqual(sorted(node));
    expect(posix).toMatchObject({ realRoot: node.realRoot, rootIdentity: node.rootIdentity, complete: node.complete });
  });

  it('says that what needs Node cannot be done', async () => {
    const attempt = hostNamed('posix').request('run', { command: 'true', cwd: '/', timeoutMs: 1000 });
    await expect(attempt).rejects.toMatchObject({
      code: 'no-node',
      remedy: expect.stringContaining('Install Node') as string,
    });
  });
});

describe('a line that is cut after any number of bytes', () => {
  it('ends a connection and a listing in a failure of the connection, or in the whole listing', async () => {
    const sshd = await startSshd({ home });
    const attempt = async (budget: number): Promise<{ inventory: Inventory; bytes: number }> => {
      const relay = await startRelay(sshd.port);
      relay.cutAfter(budget);
      try {
        const target = { host: '127.0.0.1', port: relay.port };
        const host = await connectFrom(home, target, { acceptHostKey: sshd.hostKeyFingerprint() });
        try {
          const inventory = await take(host);
          return { inventory, bytes: relay.bytes() };
        } finally {
          await host.close();
        }
      } finally {
        await relay.stop();
      }
    };
    try {
      const whole = await attempt(Number.POSITIVE_INFINITY);
      const cuts = Array.from({ length: 40 }, (_none, index) => Math.floor((whole.bytes * index) / 40));
      const outcomes = await Promise.all(
        cuts.map((budget) =>
          attempt(budget).then(
            ({ inventory }) => inventory.entries,
            (error: unknown) => error,
          ),
        ),
      );
      const failures = outcomes.filter((outcome) => outcome instanceof ConnectionFailure);
      const rest = outcomes.filter((outcome) => !(outcome instanceof ConnectionFailure));
      expect(failures.length).toBeGreaterThan(30);
      for (const outcome of rest) expect(outcome).toEqual(whole.inventory.entries);
    } finally {
      await sshd.stop();
    }
  });
});

describe('a root that was read or looked at', () => {
  it('is not writable where its mode says so, and neither is a state folder in it', async () => {
    const fixed = path.join(folder, 'fixed');
    await mkdir(fixed);
    await chmod(fixed, 0o555);
    const report = await hostNamed('node').request('inspect', {
      root: fixed,
      state: path.join(fixed, '.driftline'),
      process: null,
      touches: ['a.js', 'lib/new.js'],
    });
    expect(report.root).toMatchObject({ state: 'ok', writable: false });
    expect(report.unfit).toMatchObject([{ folder: fixed, problem: 'notWritable' }]);
    expect(report.stateFolder).toMatchObject({
      usable: false,
      why: `it cannot be made: ${fixed}: permission denied`,
    });
  });

  it('is complete when everything could be read', async () => {
    const plain = path.join(folder, 'plain');
    await mkdir(path.join(plain, 'src'), { recursive: true });
    await writeFile(path.join(plain, 'src/a.js'), 'a');
    for (const host of hosts.values()) expect((await take(host, plain)).complete).toBe(true);
    await chmod(path.join(plain, 'src/a.js'), 0o000);
    for (const host of hosts.values()) expect((await take(host, plain)).complete).toBe(false);
  });
});
