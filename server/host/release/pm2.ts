import { readFileSync, realpathSync } from 'fs';
import type { ProcessInstance, ProcessReport } from '../../core/plan/host-report.ts';
import type { ProcessSpec } from '../../core/plan/plan.ts';
import { holds } from '../root.ts';
import { failedReport, ManagerFailure } from './manager.ts';
import type { ProcessManager } from './manager.ts';
import { findDaemon, keptDaemon, pm2, proveAllowed } from './pm2-daemon.ts';
import type { Daemon } from './pm2-daemon.ts';

type Pm2Spec = Extract<ProcessSpec, { kind: 'pm2' }>;

/** One of PM2's apps, reduced to what is needed. `raw` holds its whole environment, secrets included: it never leaves the host. */
export interface App {
  readonly instance: ProcessInstance;
  readonly name: string;
  readonly namespace: string;
  readonly raw: { readonly [field: string]: unknown };
}

const LIST_MS = 20_000;
const RESTART_MS = 120_000;
const START_FROM_INPUT = ['start', '-'];

/** PM2, spoken to only where its daemon lives: `pm2 jlist` without one would start it. */
export class Pm2 implements ProcessManager {
  constructor(
    readonly spec: Pm2Spec,
    readonly root: string,
  ) {}

  async inspect(): Promise<ProcessReport> {
    const daemon = findDaemon(this.spec);
    if (!('node' in daemon)) return daemon;
    let apps: App[];
    try {
      apps = await list(daemon);
    } catch (error) {
      return failedReport(error);
    }
    return this.#choose(apps, daemon.home);
  }

  /** For `pm2 start`, with what started the daemon beside it: its environment may hold secrets, so this stays on the host. */
  async definition(): Promise<string | null> {
    const daemon = this.#daemon();
    const apps = this.#mine(await list(daemon));
    return JSON.stringify({ apps: mergedDefinitions(apps), daemon });
  }

  async prove(): Promise<void> {
    await proveAllowed(this.#daemon(), ['restart', '0'], ['stop', '0'], START_FROM_INPUT);
  }

  async restart(): Promise<void> {
    try {
      await this.#order('restart');
    } catch (error) {
      if (!(error instanceof ManagerFailure)) throw error;
      // PM2 restarts nothing that has crashed and waits for its next start; once stopped, it waits for nothing.
      await this.#order('stop');
      await this.#order('restart');
    }
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
    const found = findDaemon(this.spec);
    const known = 'node' in found && this.#mine(await list(found)).length > 0;
    if (known || definition === undefined) return this.restart();
    const text = readFileSync(definition, 'utf8');
    // Where no daemon lives any more, this starts one.
    const daemon = 'node' in found ? found : keptDaemon(field(JSON.parse(text), 'daemon'));
    // Another user cannot read our file. PM2 itself reads it where it can: that takes the least.
    if (daemon.user === undefined) await pm2(daemon, ['start', definition], RESTART_MS);
    else await pm2(daemon, START_FROM_INPUT, RESTART_MS, text);
  }

  #daemon(): Daemon {
    const daemon = findDaemon(this.spec);
    if ('node' in daemon) return daemon;
    throw new ManagerFailure(daemon.detail, daemon.remedy);
  }

  #mine(apps: readonly App[]): App[] {
    const { name, namespace } = this.spec;
    return apps.filter(
      (app) => app.name === name && (namespace === undefined || app.namespace === namespace) && belongs(app, this.root),
    );
  }

  #choose(apps: readonly App[], home: string): ProcessReport {
    const { name, namespace } = this.spec;
    const named = apps.filter((app) => app.name === name && (namespace === undefined || app.namespace === namespace));
    if (named.length === 0) {
      const others = [...new Set(apps.map((app) => app.name))];
      return { state: 'notFound', detail: `PM2 at ${home} has no app "${name}"`, others };
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
  const kept: { [field: string]: unknown } = { name: app.name, namespace: app.namespace };
  for (const [from, to] of RENAMED) if (raw[from] !== undefined) kept[to] = raw[from];
  for (const key of SAME) if (raw[key] !== undefined) kept[key] = raw[key];
  // `env_staging` and its like, of a `--env staging` to come. A variable of the app's that is called so is a text.
  for (const key of Object.keys(raw)) if (key.startsWith('env_') && typeof raw[key] === 'object') kept[key] = raw[key];
  return kept;
}

/** What PM2 calls otherwise in its list than in a definition. */
const RENAMED: readonly (readonly [listed: string, defined: string])[] = [
  ['pm_exec_path', 'script'],
  ['pm_cwd', 'cwd'],
  ['exec_interpreter', 'interpreter'],
  ['pm_out_log_path', 'out_file'],
  ['pm_err_log_path', 'error_file'],
  ['pm_log_path', 'log_file'],
  ['pm_pid_path', 'pid_file'],
];

/** All else that a definition may say, by PM2's own schema (`lib/API/schema.json`); how many instances there are is counted. */
const SAME: readonly string[] = [
  ...['args', 'node_args', 'exec_mode', 'env', 'filter_env', 'uid', 'gid', 'instance_var', 'increment_var'],
  ...['autostart', 'autorestart', 'max_restarts', 'min_uptime', 'max_memory_restart', 'stop_exit_codes'],
  ...['restart_delay', 'exp_backoff_restart_delay', 'cron_restart'],
  ...['wait_ready', 'listen_timeout', 'kill_timeout', 'kill_retry_time', 'shutdown_with_message', 'treekill'],
  ...['watch', 'watch_delay', 'watch_options', 'ignore_watch'],
  ...['disable_logs', 'merge_logs', 'log_type', 'log_date_format', 'time'],
  ...['source_map_support', 'disable_source_map_support', 'vizion', 'post_update', 'pmx', 'automation', 'windowsHide'],
  ...['trace', 'disable_trace', 'v8', 'event_loop_inspector', 'deep_monitoring', 'io'],
];

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as { [field: string]: unknown })[name] : undefined;
}
