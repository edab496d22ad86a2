import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { SettingUnusable } from './failures.ts';
import { ALGORITHM_KEYWORDS, algorithmsOf } from './ssh-algorithms.ts';
import type { Algorithms } from './ssh-algorithms.ts';
import { readConfig } from './ssh-config-file.ts';
import type { ConfigItem } from './ssh-config-file.ts';
import { hostNameOf, optionsFor } from './ssh-options.ts';
import type { Options } from './ssh-options.ts';

/** What OpenSSH's configuration says of a host, reduced to what is used here. Words as in ssh_config(5). */
export interface SshSettings {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  readonly certificateFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** A socket, or `none`. */
  readonly identityAgent?: string;
  readonly proxyJump: readonly string[];
  /** A command whose standard streams are the line. */
  readonly proxyCommand?: string;
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly hostKeyAlias?: string;
  /** What becomes of a host whose key is not known. A key that has changed is never taken. */
  readonly strictHostKeyChecking: 'yes' | 'ask' | 'accept-new';
  readonly connectTimeoutMs: number;
  /** 0 never asks whether the line still stands. */
  readonly serverAliveIntervalMs: number;
  readonly serverAliveCountMax: number;
  readonly addressFamily: 'any' | 'inet' | 'inet6';
  readonly algorithms: Algorithms;
}

export interface SshSurroundings {
  readonly home: string;
  /** The system's own configuration, which comes after the person's. */
  readonly system?: string;
  /** Whether a `Match exec` may run its command. Connecting at all takes the person's trust; only looking does not. */
  readonly mayRun?: boolean;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 15_000;
/** OpenSSH waits for ever unless told otherwise; an editor should not. */
const DEFAULT_ALIVE_INTERVAL_MS = 10_000;
const DEFAULT_ALIVE_COUNT = 3;
const EXEC_LIMIT_MS = 10_000;

const DEFAULT_IDENTITIES = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const SYSTEM_FOLDER = '/etc/ssh';

/**
 * The settings for an alias or a host name. What the target names itself (`port`, `user`) wins over the files, as an option given to
 * `ssh` does. Throws `FileUnusable`, and `SettingUnusable` where what they say cannot be acted on.
 */
export function sshSettings(host: string, own: { port?: number; user?: string }, around: SshSurroundings): SshSettings {
  const { home } = around;
  const localUser = os.userInfo().username;
  refuseShellWords(host, own.user);
  const options = optionsFor(filesOf(around), {
    host,
    ...(own.user !== undefined && { user: own.user }),
    localUser,
    exec: (command, soFar) => around.mayRun === true && succeeds(expand(command, tokensOf(host, own, soFar, home))),
  });
  const tokens = tokensOf(host, own, options, home);
  const all = (name: string): string[] => options.get(name)?.flatMap((line) => line.words) ?? [];
  const one = (name: string): string | undefined => options.get(name)?.[0]?.words[0];
  const lower = (name: string): string | undefined => one(name)?.toLowerCase();
  const files = (name: string): string[] =>
    all(name)
      .filter((file) => file.toLowerCase() !== 'none')
      .map((file) => expand(file, tokens));
  const port = Number(tokens.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SettingUnusable(host, 'Port', `"${tokens.port}" is no port`, 'Correct it: a number from 1 to 65535.');
  }
  const folder = path.join(home, '.ssh');
  const identityAgent = one('identityagent');
  const hostKeyAlias = one('hostkeyalias');
  return {
    hostName: tokens.hostName,
    port,
    user: tokens.user,
    identityFiles:
      all('identityfile').length > 0
        ? files('identityfile')
        : DEFAULT_IDENTITIES.map((name) => path.join(folder, name)),
    certificateFiles: files('certificatefile'),
    identitiesOnly: lower('identitiesonly') === 'yes',
    ...(identityAgent !== undefined && {
      identityAgent: identityAgent === 'none' ? 'none' : expand(identityAgent, tokens),
    }),
    ...proxyOf(options, tokens, host),
    userKnownHostsFiles: knownHosts(all('userknownhostsfile'), files, 'userknownhostsfile', folder, [
      'known_hosts',
      'known_hosts2',
    ]),
    globalKnownHostsFiles: knownHosts(all('globalknownhostsfile'), files, 'globalknownhostsfile', SYSTEM_FOLDER, [
      'ssh_known_hosts',
      'ssh_known_hosts2',
    ]),
    ...(hostKeyAlias !== undefined && { hostKeyAlias }),
    strictHostKeyChecking: strictness(lower('stricthostkeychecking')),
    connectTimeoutMs: positive(milliseconds(one('connecttimeout'))) ?? DEFAULT_CONNECT_TIMEOUT_MS,
    serverAliveIntervalMs: milliseconds(one('serveraliveinterval')) ?? DEFAULT_ALIVE_INTERVAL_MS,
    serverAliveCountMax: count(one('serveralivecountmax')) ?? DEFAULT_ALIVE_COUNT,
    addressFamily: family(lower('addressfamily')),
    algorithms: algorithms(options, host),
  };
}

/** The aliases that a person has given their hosts, patterns left out. */
export function sshAliases(home: string): string[] {
  const named = (items: readonly ConfigItem[]): string[] =>
    items.flatMap((item) => ('included' in item ? named(item.included) : item.keyword === 'host' ? item.words : []));
  return [...new Set(named(filesOf({ home }).slice(0, 1).flat()))].filter((name) => !/[*?!]/.test(name));
}

function filesOf({ home, system = path.join(SYSTEM_FOLDER, 'ssh_config') }: SshSurroundings): ConfigItem[][] {
  const folder = path.join(home, '.ssh');
  return [
    readConfig(path.join(folder, 'config'), { home, folder }),
    readConfig(system, { home, folder: path.dirname(system) }),
  ];
}

/**
 * A host and a user that come from a committed file end up in the person's own commands (`ProxyCommand`, `Match exec`), so what a shell
 * could read otherwise is no name. OpenSSH refuses the same since 9.6.
 */
function refuseShellWords(host: string, user: string | undefined): void {
  const bad = [host, user ?? ''].find((name) => name.startsWith('-') || /[\s'"`$\\;&<>|(){}]|\p{Cc}/u.test(name));
  if (bad === undefined) return;
  const remedy = 'Correct "host" or "user" in driftline.json.';
  throw new SettingUnusable(host, 'The name', `${JSON.stringify(bad)} holds what a shell could run`, remedy);
}

interface Tokens {
  readonly home: string;
  readonly hostName: string;
  readonly user: string;
  readonly port: string;
  readonly alias: string;
  readonly keyAlias: string;
}

function tokensOf(host: string, own: { port?: number; user?: string }, options: Options, home: string): Tokens {
  const one = (name: string): string | undefined => options.get(name)?.[0]?.words[0];
  const hostName = hostNameOf(options, host).toLowerCase();
  return {
    home,
    hostName,
    user: own.user ?? one('user') ?? os.userInfo().username,
    port: String(own.port ?? one('port') ?? 22),
    alias: host,
    keyAlias: one('hostkeyalias') ?? host,
  };
}

/** The tokens and variables of ssh_config(5), "TOKENS". One that is not known stays as it is. */
function expand(word: string, tokens: Tokens): string {
  const values: Readonly<Record<string, string>> = {
    '%%': '%',
    '%d': tokens.home,
    '%h': tokens.hostName,
    '%i': String(process.getuid?.() ?? ''),
    '%k': tokens.keyAlias,
    '%L': os.hostname().split('.')[0] ?? '',
    '%l': os.hostname(),
    '%n': tokens.alias,
    '%p': tokens.port,
    '%r': tokens.user,
    '%u': os.userInfo().username,
  };
  return word
    .replace(/^~(?=\/|$)/, () => tokens.home)
    .replace(/\$\{(\w+)\}|%[A-Za-z%]/g, (token, name: string | undefined) =>
      name === undefined ? (values[token] ?? token) : (process.env[name] ?? token),
    );
}

/** A jump and a command exclude each other: the one that was said first counts. Only "none" as a jump leaves room for a command. */
function proxyOf(options: Options, tokens: Tokens, host: string): Pick<SshSettings, 'proxyJump' | 'proxyCommand'> {
  const rest = (keyword: string): string | undefined => options.get(keyword)?.[0]?.rest;
  const jump = rest('proxyjump');
  const command = rest('proxycommand');
  const isJumpFirst = [...options.keys()].find((keyword) => /^proxy(jump|command)$/.test(keyword)) === 'proxyjump';
  if (jump !== undefined && isJumpFirst && jump.toLowerCase() !== 'none') {
    return { proxyJump: jump.split(',').map((hop) => hop.trim().replace(/^ssh:\/\//, '')) };
  }
  if (command === undefined || command.toLowerCase() === 'none') return { proxyJump: [] };
  const own = [tokens.hostName, tokens.user, tokens.alias].find((name) => /[\s'"`$\\;&<>|(){}]/.test(name));
  if (own !== undefined) {
    const remedy = 'Correct HostName or User there.';
    throw new SettingUnusable(host, 'ProxyCommand', `${JSON.stringify(own)} holds what a shell could run`, remedy);
  }
  return { proxyJump: [], proxyCommand: expand(command, tokens) };
}

/** @param files reads the keyword's files with their tokens */
function knownHosts(
  said: readonly string[],
  files: (name: string) => string[],
  name: string,
  folder: string,
  usual: readonly string[],
): string[] {
  return said.length > 0 ? files(name) : usual.map((each) => path.join(folder, each));
}

/** "no" is taken for "accept-new": a changed key never passes here. */
function strictness(said: string | undefined): SshSettings['strictHostKeyChecking'] {
  if (said === 'yes' || said === 'true') return 'yes';
  return said === 'accept-new' || said === 'no' || said === 'off' || said === 'false' ? 'accept-new' : 'ask';
}

function family(said: string | undefined): SshSettings['addressFamily'] {
  return said === 'inet' || said === 'inet6' ? said : 'any';
}

function algorithms(options: Options, host: string): Algorithms {
  let all: Algorithms = {};
  for (const keyword of ALGORITHM_KEYWORDS) {
    const line = options.get(keyword)?.[0];
    const list = line?.words[0];
    if (list === undefined) continue;
    const chosen = algorithmsOf(keyword, list);
    if (chosen === undefined) {
      throw new SettingUnusable(host, keyword, `Driftline speaks none of ${list}`, 'Allow another one for this host.');
    }
    all = { ...all, ...chosen };
  }
  return all;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A time as in sshd_config(5), "TIME FORMATS": `90`, `1m30s`. */
function milliseconds(value: string | undefined): number | undefined {
  if (value === undefined || !/^(\d+[smhdw]?)+$/i.test(value)) return undefined;
  const parts = [...value.matchAll(/(\d+)([smhdw]?)/gi)];
  return (
    1000 * parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (UNITS[unit.toLowerCase()] ?? 1), 0)
  );
}

function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}

function count(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** Runs a `Match exec` as OpenSSH does: by the person's shell, with nothing to read. */
function succeeds(command: string): boolean {
  const shell = process.env['SHELL'] ?? '/bin/sh';
  return spawnSync(shell, ['-c', command], { stdio: 'ignore', timeout: EXEC_LIMIT_MS }).status === 0;
}
