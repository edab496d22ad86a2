import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { appendFile, chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TemporaryHome } from './home.ts';
import { temporaryFolder } from './home.ts';
import { freePort } from './net.ts';
import { descendants, end, isAlive, until } from './processes.ts';

const run = promisify(execFile);

const SSHD = '/usr/sbin/sshd';
/** A port that was free may be taken by somebody else before sshd has it. */
const ATTEMPTS = 5;

export interface SshdOptions {
  /** The client's home: gets a user key, and the entries that are asked for below. */
  readonly home: TemporaryHome;
  /**
   * What commands on the host find in their environment. `HOME` is a folder of this sshd by default (the account's own is never
   * touched), `PATH` has the Node that runs the tests first.
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further lines of `sshd_config`, which win over ours. */
  readonly config?: readonly string[];
  /** A host on which no Node is to be found, wherever this machine keeps its own. */
  readonly withoutNode?: boolean;
  /** Every account of the machine is let in, each with its own home. Only a privileged sshd can do that. */
  readonly everybody?: boolean;
  /** Commands obey file permissions even where the tests run as root, whom no mode stops otherwise. */
  readonly powerless?: boolean;
}

/** A real OpenSSH server on the loopback interface, with keys and a configuration of its own. */
export interface Sshd {
  readonly port: number;
  /** The account that tests run as: the only one that an unprivileged sshd can let in. */
  readonly user: string;
  /** The file of the user key that it lets in. */
  readonly keyFile: string;
  /** `$HOME` of what runs on the host. */
  readonly hostHome: string;
  /** Its listening process. */
  readonly pid: () => number;
  /** As `ssh-keygen -lf` shows it. */
  readonly hostKeyFingerprint: () => string;
  /** All that it has written to its log. */
  readonly log: () => string;
  /** Adds `alias` to the client's `~/.ssh/config`. */
  writeClientConfig(alias: string, more?: readonly string[]): Promise<void>;
  /** Adds its host key to the client's `~/.ssh/known_hosts`; `port` where a relay stands before it. */
  acceptHostKey(port?: number): Promise<void>;
  /** Lets the holder of another key in too. */
  letIn(keyFile: string): Promise<void>;
  /** The same address with another host key, as after a reinstallation, or with somebody in between. */
  restartWithNewHostKey(): Promise<void>;
  /** Ends every session, and leaves sshd listening. */
  dropSessions(): void;
  /** Ends sshd and every session on it, and removes its folder. What a session left running on purpose lives on. */
  stop(): Promise<void>;
}

export async function startSshd(options: SshdOptions): Promise<Sshd> {
  const folder = await temporaryFolder('sshd');
  try {
    return await start(folder, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function start(folder: string, options: SshdOptions): Promise<Sshd> {
  const { home } = options;
  const keyFile = await userKey(home);
  await writeFile(path.join(folder, 'authorized_keys'), await readFile(`${keyFile}.pub`));
  // An account's keys are read with its own rights.
  if (options.everybody === true) await chmod(folder, 0o755);
  const hostHome = options.environment?.['HOME'] ?? path.join(folder, 'home');
  await mkdir(hostHome, { recursive: true, mode: 0o700 });
  let hostKey = await newHostKey(folder);
  let listening = await listenSomewhere(folder, hostHome, options);
  const { port } = listening;
  const earlier: string[] = [];

  const endSessions = (): void => {
    for (const { pid } of sessionsOf(listening)) end(pid, 'SIGKILL');
  };
  const endListening = async (): Promise<void> => {
    const sessions = sessionsOf(listening);
    await listening.end();
    for (const { pid } of sessions) end(pid, 'SIGKILL');
    await until('the sessions of sshd have ended', () => sessions.every(({ pid }) => !isAlive(pid)));
    earlier.push(listening.log());
  };
  return {
    port,
    user: os.userInfo().username,
    keyFile,
    hostHome,
    pid: () => listening.pid,
    hostKeyFingerprint: () => hostKey.fingerprint,
    log: () => [...earlier, listening.log()].join(''),
    writeClientConfig: async (alias, more = []) => {
      const lines = ['HostName 127.0.0.1', `Port ${port}`, `User ${os.userInfo().username}`, `IdentityFile ${keyFile}`];
      const entry = [`Host ${alias}`, ...[...lines, ...more].map((line) => `  ${line}`), ''].join('\n');
      await appendFile(path.join(home.ssh, 'config'), entry, { mode: 0o600 });
    },
    acceptHostKey: async (at = port) => {
      const line = `[127.0.0.1]:${at} ${hostKey.publicKey}\n`;
      await appendFile(path.join(home.ssh, 'known_hosts'), line, { mode: 0o600 });
    },
    letIn: async (key) => appendFile(path.join(folder, 'authorized_keys'), await readFile(`${key}.pub`)),
    restartWithNewHostKey: async () => {
      await endListening();
      hostKey = await newHostKey(folder);
      listening = await listen(folder, port);
    },
    dropSessions: endSessions,
    stop: async () => {
      await endListening();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Listening {
  readonly pid: number;
  readonly port: number;
  readonly log: () => string;
  end(): Promise<void>;
}

class PortTaken extends Error {}

async function listenSomewhere(folder: string, hostHome: string, options: SshdOptions): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    await writeFile(path.join(folder, 'sshd_config'), await sshdConfig(folder, port, hostHome, options));
    try {
      return await listen(folder, port);
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Resolves when sshd says that it listens. */
async function listen(folder: string, port: number): Promise<Listening> {
  try {
    accessSync(SSHD, constants.X_OK);
  } catch (error) {
    throw new Error(`There is no ${SSHD}: install Debian's openssh-server.`, { cause: error });
  }
  // Debian makes this folder when its own service starts; a privileged sshd ends without it.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const child = spawn(SSHD, ['-D', '-e', '-f', path.join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  // Not its streams' end: sessions hold its standard error open.
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (/Server listening on 127\.0\.0\.1 port/.test(log)) resolve();
    });
    child.once('error', reject);
    child.once('close', () => {
      const TakenOrNot = log.includes('already in use') ? PortTaken : Error;
      reject(new TakenOrNot(`sshd did not start: ${log}`));
    });
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    child.stderr.destroy();
  };
  return { pid: pidOf(child), port, log: () => log, end: stop };
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('sshd has no process id');
  return child.pid;
}

function sessionsOf(listening: Listening): { pid: number }[] {
  // By its first word: paths in this sshd's folder may stand in the words of anything that runs on the host.
  return descendants(listening.pid).filter(({ command }) => /^(\S*\/)?sshd/.test(command));
}

async function sshdConfig(folder: string, port: number, hostHome: string, options: SshdOptions): Promise<string> {
  const nodeFolder = path.dirname(process.execPath);
  const environment = {
    ...(options.everybody !== true && { HOME: hostHome }),
    PATH: `${nodeFolder}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    ...options.environment,
    ...(options.withoutNode === true && (await environmentWithoutNode(folder))),
  };
  const words = Object.entries(environment).map(([name, value]) => `"${name}=${value.replaceAll('"', '\\"')}"`);
  return [
    ...(options.config ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${path.join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${path.join(folder, 'authorized_keys')}`,
    'AuthenticationMethods publickey',
    'PidFile none',
    // Both need a privileged sshd, and say nothing about the product.
    'UsePAM no',
    'StrictModes no',
    'UseDNS no',
    'PrintMotd no',
    'LogLevel VERBOSE',
    'MaxStartups 100',
    'MaxSessions 50',
    'PermitUserRC no',
    'Subsystem sftp internal-sftp',
    `SetEnv ${words.join(' ')}`,
    ...(await forcedCommand(folder, options)),
    ...((await hasPenalties()) ? ['PerSourcePenalties no'] : []),
    '',
  ].join('\n');
}

/** Since 9.8, sshd shuts out an address whose logins fail, as those of a test of wrong keys do. */
async function hasPenalties(): Promise<boolean> {
  const { stderr } = await run('ssh', ['-V']);
  const [, major = '0', minor = '0'] = /OpenSSH_(\d+)\.(\d+)/.exec(stderr) ?? [];
  return Number(major) > 9 || (Number(major) === 9 && Number(minor) >= 8);
}

/**
 * A `PATH` with this machine's programs but for Node, a shell that knows no other, and commands in which the places where Nodes are kept
 * are spelt so that nothing is there.
 */
async function environmentWithoutNode(folder: string): Promise<Record<string, string>> {
  const bin = path.join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const place of ['/usr/bin', '/bin']) {
    const present = new Set(await readdir(bin));
    for (const name of await readdir(place)) {
      if (/^(node|nodejs|npm|npx|corepack)$/.test(name) || present.has(name)) continue;
      await symlink(path.join(place, name), path.join(bin, name));
    }
  }
  return { PATH: bin, SHELL: '/bin/false' };
}

/** What stands between the client's command and its shell, where a host is to be another than this machine. */
async function forcedCommand(folder: string, options: SshdOptions): Promise<string[]> {
  const { withoutNode = false, powerless = false } = options;
  if (!withoutNode && !powerless) return [];
  const file = path.join(folder, 'forced.sh');
  const asked = `printf '%s' "$SSH_ORIGINAL_COMMAND"`;
  const command = withoutNode ? `${asked} | sed 's#bin/node#bin/no-node#g'` : asked;
  const drop = powerless && process.getuid?.() === 0 ? 'setpriv --bounding-set=-all --inh-caps=-all ' : '';
  await writeFile(file, `exec ${drop}/bin/sh -c "$(${command})"\n`);
  return [`ForceCommand /bin/sh ${file}`];
}

async function userKey(home: TemporaryHome): Promise<string> {
  const file = path.join(home.ssh, 'id_ed25519');
  // Several servers may let the same person in.
  if (!(await readdir(home.ssh)).includes('id_ed25519')) await newKey(file);
  return file;
}

async function newHostKey(folder: string): Promise<{ fingerprint: string; publicKey: string }> {
  const file = path.join(folder, 'host_key');
  await rm(file, { force: true });
  await newKey(file);
  const { stdout } = await run('ssh-keygen', ['-lf', `${file}.pub`]);
  const fingerprint = stdout.split(' ')[1];
  if (fingerprint === undefined) throw new Error(`ssh-keygen printed no fingerprint: ${stdout}`);
  const [type, key] = (await readFile(`${file}.pub`, 'utf8')).split(' ');
  return { fingerprint, publicKey: `${type} ${key}` };
}

/** A fresh key, its public half beside it. */
export async function newKey(file: string, passphrase = ''): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'driftline-test', '-f', file]);
}
