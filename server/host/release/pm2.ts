import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'fs';
import { homedir } from 'os';
import * as path from 'path';
import type { ProcessInstance, ProcessReport } from '../../core/plan/host-report.ts';
import type { ProcessSpec } from '../../core/plan/plan.ts';
import { hasCode } from '../names.ts';
import { holds } from '../root.ts';
import { ownerName } from '../users.ts';
import { execute } from './execute.ts';
import { ManagerFailure } from './manager.ts';
import type { ProcessManager } from './manager.ts';

type Pm2Spec = Extract<ProcessSpec, { kind: 'pm2' }>;

/** A PM2 daemon that lives, found by its process title, and how its own version's command line is called. */
interface Daemon {
  readonly home: string;
  readonly node: string;
  readonly cli: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** One of PM2's apps, reduced to what is needed. `raw` holds its whole environment, secrets included: it never leaves the host. */
export interface App {
  readonly instance: ProcessInstance;
  readonly name: string;
  readonly namespace: string;
  readonly raw: { readonly [field: string]: unknown };
}

const LIST_MS = 20_000;
const RESTART_MS = 120_000;

/**
 * PM2, spoken to only where its daemon lives: `pm2 jlist` without one would start it. Its command line is called, of the daemon's own
 * version and by the daemon's own Node, with that `PM2_HOME`.
 */
export class Pm2 implements ProcessManager {
  constructor(
    readonly spec: Pm2Spec,
    readonly root: string,
  ) {}

  get home(): string {
    return this.spec.home ?? process.env['PM2_HOME'] ?? path.join(homedir(), '.pm2');
  }

  async inspect(): Promise<ProcessReport> {
    const daemon = findDaemon(this.home);
    if (!('node' in daemon)) return daemon;
    let apps: App[];
    try {
      apps = await list(daemon);
    } catch (error) {
      return { state: 'failed', detail: error instanceof Error ? error.message : String(error) };
    }
    return this.#choose(apps);
  }

  /** For `pm2 start`, with what started the daemon beside it: its environment may hold secrets, so this stays on the host. */
  async definition(): Promise<string | null> {
    const daemon = this.#daemon();
    const apps = this.#mine(await list(daemon));
    return JSON.stringify({ apps: mergedDefinitions(apps), daemon });
  }

  async restart(): Promise<void> {
    await this.#order('restart');
  }

  async stop(): Promise<void> {
    await this.#order('stop');
  }

  async #order(word: 'restart' | 'stop'): Promise<void> {
    const daemon = this.#daemon();
    const mine = this.#mine(await list(daemon));
    if (mine.length === 0) throw new ManagerFailure(`PM2 does not know "${this.spec.name}" any more`);
    await pm2(daemon, [word, ...mine.map((app) => app.instance.id)], RESTART_MS);
  }

  async restore(definition: string | undefined): Promise<void> {
    const daemon = findDaemon(this.home);
    const known = 'node' in daemon && this.#mine(await list(daemon)).length > 0;
    if (known || definition === undefined) return this.restart();
    // Where no daemon lives any more, this starts one. From the file itself: nothing new is written in an undo.
    await pm2('node' in daemon ? daemon : lastDaemon(definition, this.home), ['start', definition], RESTART_MS);
  }

  #daemon(): Daemon {
    const daemon = findDaemon(this.home);
    if ('node' in daemon) return daemon;
    throw new ManagerFailure('detail' in daemon ? daemon.detail : 'PM2 cannot be reached');
  }

  #mine(apps: readonly App[]): App[] {
    const { name, namespace } = this.spec;
    return apps.filter(
      (app) => app.name === name && (namespace === undefined || app.namespace === namespace) && belongs(app, this.root),
    );
  }

  #choose(apps: readonly App[]): ProcessReport {
    const { name, namespace } = this.spec;
    const named = apps.filter((app) => app.name === name && (namespace === undefined || app.namespace === namespace));
    if (named.length === 0) {
      const others = [...new Set(apps.map((app) => app.name))];
      return { state: 'notFound', detail: `PM2 at ${this.home} has no app "${name}"`, others };
    }
    const mine = named.filter((app) => belongs(app, this.root));
    if (mine.length === 0) {
      const where = named[0]?.instance.cwd ?? named[0]?.instance.script ?? 'elsewhere';
      return { state: 'otherRoot', detail: `PM2's app "${name}" runs ${where}, which is not below ${this.root}` };
    }
    const roots = new Set(mine.map((app) => `${app.namespace} ${app.instance.script ?? ''}`));
    if (roots.size > 1 || mine.length < named.length) {
      return {
        state: 'ambiguous',
        detail: `${named.length} of PM2's apps are called "${name}", and not all run the same`,
      };
    }
    return { state: 'found', instances: mine.map((app) => app.instance) };
  }
}

/** Whether an app runs code of this root: its script, or where it stands. */
function belongs(app: App, root: string): boolean {
  return [app.instance.script, app.instance.cwd].some((place) => place !== undefined && holds(real(root), real(place)));
}

function real(place: string): string {
  try {
    return realpathSync(place);
  } catch {
    return place; // Gone since the start: its name is all that is left to compare.
  }
}

/** Finds the daemon of a PM2 home by its title, `PM2 v5.3.0: God Daemon (/home/app/.pm2)`, and its socket. Starts nothing. */
function findDaemon(home: string): Daemon | Extract<ProcessReport, { detail: string }> {
  for (const pid of pids()) {
    const title = readText(`/proc/${pid}/cmdline`)?.split('\0').join(' ').trim();
    const match = title === undefined ? null : /^PM2 v(\S+): God Daemon \((.*)\)$/.exec(title);
    if (match?.[1] === undefined || match[2] === undefined || real(match[2]) !== real(home)) continue;
    const owner = ownerOf(pid);
    if (owner !== undefined && owner !== process.getuid?.() && process.getuid?.() !== 0) {
      return {
        state: 'otherUser',
        detail: `The PM2 daemon of ${home} belongs to ${ownerName(owner)}, not to this user`,
      };
    }
    return describeDaemon(pid, home, match[1]);
  }
  return { state: 'noDaemon', detail: `No PM2 daemon runs for ${home}` };
}

function describeDaemon(
  pid: string,
  home: string,
  version: string,
): Daemon | Extract<ProcessReport, { detail: string }> {
  let node: string;
  try {
    statSync(path.join(home, 'rpc.sock'));
    node = readlinkSync(`/proc/${pid}/exe`);
  } catch (error) {
    return { state: 'failed', detail: `The PM2 daemon of ${home} cannot be reached (${String(error)})` };
  }
  const environment = environmentOf(pid);
  const cli = findCli(environment, node, version);
  if (cli === undefined) {
    return { state: 'failed', detail: `The command line of PM2 ${version} was not found for its daemon at ${home}` };
  }
  return { home, node: executable(node), cli, environment: { ...environment, PM2_HOME: home } };
}

/** After an upgrade `/proc/<pid>/exe` names a file that is gone; the new one has its place. */
function executable(node: string): string {
  return node.replace(/ \(deleted\)$/, '');
}

/** The daemon's own version of the command line: where it was started from, in its `PATH`, beside its Node. */
function findCli(environment: NodeJS.ProcessEnv, node: string, version: string): string | undefined {
  const started = environment['_'] !== undefined && path.basename(environment['_']) === 'pm2' ? [environment['_']] : [];
  const folders = [
    ...(environment['PATH'] ?? '').split(':'),
    ...(process.env['PATH'] ?? '').split(':'),
    path.dirname(node),
    '/usr/local/bin',
    '/usr/bin',
  ];
  const candidates = [
    ...started,
    ...folders.filter((folder) => folder !== '').map((folder) => path.join(folder, 'pm2')),
  ];
  let other: string | undefined;
  for (const candidate of candidates) {
    const cli = packageOf(candidate);
    if (cli?.version === version) return cli.file;
    if (other === undefined && cli !== undefined) other = cli.file;
  }
  return other;
}

function packageOf(candidate: string): { file: string; version: string } | undefined {
  try {
    const file = realpathSync(candidate);
    const text = readText(path.join(path.dirname(path.dirname(file)), 'package.json'));
    const fields: unknown = text === undefined ? undefined : JSON.parse(text);
    const version = field(fields, 'version');
    return field(fields, 'name') === 'pm2' && typeof version === 'string' ? { file, version } : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function list(daemon: Daemon): Promise<App[]> {
  const output = await pm2(daemon, ['jlist'], LIST_MS);
  return parseList(output);
}

/** `pm2 jlist` may print notices before its JSON, which is the last line that begins as an array of objects, or an empty one. */
export function parseList(output: string): App[] {
  const line = output
    .split('\n')
    .filter((text) => text.startsWith('[{') || text.trim() === '[]')
    .pop();
  if (line === undefined) throw new ManagerFailure('pm2 jlist printed no list');
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ManagerFailure('pm2 jlist printed a list that is no JSON');
  }
  return Array.isArray(value) ? value.flatMap(parseApp) : [];
}

function parseApp(value: unknown): App[] {
  const env = field(value, 'pm2_env');
  const name = field(value, 'name');
  const id = field(value, 'pm_id');
  if (typeof name !== 'string' || typeof id !== 'number' || typeof env !== 'object' || env === null) return [];
  const raw: { [field: string]: unknown } = { ...env };
  const pid = field(value, 'pid');
  const text = (key: string): string | undefined => (typeof raw[key] === 'string' ? raw[key] : undefined);
  const number = (key: string): number => (typeof raw[key] === 'number' ? raw[key] : 0);
  const status = text('status') ?? 'unknown';
  const since = number('pm_uptime');
  const script = text('pm_exec_path');
  const cwd = text('pm_cwd');
  return [
    {
      name,
      namespace: text('namespace') ?? 'default',
      raw,
      instance: {
        id: String(id),
        status,
        pid: status === 'online' && typeof pid === 'number' ? pid : 0,
        restarts: number('restart_time'),
        uptimeMs: since > 0 ? Math.max(0, Date.now() - since) : 0,
        mode: text('exec_mode') === 'cluster_mode' ? 'cluster' : 'fork',
        ...(script !== undefined && { script }),
        ...(cwd !== undefined && { cwd }),
        logs: [text('pm_err_log_path'), text('pm_out_log_path')].filter((log): log is string => log !== undefined),
      },
    },
  ];
}

/** One definition for all instances of a cluster: `instances` in it says how many there are. */
export function mergedDefinitions(apps: readonly App[]): { [field: string]: unknown }[] {
  const merged = new Map<string, { [field: string]: unknown }>();
  for (const app of apps) {
    const defined = definitionOf(app);
    const key = `${app.namespace} ${app.name}`;
    const others = merged.get(key);
    if (others === undefined) merged.set(key, { ...defined, instances: 1 });
    else others['instances'] = Number(others['instances']) + 1;
  }
  return [...merged.values()];
}

/** What `pm2 start` needs to make the app again as it was. */
function definitionOf(app: App): { [field: string]: unknown } {
  const { raw } = app;
  const kept: { [field: string]: unknown } = {
    name: app.name,
    namespace: app.namespace,
    script: raw['pm_exec_path'],
    cwd: raw['pm_cwd'],
  };
  const copied: readonly [string, string][] = [
    ['args', 'args'],
    ['node_args', 'node_args'],
    ['exec_interpreter', 'interpreter'],
    ['exec_mode', 'exec_mode'],
    ['env', 'env'],
    ['pm_out_log_path', 'out_file'],
    ['pm_err_log_path', 'error_file'],
    ['autorestart', 'autorestart'],
    ['max_memory_restart', 'max_memory_restart'],
    ['kill_timeout', 'kill_timeout'],
    ['wait_ready', 'wait_ready'],
    ['listen_timeout', 'listen_timeout'],
  ];
  for (const [from, to] of copied) if (raw[from] !== undefined) kept[to] = raw[from];
  return kept;
}

async function pm2(daemon: Daemon, words: readonly string[], timeoutMs: number): Promise<string> {
  const result = await execute(daemon.node, [daemon.cli, ...words], { timeoutMs, environment: daemon.environment });
  if (result.status === 0) return result.stdout;
  const last = (result.stderr + result.stdout).trim().split('\n').slice(-3).join(' ');
  throw new ManagerFailure(
    `pm2 ${words[0] ?? ''} ${result.timedOut ? `did not end in ${timeoutMs / 1000} s` : `ended with ${String(result.status)}`}: ${last}`,
  );
}

/** Where the daemon died with the app: the same Node and the same `pm2`, with the same environment, start both again. */
function lastDaemon(definition: string, home: string): Daemon {
  const kept: unknown = field(JSON.parse(readFileSync(definition, 'utf8')), 'daemon');
  const [node, cli, environment] = ['node', 'cli', 'environment'].map((name) => field(kept, name));
  if (typeof node === 'string' && typeof cli === 'string' && typeof environment === 'object' && environment !== null) {
    const found = [node, process.execPath].find((each) => readable(each));
    if (found !== undefined && readable(cli)) {
      return { home, node: found, cli, environment: { ...environment, PM2_HOME: home } };
    }
  }
  throw new ManagerFailure(`No PM2 daemon runs for ${home}, and what started it is gone: ${String(cli)}`);
}

function readable(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function environmentOf(pid: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const pair of (readText(`/proc/${pid}/environ`) ?? '').split('\0')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    // The daemon was started with a channel to its starter: a Node that is told of one which it does not have aborts.
    if (equals > 0 && !name.startsWith('NODE_CHANNEL_')) environment[name] = pair.slice(equals + 1);
  }
  return environment;
}

function pids(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return []; // A host without /proc: no daemon can be told from other processes there.
  }
}

function ownerOf(pid: string): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined; // Ended just now.
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // Somebody else's, or gone: either way it tells nothing.
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as { [field: string]: unknown })[name] : undefined;
}
