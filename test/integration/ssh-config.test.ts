import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sshSettings } from '../../server/remote/ssh-config.ts';
import { temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';

const run = promisify(execFile);

let home: TemporaryHome;

beforeAll(async () => {
  home = await temporaryHome();
});

afterAll(() => home.remove());

/** What OpenSSH's client itself makes of a configuration. */
async function judge(file: string, host: string, user?: string): Promise<Map<string, string[]>> {
  const words = ['-G', '-F', file, ...(user === undefined ? [] : ['-l', user]), host];
  const { stdout } = await run('ssh', words, { env: home.environment() });
  const said = new Map<string, string[]>();
  for (const line of stdout.split('\n')) {
    const space = line.indexOf(' ');
    const keyword = line.slice(0, space).toLowerCase();
    said.set(keyword, [...(said.get(keyword) ?? []), line.slice(space + 1)]);
  }
  return said;
}

/** Both sides in the judge's words; what is left to a default of each is left out. */
async function compare(config: string, host: string, user?: string): Promise<void> {
  const file = path.join(home.ssh, 'config');
  await writeFile(file, config);
  const theirs = await judge(file, host, user);
  const one = (keyword: string): string | undefined => theirs.get(keyword)?.[0];
  const own = user === undefined ? {} : { user };
  const ours = sshSettings(host, own, { home: home.folder, system: '/nowhere', mayRun: true });
  const says = (keyword: string): boolean => new RegExp(`^\\s*${keyword}[\\s=]`, 'im').test(config);
  const spoken = (keyword: string, names: readonly string[] | undefined): void => {
    // The judge also speaks what ssh2 does not.
    const wanted = one(keyword)?.split(',');
    if (names === undefined) return;
    expect(names, keyword).toEqual(wanted?.filter((name) => names.includes(name)));
  };

  expect(ours.hostName).toBe(one('hostname'));
  expect(String(ours.port)).toBe(one('port'));
  expect(ours.user).toBe(one('user'));
  expect(ours.proxyJump.join(',')).toBe(one('proxyjump') ?? '');
  // The judge does not fill its tokens in.
  expect(ours.proxyCommand).toBe(one('proxycommand')?.replaceAll('%h', ours.hostName).replaceAll('%p', '22'));
  expect(ours.hostKeyAlias).toBe(one('hostkeyalias'));
  expect(ours.identitiesOnly).toBe(one('identitiesonly') === 'yes');
  expect(ours.addressFamily).toBe(one('addressfamily'));
  expect(String(ours.serverAliveCountMax)).toBe(one('serveralivecountmax'));
  expect(ours.globalKnownHostsFiles.join(' ')).toBe(one('globalknownhostsfile'));
  const strict: Readonly<Record<string, string>> = { true: 'yes', yes: 'yes', false: 'accept-new', no: 'accept-new' };
  const said = one('stricthostkeychecking') ?? '';
  expect(ours.strictHostKeyChecking).toBe(strict[said] ?? said);
  if (!one('identityfile')?.startsWith('~/.ssh/id_')) expect(ours.identityFiles).toEqual(theirs.get('identityfile'));
  expect(ours.certificateFiles).toEqual(theirs.get('certificatefile') ?? []);
  expect(ours.identityAgent).toBe(one('identityagent'));
  if (says('UserKnownHostsFile') && one('userknownhostsfile')?.startsWith('/known') === true)
    expect(ours.userKnownHostsFiles.join(' ')).toBe(one('userknownhostsfile'));
  if (one('serveraliveinterval') !== '0')
    expect(ours.serverAliveIntervalMs / 1000).toBe(Number(one('serveraliveinterval')));
  if (one('connecttimeout') !== 'none') expect(ours.connectTimeoutMs / 1000).toBe(Number(one('connecttimeout')));
  spoken('ciphers', ours.algorithms.cipher);
  spoken('kexalgorithms', ours.algorithms.kex);
  spoken('macs', ours.algorithms.hmac);
  spoken('hostkeyalgorithms', ours.algorithms.serverHostKey);
}

const BASIC = `
# a comment
Host voice v?-* !v1-bad
  HostName %h.Example.COM
  Port=2222
  User "deploy user"
  IdentityFile /keys/one
  IdentityFile "/keys/with space"
  IdentityFile '/keys/one'
  CertificateFile /keys/one-cert.pub
  IdentitiesOnly yes
  IdentityAgent /run/%r.sock
  UserKnownHostsFile /known/%h /known/%p
  GlobalKnownHostsFile /global/one /global/two
  HostKeyAlias alias-of-%h
  StrictHostKeyChecking accept-new
  ServerAliveInterval 7
  ServerAliveCountMax 9
  ConnectTimeout 1m30s
  AddressFamily inet6
Host *
  Port 1
  User second
  IdentityFile /keys/last
  StrictHostKeyChecking no
  ConnectTimeout 5
`;

const MATCH = `
Match originalhost voice,chat user ops
  Port 2001
Match host !*.example,* localuser nobody-here
  Port 2002
Match host="voice"
  HostName voice.example
Match host *.example !user root
  IdentityFile /keys/example
Match host voice.example exec "test %h = voice.example && test %n = voice"
  Port 2003
Match exec "false"
  Port 2004
Match !originalhost voice
  Port 2005
Match all
  Port 2006
  ServerAliveCountMax 4
`;

const FINAL = `
Host short
  HostName long.example
Match final host long.example
  Port 2010
  User from-final
Host long.example
  IdentityFile /keys/long
Match canonical
  HostKeyAlias canonical
`;

const PROXIES = `
Host a
  ProxyJump one,two@three:2200,ssh://four:5
Host b
  ProxyJump none
Host c
  ProxyCommand nc -X 5 "%h" %p
Host d
  ProxyCommand none
Host *
  ProxyJump last
  ProxyCommand never
`;

const ALGORITHMS = `
Host plus
  Ciphers +aes128-cbc,3des-cbc
  KexAlgorithms +diffie-hellman-group14-sha1
  MACs +hmac-md5
  HostKeyAlgorithms +ssh-rsa
Host minus
  Ciphers -aes*-ctr,chacha*
  KexAlgorithms -ecdh-*
  MACs -*etm*
  HostKeyAlgorithms -ecdsa-*
Host first
  Ciphers ^aes256-gcm@openssh.com
  KexAlgorithms ^diffie-hellman-group14-sha256
  MACs ^hmac-sha1
  HostKeyAlgorithms ^rsa-sha2-256
Host list
  Ciphers aes256-ctr,aes128-ctr
  KexAlgorithms curve25519-sha256
  MACs hmac-sha2-512
  HostKeyAlgorithms rsa-sha2-512,ssh-ed25519
`;

describe('what ssh -G says', () => {
  it.each([
    ...['voice', 'v1-good', 'v1-bad', 'vx-', 'VOICE', 'other'].map((host) => [host, BASIC, undefined] as const),
    ...['voice', 'chat', 'other.example', 'Voice'].flatMap((host) =>
      [undefined, 'ops', 'root'].map((user) => [host, MATCH, user] as const),
    ),
    ...['short', 'long.example', 'other'].map((host) => [host, FINAL, undefined] as const),
    ...['a', 'b', 'c', 'd', 'e'].map((host) => [host, PROXIES, undefined] as const),
    ...['plus', 'minus', 'first', 'list', 'none'].map((host) => [host, ALGORITHMS, undefined] as const),
  ])('is read for %s', async (host, config, user) => {
    await compare(config, host, user);
  });

  it('is read of files that include others, under hosts that hold or do not', async () => {
    const folder = path.join(home.folder, 'conf.d');
    await mkdir(folder);
    await writeFile(path.join(folder, '10-a.conf'), 'Port 2101\nHost voice\n  User from-a\n');
    await writeFile(
      path.join(folder, '20-b.conf'),
      'Host *\n  User from-b\n  HostKeyAlias b\nMatch all\n  Port 2102\n',
    );
    await writeFile(path.join(folder, 'not-included'), 'Port 1\n');
    const config = `
Host voice
  Include ${folder}/*.conf "${folder}/none such"
  Port 2103
Host chat
  Include ${folder}/20-b.conf
Include ${folder}/10-*.conf
Host *
  ServerAliveCountMax 8
`;
    for (const host of ['voice', 'chat', 'other']) await compare(config, host);
  });
});
