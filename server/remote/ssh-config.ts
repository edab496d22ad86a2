import os from 'node:os';
import path from 'node:path';
import SSHConfig from 'ssh-config';
import { SettingUnusable } from './failures.ts';
import { readSshConfig } from './ssh-config-file.ts';

/** What `~/.ssh/config` says of a host, reduced to what is used here. Words as in ssh_config(5). */
export interface SshSettings {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** A socket, or `none`. */
  readonly identityAgent?: string;
  readonly proxyJump: readonly string[];
  readonly userKnownHostsFiles: readonly string[];
  readonly hostKeyAlias?: string;
  /** `yes` never asks about an unknown key. */
  readonly strict: boolean;
  readonly connectTimeoutMs: number;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 15_000;

const DEFAULT_IDENTITIES = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * The settings for an alias or a host name. What the target names itself (`port`, `user`) wins over the file, as an option given to
 * `ssh` does. Throws `FileUnusable`, and `SettingUnusable` where what it says cannot be acted on.
 */
export function sshSettings(host: string, own: { port?: number; user?: string }, home: string): SshSettings {
  const folder = path.join(home, '.ssh');
  const config = SSHConfig.parse(readSshConfig(home));
  const found = config.compute({ Host: host, ...(own.user !== undefined && { User: own.user }) });
  const all = (name: string): string[] => {
    const value = valueOf(found, name);
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  };
  const one = (name: string): string | undefined => all(name)[0];

  const command = one('ProxyCommand');
  if (command !== undefined && command.toLowerCase() !== 'none') {
    const remedy = 'Use ProxyJump, or give the host a name here that can be reached without a command.';
    throw new SettingUnusable(host, 'ProxyCommand', 'Driftline runs no command to reach a host', remedy);
  }

  const hostName = (one('HostName') ?? host).replaceAll('%h', host);
  const user = own.user ?? one('User') ?? os.userInfo().username;
  const port = own.port ?? Number(one('Port') ?? 22);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SettingUnusable(
      host,
      'Port',
      `"${one('Port') ?? port}" is no port`,
      'Correct it: a number from 1 to 65535.',
    );
  }
  const expand = (word: string): string => expandTokens(word, { home, hostName, user, port, alias: host });
  const identities = all('IdentityFile').map(expand);
  const identityAgent = one('IdentityAgent');
  const hostKeyAlias = one('HostKeyAlias');
  const jump = one('ProxyJump');
  return {
    hostName,
    port,
    user,
    identityFiles: identities.length > 0 ? identities : DEFAULT_IDENTITIES.map((name) => path.join(folder, name)),
    identitiesOnly: one('IdentitiesOnly')?.toLowerCase() === 'yes',
    ...(identityAgent !== undefined && { identityAgent: identityAgent === 'none' ? 'none' : expand(identityAgent) }),
    proxyJump: jump === undefined || jump.toLowerCase() === 'none' ? [] : jump.split(',').map((hop) => hop.trim()),
    userKnownHostsFiles: knownHostsFiles(all('UserKnownHostsFile').map(expand), folder),
    ...(hostKeyAlias !== undefined && { hostKeyAlias }),
    strict: one('StrictHostKeyChecking')?.toLowerCase() === 'yes',
    connectTimeoutMs: seconds(one('ConnectTimeout')) ?? DEFAULT_CONNECT_TIMEOUT_MS,
  };
}

/** The aliases that a person has given their hosts, patterns left out. */
export function sshAliases(home: string): string[] {
  const config = SSHConfig.parse(readSshConfig(home));
  const names = config.flatMap((line) => {
    if (!('param' in line) || line.param.toLowerCase() !== 'host') return [];
    return typeof line.value === 'string' ? line.value.split(/\s+/) : line.value.map((word) => word.val);
  });
  return [...new Set(names)].filter((name) => !/[*?!]/.test(name));
}

/** `none` and what is no number leave it at the default. */
function seconds(value: string | undefined): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number * 1000 : undefined;
}

function valueOf(found: Record<string, string | string[]>, name: string): string | string[] | undefined {
  const key = Object.keys(found).find((other) => other.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : found[key];
}

function knownHostsFiles(named: readonly string[], folder: string): string[] {
  const files = named.flatMap((value) => value.split(/\s+/)).filter((file) => file !== 'none');
  return files.length > 0 ? files : [path.join(folder, 'known_hosts'), path.join(folder, 'known_hosts2')];
}

/** The tokens that ssh_config(5) allows in file names. */
function expandTokens(
  word: string,
  tokens: { home: string; hostName: string; user: string; port: number; alias: string },
): string {
  const values: Readonly<Record<string, string>> = {
    '%%': '%',
    '%d': tokens.home,
    '%h': tokens.hostName,
    '%n': tokens.alias,
    '%p': String(tokens.port),
    '%r': tokens.user,
    '%u': os.userInfo().username,
  };
  const home = word.startsWith('~/') ? path.join(tokens.home, word.slice(2)) : word;
  return home.replace(/%[%dhnpru]/g, (token) => values[token] ?? token);
}
