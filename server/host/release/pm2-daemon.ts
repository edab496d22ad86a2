import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'fs';
import { homedir } from 'os';
import * as path from 'path';
import type { ProcessReport } from '../../core/plan/host-report.ts';
import type { ProcessSpec } from '../../core/plan/plan.ts';
import { hasCode } from '../names.ts';
import { accountOf, ownerName } from '../users.ts';
import { execute } from './execute.ts';
import { ManagerFailure } from './manager.ts';
import { proveSudo, runAs } from './sudo.ts';
import type { Command } from './sudo.ts';

type Pm2Spec = Extract<ProcessSpec, { kind: 'pm2' }>;
export type NoDaemon = Extract<ProcessReport, { remedy?: string }>;

/**
 * A PM2 daemon that lives, and how it is spoken to: by the command line of its own version, with its own Node and `PM2_HOME`, as the user
 * that it belongs to. Which Node another user's daemon has only root can see; it is spoken to by the one that runs this.
 */
export interface Daemon {
  readonly home: string;
  readonly node: string;
  readonly cli: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Whose it is, where that is another user. */
  readonly user?: string;
}

/** Finds the daemon of a PM2 home by its title, `PM2 v5.3.0: God Daemon (/home/app/.pm2)`, and its socket. Starts nothing. */
export function findDaemon(spec: Pm2Spec): Daemon | NoDaemon {
  const account = spec.user === undefined ? undefined : accountOf(spec.user);
  if (spec.user !== undefined && account === undefined) {
    const remedy = 'Correct "user" in "process", which names whom the PM2 daemon belongs to.';
    return { state: 'failed', detail: `There is no user ${spec.user} on the host`, remedy };
  }
  const home = spec.home ?? (account ? path.join(account.home, '.pm2') : ownHome());
  for (const pid of pids()) {
    const title = readText(`/proc/${pid}/cmdline`)?.split('\0').join(' ').trim();
    const match = title === undefined ? null : /^PM2 v(\S+): God Daemon \((.*)\)$/.exec(title);
    if (match?.[1] === undefined || match[2] === undefined || real(match[2]) !== real(home)) continue;
    const owner = ownerOf(pid);
    if (owner === undefined) continue;
    const me = process.getuid?.();
    const isAllowed = account === undefined ? owner === me || me === 0 : owner === account.uid;
    if (!isAllowed) return ofAnother(home, ownerName(owner), spec.user);
    return describeDaemon(pid, home, match[1], owner === me ? undefined : ownerName(owner));
  }
  return { state: 'noDaemon', detail: `No PM2 daemon runs for ${home}` };
}

function ownHome(): string {
  return process.env['PM2_HOME'] ?? path.join(homedir(), '.pm2');
}

function ofAnother(home: string, owner: string, expected: string | undefined): NoDaemon {
  return {
    state: 'otherUser',
    detail: `The PM2 daemon of ${home} belongs to ${owner}, not to ${expected ?? 'this user'}`,
    remedy:
      expected === undefined
        ? `Connect as ${owner} ("user" of the target), or add "user": "${owner}" to "process" and permit it by sudo.`
        : `Correct "user" or "home" in "process".`,
  };
}

function describeDaemon(pid: string, home: string, version: string, user: string | undefined): Daemon | NoDaemon {
  const isRead = user === undefined || process.getuid?.() === 0;
  let node = process.execPath;
  try {
    // What another user keeps to itself is only known to be there by the daemon's title.
    if (isRead) {
      statSync(path.join(home, 'rpc.sock'));
      node = readlinkSync(`/proc/${pid}/exe`);
    }
  } catch (error) {
    return { state: 'failed', detail: `The PM2 daemon of ${home} cannot be reached (${String(error)})` };
  }
  const environment = isRead ? environmentOf(pid) : process.env;
  const folders = foldersOf(environment, node);
  const cli = findCli(environment, folders, version);
  if (cli === undefined) {
    return {
      state: 'failed',
      detail: `The command line of PM2 ${version} was not found for its daemon at ${home}: there is no pm2 in ${folders.join(', ')}`,
      remedy:
        'Whoever starts the app learns where it is by: command -v pm2. Link it from there, as root: ln -s THAT /usr/local/bin/pm2',
    };
  }
  return {
    home,
    node: executable(node),
    cli,
    environment: { ...environment, PM2_HOME: home },
    ...(user !== undefined && { user }),
  };
}

/** After an upgrade `/proc/<pid>/exe` names a file that is gone; the new one has its place. */
function executable(node: string): string {
  return node.replace(/ \(deleted\)$/, '');
}

/** Where `pm2` is looked for: in the daemon's own `PATH` and in this session's, beside its Node, and where packages are installed. */
function foldersOf(environment: NodeJS.ProcessEnv, node: string): string[] {
  const paths = [environment['PATH'], process.env['PATH']].flatMap((each) => (each ?? '').split(':'));
  return [...new Set([...paths, path.dirname(node), '/usr/local/bin', '/usr/bin'])].filter((folder) => folder !== '');
}

/** The daemon's own version of the command line, first where it was started from; else another one. */
function findCli(environment: NodeJS.ProcessEnv, folders: readonly string[], version: string): string | undefined {
  const started = environment['_'] !== undefined && path.basename(environment['_']) === 'pm2' ? [environment['_']] : [];
  let other: string | undefined;
  for (const candidate of [...started, ...folders.map((folder) => path.join(folder, 'pm2'))]) {
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

/** Where the daemon died with the app: the same Node and the same `pm2`, with the same environment, start both again. */
export function keptDaemon(kept: unknown): Daemon {
  const [home, node, cli, environment, user] = ['home', 'node', 'cli', 'environment', 'user'].map((name) =>
    field(kept, name),
  );
  if (
    typeof home === 'string' &&
    typeof node === 'string' &&
    typeof cli === 'string' &&
    typeof environment === 'object' &&
    environment !== null
  ) {
    const found = [node, process.execPath].find((each) => readable(each));
    if (found !== undefined && readable(cli)) {
      const whose = typeof user === 'string' ? { user } : {};
      return { home, node: found, cli, environment: { ...environment, PM2_HOME: home }, ...whose };
    }
  }
  throw new ManagerFailure(`No PM2 daemon runs for ${String(home)}, and what started it is gone: ${String(cli)}`);
}

function readable(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Calls the daemon's command line, and gives what it printed. */
export async function pm2(
  daemon: Daemon,
  words: readonly string[],
  timeoutMs: number,
  input?: string,
): Promise<string> {
  const { node, environment, user } = daemon;
  const options = { timeoutMs, environment, ...(input !== undefined && { input }) };
  const result =
    user === undefined
      ? await execute(node, [daemon.cli, ...words], options)
      : await runAs(user, commandOf(daemon, words), options);
  if (result.status === 0) return result.stdout;
  const last = (result.stderr + result.stdout).trim().split('\n').slice(-3).join(' ');
  throw new ManagerFailure(
    `pm2 ${words[0] ?? ''} ${result.timedOut ? `did not end in ${timeoutMs / 1000} s` : `ended with ${String(result.status)}`}: ${last}`,
  );
}

/** Throws a `ManagerFailure` where the daemon's user does not let its command line be called for these. */
export async function proveAllowed(daemon: Daemon, ...calls: readonly (readonly string[])[]): Promise<void> {
  if (daemon.user === undefined) return;
  await proveSudo(
    daemon.user,
    calls.map((words) => commandOf(daemon, words)),
  );
}

/** sudo clears the environment: the command names all that it needs. */
function commandOf({ home, node, cli }: Daemon, words: readonly string[]): Command {
  return { fixed: ['/usr/bin/env', `PM2_HOME=${home}`, node, cli], words };
}

function environmentOf(pid: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const pair of (readText(`/proc/${pid}/environ`) ?? '').split('\0')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    // The daemon was started with a channel to its starter: a Node that is told of one which it does not have aborts.
    // And PM2 silences its daemon, which no app is.
    if (equals > 0 && !name.startsWith('NODE_CHANNEL_') && name !== 'SILENT')
      environment[name] = pair.slice(equals + 1);
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

function real(place: string): string {
  try {
    return realpathSync(place);
  } catch {
    return place; // Another user's, or gone: its name is all there is to compare.
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
