import { execFile } from 'node:child_process';
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './home.ts';
import { descendants, end, isAlive, until } from './processes.ts';

const run = promisify(execFile);

const TOOLS = path.resolve(import.meta.dirname, '../../.cache/production-tools/pm2/node_modules');

/** The folder of PM2's command line, for a `PATH`. */
export const PM2_BIN = path.join(TOOLS, '.bin');

export interface Pm2Options {
  /** `HOME` of the daemon and its apps: never that of whoever runs the tests. */
  readonly home: string;
  /** Whose the daemon is; without it, of whoever runs the tests. */
  readonly account?: { readonly uid: number; readonly gid: number };
}

export interface Pm2App {
  readonly name: string;
  /** Absolute: the app's script, and the folder that it stands in. */
  readonly script: string;
  readonly cwd: string;
  readonly port: number;
  /** Beyond what every app has. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Keys of PM2's own, beyond those of every app or in place of them. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface Pm2Process {
  readonly name: string;
  readonly pid: number;
  readonly status: string;
  readonly restarts: number;
}

/** A real PM2 with a `PM2_HOME` of its own. Its daemon lives from the first app on. */
export interface Pm2 {
  readonly home: string;
  /** Its command line, for a `PATH`. */
  readonly bin: string;
  start(app: Pm2App): Promise<void>;
  list(): Promise<Pm2Process[]>;
  /** Any other command of PM2, such as `stop voice-api`. */
  run(...words: string[]): Promise<string>;
  /** What the app has written to both its logs. */
  logs(name: string): Promise<string>;
  /** Ends the daemon and its apps, and fails where any of them outlives it. */
  stop(): Promise<void>;
}

export async function startPm2(options: Pm2Options): Promise<Pm2> {
  const home = await temporaryFolder('pm2');
  const { account } = options;
  if (account !== undefined) await chown(home, account.uid, account.gid);
  const cli = path.join(TOOLS, 'pm2/bin/pm2');
  const environment = {
    HOME: options.home,
    PM2_HOME: home,
    PM2_DISCRETE_MODE: 'true',
    LANG: 'C.UTF-8',
    PATH: `${PM2_BIN}:${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
  };
  const pm2 = async (...words: string[]): Promise<string> => {
    try {
      const { stdout } = await run(process.execPath, [cli, ...words], {
        cwd: home,
        env: environment,
        timeout: 60_000,
        ...account,
      });
      return stdout;
    } catch (error) {
      throw new Error(`pm2 ${words.join(' ')} failed. Is it there? node scripts/set-up.mjs installs it.`, {
        cause: error,
      });
    }
  };
  return {
    home,
    bin: PM2_BIN,
    start: async (app) => {
      const file = path.join(home, `${app.name}.config.json`);
      const { port, environment, more, ...definition } = app;
      const env = { PORT: String(port), NODE_ENV: 'production', ...environment };
      const apps = [{ ...definition, exec_mode: 'fork', kill_timeout: 1500, env, ...more }];
      await mkdir(home, { recursive: true });
      await writeFile(file, JSON.stringify({ apps }));
      await pm2('start', file);
    },
    list: async () => parseList(await pm2('jlist')),
    run: pm2,
    logs: async (name) => {
      const log = (which: string): Promise<string> => readFile(path.join(home, 'logs', `${name}-${which}.log`), 'utf8');
      return (await Promise.all([log('out'), log('error')])).join('');
    },
    stop: async () => {
      await endDaemon(home);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The daemon is known by the file that it keeps its process id in: nothing is looked for by name. */
async function endDaemon(home: string): Promise<void> {
  const daemon = await daemonOf(home);
  if (daemon === undefined || !isAlive(daemon)) return;
  const all = [daemon, ...descendants(daemon).map(({ pid }) => pid)];
  // On this signal the daemon stops its apps and then ends.
  end(daemon, 'SIGTERM');
  try {
    await until('PM2 and its apps have ended', () => !all.some(isAlive), 15_000);
  } catch (error) {
    const left = all.filter(isAlive);
    for (const pid of left) end(pid, 'SIGKILL');
    throw new Error(`PM2 at ${home} left ${left.length} processes behind.`, { cause: error });
  }
}

async function daemonOf(home: string): Promise<number | undefined> {
  try {
    return Number(await readFile(path.join(home, 'pm2.pid'), 'utf8'));
  } catch (error) {
    // No app was ever started, so no daemon either.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

interface ListedApp {
  readonly name: string;
  readonly pid: number;
  readonly pm2_env: { readonly status: string; readonly restart_time: number };
}

function parseList(output: string): Pm2Process[] {
  const line = output.split('\n').findLast((text) => text.startsWith('['));
  if (line === undefined) throw new Error(`pm2 jlist printed no list: ${output}`);
  const apps = JSON.parse(line) as ListedApp[]; // PM2's own answer; a wrong shape fails the test that asked.
  return apps.map(({ name, pid, pm2_env }) => ({ name, pid, status: pm2_env.status, restarts: pm2_env.restart_time }));
}
