import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileUnusable } from '../../../server/remote/failures.ts';
import { sshAliases, sshSettings } from '../../../server/remote/ssh-config.ts';
import { temporaryHome } from '../../support/home.ts';
import type { TemporaryHome } from '../../support/home.ts';

let home: TemporaryHome;

beforeEach(async () => {
  home = await temporaryHome();
});

afterEach(() => home.remove());

async function config(...lines: string[]): Promise<void> {
  await writeFile(path.join(home.ssh, 'config'), `${lines.join('\n')}\n`);
}

describe('sshSettings', () => {
  it('has defaults where there is no file', () => {
    expect(sshSettings('voice.example', {}, { home: home.folder, system: '/nowhere' })).toEqual({
      hostName: 'voice.example',
      port: 22,
      user: os.userInfo().username,
      identityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => path.join(home.ssh, name)),
      identitiesOnly: false,
      proxyJump: [],
      userKnownHostsFiles: [path.join(home.ssh, 'known_hosts'), path.join(home.ssh, 'known_hosts2')],
      certificateFiles: [],
      globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      strictHostKeyChecking: 'ask',
      connectTimeoutMs: 15_000,
      serverAliveIntervalMs: 10_000,
      serverAliveCountMax: 3,
      addressFamily: 'any',
      algorithms: {},
    });
  });

  it('reads what the file says of an alias, the first value of each word', async () => {
    await config(
      'Host voice',
      '  hostname voice.example',
      '  PORT 2222',
      '  User deploy',
      '  IdentityFile ~/.ssh/%r_%h_%p',
      '  IdentityFile %d/other',
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      '  UserKnownHostsFile ~/one ~/two',
      '  HostKeyAlias voice-key',
      '  StrictHostKeyChecking yes',
      '  ConnectTimeout 3',
      '  ProxyJump admin@gate:2200,inner',
      'Host *',
      '  User nobody',
      '  IdentityFile ~/.ssh/all',
    );
    expect(sshSettings('voice', {}, { home: home.folder })).toMatchObject({
      hostName: 'voice.example',
      port: 2222,
      user: 'deploy',
      identityFiles: [
        path.join(home.ssh, 'deploy_voice.example_2222'),
        path.join(home.folder, 'other'),
        path.join(home.ssh, 'all'),
      ],
      identitiesOnly: true,
      identityAgent: 'none',
      proxyJump: ['admin@gate:2200', 'inner'],
      userKnownHostsFiles: [path.join(home.folder, 'one'), path.join(home.folder, 'two')],
      hostKeyAlias: 'voice-key',
      strictHostKeyChecking: 'yes',
      connectTimeoutMs: 3000,
    });
  });

  it('lets the target win', async () => {
    await config('Host voice', '  Port 2222', '  User deploy');
    expect(sshSettings('voice', { port: 22, user: 'ops' }, { home: home.folder })).toMatchObject({
      port: 22,
      user: 'ops',
    });
  });

  it('knows %h in a host name, and that "none" means no jump', async () => {
    await config('Host gate', '  ProxyJump none', '  HostName %h.example', 'Host *', '  ProxyJump gate');
    expect(sshSettings('gate', {}, { home: home.folder })).toMatchObject({ hostName: 'gate.example', proxyJump: [] });
    expect(sshSettings('other', {}, { home: home.folder }).proxyJump).toEqual(['gate']);
  });

  it('reads included files in their places, each Host as if nothing had been included', async () => {
    await mkdir(path.join(home.ssh, 'conf.d'));
    await writeFile(path.join(home.ssh, 'conf.d/10-voice'), 'Host voice\n  User first\n  Include deeper\n');
    await writeFile(path.join(home.ssh, 'conf.d/20-voice'), 'Host voice\n  User second\n  Port 2222\n');
    await writeFile(path.join(home.ssh, 'deeper'), 'HostName voice.example\n');
    await writeFile(path.join(home.folder, 'my file'), 'Host chat\n  Port 2020\n');
    await config('Include conf.d/* none.conf', 'Include = "~/my file"', 'ConnectTimeout 7', 'Host voice', '  Port 1');
    expect(sshSettings('voice', {}, { home: home.folder })).toMatchObject({
      hostName: 'voice.example',
      user: 'first',
      port: 2222,
      connectTimeoutMs: 7000,
    });
    expect(sshSettings('chat', {}, { home: home.folder })).toMatchObject({ port: 2020, connectTimeoutMs: 7000 });
    expect(sshAliases(home.folder)).toEqual(['voice', 'chat']);
  });

  it('ends where files include each other', async () => {
    await config('Host voice', '  User deploy', 'Include config');
    expect(sshSettings('voice', {}, { home: home.folder }).user).toBe('deploy');
  });

  it('has the command that reaches a host, and lets nobody slip words into it', async () => {
    await config(
      'Host voice',
      '  HostName inner.example',
      '  User deploy',
      '  ProxyCommand nc -x "a b" %h %p # %r',
      'Host chat',
      '  ProxyCommand none',
    );
    const around = { home: home.folder };
    expect(sshSettings('voice', {}, around).proxyCommand).toBe('nc -x "a b" inner.example 22 # deploy');
    expect(sshSettings('chat', {}, around).proxyCommand).toBeUndefined();
    expect(() => sshSettings('voice', { user: '$(id)' }, around)).toThrow('what a shell could run');
    for (const host of ['a;id', '-oProxyCommand=id', 'a b', '`id`', 'a\nb']) {
      expect(() => sshSettings(host, {}, around)).toThrow('what a shell could run');
    }
  });

  it('takes a jump or a command, whichever is said first', async () => {
    await config(
      'Host a',
      '  ProxyJump gate',
      'Host b',
      '  ProxyCommand none',
      'Host *',
      '  ProxyCommand nc %h',
      '  ProxyJump other',
    );
    const [a, b, c] = ['a', 'b', 'c'].map((host) => sshSettings(host, {}, { home: home.folder }));
    expect(a).toMatchObject({ proxyJump: ['gate'] });
    expect(a).not.toHaveProperty('proxyCommand');
    expect(b).toMatchObject({ proxyJump: [] });
    expect(b).not.toHaveProperty('proxyCommand');
    expect(c).toMatchObject({ proxyJump: [], proxyCommand: 'nc c' });
  });

  it('runs the command of a Match only where it may', async () => {
    const ran = path.join(home.folder, 'ran');
    await config(`Match host voice exec "touch ${ran}-%h"`, '  Port 2222', 'Match exec false', '  User nobody');
    expect(sshSettings('voice', {}, { home: home.folder }).port).toBe(22);
    expect(existsSync(`${ran}-voice`)).toBe(false);
    const { port, user } = sshSettings('voice', {}, { home: home.folder, mayRun: true });
    expect(port).toBe(2222);
    expect(user).not.toBe('nobody');
    expect(existsSync(`${ran}-voice`)).toBe(true);
    sshSettings('chat', {}, { home: home.folder, mayRun: true });
    expect(existsSync(`${ran}-chat`)).toBe(false);
  });

  it('says which algorithms it cannot speak', async () => {
    await config('Host voice', '  Ciphers none-such@example.com');
    expect(() => sshSettings('voice', {}, { home: home.folder })).toThrow('speaks none of none-such@example.com');
  });

  it('says which file cannot be read', async () => {
    await mkdir(path.join(home.ssh, 'config'));
    expect(() => sshSettings('voice', {}, { home: home.folder })).toThrow(FileUnusable);
    expect(() => sshSettings('voice', {}, { home: home.folder })).toThrow(path.join(home.ssh, 'config'));
  });
});

describe('sshAliases', () => {
  it('lists names, not patterns', async () => {
    await config(
      'Host voice chat',
      '  User a',
      'Host *.example !bad',
      '  User b',
      'Match host x',
      '  User c',
      'Host last',
    );
    expect(sshAliases(home.folder)).toEqual(['voice', 'chat', 'last']);
    await rm(path.join(home.ssh, 'config'));
    await chmod(home.ssh, 0o700);
    expect(sshAliases(home.folder)).toEqual([]);
  });
});
