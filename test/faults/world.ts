import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import type { HealthSpec, Operation, Plan } from '../../server/core/plan/plan.ts';
import type { JournalEvent, ReleaseSummary } from '../../server/core/release/release.ts';
import { listenersOf } from '../../server/host/release/listeners.ts';
import { carryOut, follow } from '../../server/release/carry-out.ts';
import { HostRefused } from '../../server/remote/failures.ts';
import type { Host } from '../../server/remote/host.ts';
import { connectLocal } from '../../server/remote/local.ts';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import { freePort } from '../support/net.ts';
import { contentsOf, planFor, treeOf, writeFiles } from '../support/planned.ts';
import type { PlannedOptions } from '../support/planned.ts';
import { startPm2 } from '../support/pm2.ts';
import type { Pm2 } from '../support/pm2.ts';
import { end, isAlive, until } from '../support/processes.ts';
import { appFiles, EDITED } from './app.ts';
import type { Illness } from './app.ts';

const APP = 'faults-app';
const SMALL_MEGABYTES = 8;
const SMALL_INODES = 4000;

export interface Fault {
  readonly kind: string;
  readonly point: string;
  readonly nth: number;
}

export interface Attempt {
  /** What the client was told, or the error that it ended with. */
  readonly journal: readonly JournalEvent[];
  readonly error?: Error;
  /** Whether the fault's point was reached. */
  readonly fired: boolean;
}

/** A real app under a real PM2, on a disk of its own, and the host program as a deploy meets it. */
export class World {
  #version = 1;
  #attempts = 0;

  private constructor(
    readonly folder: string,
    readonly root: string,
    readonly pm2: Pm2,
    readonly port: number,
    readonly program: Buffer,
    readonly closing: (() => Promise<void> | void)[],
  ) {}

  static async start(): Promise<World> {
    const closing: (() => Promise<void> | void)[] = [];
    try {
      const folder = await temporaryFolder('faults');
      closing.push(() => rmSync(folder, { recursive: true, force: true }));
      const small = path.join(folder, 'disk');
      mkdirSync(small);
      mount(['-t', 'tmpfs', '-o', `size=${SMALL_MEGABYTES}m,nr_inodes=${SMALL_INODES}`, 'driftline-faults', small]);
      closing.push(() => umount(small));
      const home = await temporaryHome();
      closing.push(() => home.remove());
      const pm2 = await startPm2({ home: home.folder });
      closing.push(() => pm2.stop());
      const root = path.join(small, 'app');
      mkdirSync(root);
      const world = new World(folder, root, pm2, await freePort(), await bundle(), closing);
      writeFiles(root, appFiles(1));
      await world.startApp();
      return world;
    } catch (error) {
      for (const close of closing.reverse()) await close();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#endStrays();
    // The disk last: PM2 and its apps are on it.
    for (const close of [...this.closing].reverse()) await close();
    await this.#endApp();
  }

  get state(): string {
    return path.join(this.root, '.driftline');
  }

  /** The version that lies on the disk when nothing is under way. */
  get version(): number {
    return this.#version;
  }

  async startApp(): Promise<void> {
    await this.pm2.start({ name: APP, script: path.join(this.root, 'src/index.js'), cwd: this.root, port: this.port });
    await until('the app answers', async () => (await this.answer()).startsWith('all '));
  }

  /** "all 3" where every module is of version 3; else what came instead. */
  async answer(): Promise<string> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}/version`, { signal: AbortSignal.timeout(5_000) });
      return await response.text();
    } catch (error) {
      return `nobody (${error instanceof Error ? error.message : String(error)})`;
    }
  }

  health(): HealthSpec {
    const url = `http://127.0.0.1:${this.port}`;
    const probe = (name: string, at: string) =>
      ({ kind: 'http', name, url: url + at, method: 'GET', headers: {}, expect: { status: 200 } }) as const;
    return {
      probes: [probe('health', '/health'), probe('calls', '/calls')],
      outside: [],
      withinMs: 20_000,
      stableForMs: 400,
    };
  }

  /** The plan to the next version, or to one that is ill; and what it writes. */
  plan(illness: Illness = 'well', more: Partial<Plan> = {}): { plan: Plan; next: PlannedOptions['next']; to: number } {
    const to = this.#version + 1;
    const gone = Object.fromEntries(Object.keys(appFiles(this.#version)).map((name) => [name, null]));
    const next = { ...gone, ...appFiles(to, illness) };
    const script = path.join(this.root, 'src/index.js');
    const plan = planFor(this.root, next, {
      process: { kind: 'pm2', name: APP, home: this.pm2.home },
      runs: [{ mode: 'fork', script, cwd: this.root }],
      health: this.health(),
      ...more,
    });
    return { plan, next, to };
  }

  connect(): Promise<Host> {
    return connectLocal({ program: this.program, signal: new AbortController().signal, node: process.execPath });
  }

  /** Deploys a plan as a client does, with a fault on the way. Resolves when nobody carries it out any more. */
  async carryOut(plan: Plan, next: PlannedOptions['next'], fault?: Fault): Promise<Attempt> {
    const marks = this.#marks();
    const host = await this.#withFault(marks, fault, () => this.connect());
    const journal: JournalEvent[] = [];
    let error: Error | undefined;
    const stalled = this.#endStalled(plan.id, marks, fault);
    try {
      await carryOut({
        host,
        plan,
        contentOf: (operation: Operation) => Promise.resolve(contentsOf(next)(operation)),
        signal: new AbortController().signal,
        onStaged: () => undefined,
        onEvent: (event) => journal.push(event),
      });
    } catch (caught) {
      error = caught instanceof Error ? caught : new Error(String(caught));
    }
    return this.#after(plan.id, marks, host, stalled, journal, error);
  }

  #marks(): string {
    const marks = path.join(this.folder, `fault-${++this.#attempts}`);
    mkdirSync(marks);
    return marks;
  }

  /** Waits until nobody carries a release out any more. */
  async #after(
    id: string,
    marks: string,
    host: Host,
    stalled: Promise<void>,
    journal: readonly JournalEvent[],
    error: Error | undefined,
  ): Promise<Attempt> {
    await host.close();
    await until('nobody carries the release out any more', () => runnersOf(id).length === 0, 60_000);
    await stalled;
    const fired = existsSync(path.join(marks, 'fired'));
    return { journal, fired, ...(error !== undefined && { error }) };
  }

  /** A session that was stopped cannot end by itself: somebody closes its line once the host has done its work alone. */
  async #endStalled(id: string, marks: string, fault: Fault | undefined): Promise<void> {
    if (fault?.kind !== 'stall-client') return;
    const session = path.join(marks, 'session.pid');
    await until('the session is there', () => existsSync(session));
    const pid = Number(readFileSync(session, 'utf8'));
    const isStopped = (): boolean => existsSync(path.join(marks, 'fired')) && runnersOf(id).length === 0;
    await until('the host has done its work alone', () => !isAlive(pid) || isStopped(), 60_000);
    end(pid, 'SIGKILL');
  }

  async #withFault<T>(marks: string, fault: Fault | undefined, connect: () => Promise<T>): Promise<T> {
    if (fault === undefined) return connect();
    process.env['NODE_OPTIONS'] = `--require ${path.resolve(import.meta.dirname, 'preload.cjs')}`;
    process.env['DRIFTLINE_FAULT'] = JSON.stringify({
      ...fault,
      folder: marks,
      small: path.dirname(this.root),
      edited: path.join(this.root, EDITED),
      pm2Home: this.pm2.home,
    });
    try {
      return await connect();
    } finally {
      delete process.env['NODE_OPTIONS'];
      delete process.env['DRIFTLINE_FAULT'];
    }
  }

  async #endStrays(): Promise<void> {
    const strays = runnersOf(this.state);
    for (const pid of strays) end(pid, 'SIGKILL');
    await until('no runner lives', () => !strays.some(isAlive));
  }

  /** What made the fault is put right again, as whoever looks after the machine does; its consequences are not. */
  async mend(fault: Fault): Promise<void> {
    const small = path.dirname(this.root);
    if (fault.kind === 'read-only') mount(['-o', 'remount,rw', small]);
    rmSync(path.join(small, 'filler'), { force: true });
    rmSync(path.join(small, 'fillers'), { recursive: true, force: true });
    if (fault.kind === 'kill-pm2' && !(await this.#pm2Lives())) {
      await this.#endApp();
      await this.startApp();
    }
  }

  async #pm2Lives(): Promise<boolean> {
    const pid = Number(readFileSync(path.join(this.pm2.home, 'pm2.pid'), 'utf8'));
    return Promise.resolve(isAlive(pid));
  }

  /** The app outlives a daemon that was killed: it is known by the port that nobody else has. */
  async #endApp(): Promise<void> {
    for (const pid of listenersOf(this.port)) end(pid, 'SIGKILL');
    await until('the port is free', () => listenersOf(this.port).size === 0);
  }

  /** `driftline recover`, which has to take up this release. */
  async recover(id: string, fault?: Fault): Promise<Attempt> {
    const marks = this.#marks();
    const host = await this.#withFault(marks, fault, () => this.connect());
    const journal: JournalEvent[] = [];
    let error: Error | undefined;
    const stalled = this.#endStalled(id, marks, fault);
    try {
      const { release } = await host.request('recover', { state: this.state });
      if (release !== id) throw new Error(`recover took up ${String(release)}, not ${id}`);
      const { plan } = await host.request('release', { state: this.state, id: release });
      await follow({ host, plan, signal: new AbortController().signal, onEvent: (event) => journal.push(event) });
    } catch (caught) {
      error = caught instanceof Error ? caught : new Error(String(caught));
    }
    return this.#after(id, marks, host, stalled, journal, error);
  }

  /** What the host says of a release. */
  async outcomeOf(id: string): Promise<ReleaseSummary['outcome'] | 'none'> {
    return (await this.#summary(id))?.outcome ?? 'none';
  }

  async detailOf(id: string): Promise<string> {
    return (await this.#summary(id))?.detail ?? '';
  }

  async #summary(id: string): Promise<ReleaseSummary | undefined> {
    const { releases } = await this.#ask((host) => host.request('releases', { state: this.state }));
    return releases.find((release) => release.id === id);
  }

  async journalOf(id: string): Promise<readonly JournalEvent[]> {
    const { journal } = await this.#ask((host) => host.request('release', { state: this.state, id }));
    return journal;
  }

  /** Whether another deploy is told that something has to be finished first. */
  async isRefused(): Promise<boolean> {
    const { plan } = this.plan();
    try {
      await this.#ask((host) => host.request('prepare', { plan }));
      return false;
    } catch (error) {
      return error instanceof HostRefused && error.code === 'interrupted';
    }
  }

  async #ask<T>(question: (host: Host) => Promise<T>): Promise<T> {
    const host = await this.connect();
    try {
      return await question(host);
    } finally {
      await host.close();
    }
  }

  /** A person follows the steps that were told: the old bytes from the backup. */
  takeBackEdit(plan: Plan): void {
    const number = plan.operations.findIndex((operation) => operation.path === EDITED);
    copyFileSync(path.join(this.state, 'releases', plan.id, 'old', String(number)), path.join(this.root, EDITED));
  }

  isLocked(): boolean {
    return existsSync(path.join(this.state, 'lock'));
  }

  tree(): Map<string, string> {
    const tree = treeOf(this.root);
    for (const name of tree.keys()) if (name === 'data' || name.startsWith('data/')) tree.delete(name);
    return tree;
  }

  /** The tree that a version is, laid out beside the root with the same rights. */
  treeOfVersion(version: number): Map<string, string> {
    const folder = path.join(this.folder, `version-${version}`);
    if (!existsSync(folder)) writeFiles(folder, appFiles(version));
    return treeOf(folder);
  }

  /** Everything in the state folder that no release leaves there when it has ended. */
  strays(): string[] {
    if (!existsSync(this.state)) return [];
    const top = readdirSync(this.state).filter((name) => !['bin', 'releases'].includes(name));
    const inBin = readdirSync(path.join(this.state, 'bin')).filter((name) => !/^[0-9a-f]{16}\.cjs$/.test(name));
    const known = new Set([
      'plan.json',
      'journal.jsonl',
      'end.json',
      'number',
      'README.md',
      'old',
      'runner.log',
      'edits',
    ]);
    const below = readdirSync(path.join(this.state, 'releases')).flatMap((id) =>
      readdirSync(path.join(this.state, 'releases', id))
        .filter((name) => !known.has(name))
        .map((name) => `${id}/${name}`),
    );
    return [...top, ...inBin, ...below];
  }

  settle(version: number): void {
    this.#version = version;
  }

  /** Writes a file as somebody does who knows nothing of releases. */
  edit(name: string, text: string): void {
    writeFileSync(path.join(this.root, name), text);
  }

  /** A managed file's text. */
  text(name: string): string {
    return readFileSync(path.join(this.root, name), 'utf8');
  }
}

/** Processes of this machine whose words have a text of ours, which is a path that nobody else has. */
export function runnersOf(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        const isRunner = words[2] === 'release' || words[2] === 'carry-out';
        return isRunner && words[3]?.includes(text) === true ? [Number(pid)] : [];
      } catch {
        return []; // It ended while the folder was read.
      }
    });
}

function mount(words: readonly string[]): void {
  if (process.getuid?.() === 0) execFileSync('mount', words);
  else execFileSync('sudo', ['-n', 'mount', ...words]);
}

function umount(folder: string): void {
  if (process.getuid?.() === 0) execFileSync('umount', ['-l', folder]);
  else execFileSync('sudo', ['-n', 'umount', '-l', folder]);
}

/** The host program as it is now, whatever lies in dist. */
async function bundle(): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [path.resolve(import.meta.dirname, '../../server/host/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node14',
    minify: true,
    write: false,
    logLevel: 'silent',
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}
