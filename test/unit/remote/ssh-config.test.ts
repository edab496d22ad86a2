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
    expect(sshSettings('voice.example', {}, home.folder)).toEqual({
      hostName: 'voice.example',
      port: 22,
      user: os.userInfo().username,
      identityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => path.join(home.ssh, name)),
      identitiesOnly: false,
      proxyJump: [],
      userKnownHostsFiles: [path.join(home.ssh, 'known_hosts'), path.join(home.ssh, 'known_hosts2')],
      strict: false,
      connectTimeoutMs: 15_000,
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
    expect(sshSettings('voice', {}, home.folder)).toEqual({
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
      strict: true,
      connectTimeoutMs: 3000,
    });
  });

  it('lets the target win', async () => {
    await config('Host voice', '  Port 2222', '  User deploy');
    expect(sshSettings('voice', { port: 22, user: 'ops' }, home.folder)).toMatchObject({ port: 22, user: 'ops' });
  });

  it('knows %h in a host name, and that "none" means no jump', async () => {
    await config('Host gate', '  ProxyJump none', '  HostName %h.example', 'Host *', '  ProxyJump gate');
    expect(sshSettings('gate', {}, home.folder)).toMatchObject({ hostName: 'gate.example', proxyJump: [] });
    expect(sshSettings('other', {}, home.folder).proxyJump).toEqual(['gate']);
  });

  it('reads included files in their places, each Host as if nothing had been included', async () => {
    await mkdir(path.join(home.ssh, 'conf.d'));
    await writeFile(path.join(home.ssh, 'conf.d/10-voice'), 'Host voice\n  User first\n  Include deeper\n');
    await writeFile(path.join(home.ssh, 'conf.d/20-voice'), 'Host voice\n  User second\n  Port 2222\n');
    await writeFile(path.join(home.ssh, 'deeper'), 'HostName voice.example\n');
    await writeFile(path.join(home.folder, 'my file'), 'Host chat\n  Port 2020\n');
    await config('Include conf.d/* none.conf', 'Include = "~/my file"', 'ConnectTimeout 7', 'Host voice', '  Port 1');
    expect(sshSettings('voice', {}, home.folder)).toMatchObject({
      hostName: 'voice.example',
      user: 'first',
      port: 2222,
      connectTimeoutMs: 7000,
    });
    expect(sshSettings('chat', {}, home.folder)).toMatchObject({ port: 2020, connectTimeoutMs: 7000 });
    expect(sshAliases(home.folder)).toEqual(['voice', 'chat']);
  });

  it('ends where files include each other', async () => {
    await config('Host voice', '  User deploy', 'Include config');
    expect(sshSettings('voice', {}, home.folder).user).toBe('deploy');
  });

  it('says so where a host is reached by a command', async () => {
    await config('Host voice', '  ProxyCommand nc %h %p', 'Host chat', '  ProxyCommand none');
    expect(() => sshSettings('voice', {}, home.folder)).toThrow('ProxyCommand');
    expect(sshSettings('chat', {}, home.folder).hostName).toBe('chat');
  });

  it.each(['ssh', '0', '65536', '22.5'])('says so where a port is %s', async (port) => {
    await config('Host voice', `  Port ${port}`);
    expect(() => sshSettings('voice', {}, home.folder)).toThrow(`"${port}" is no port`);
    expect(sshSettings('voice', { port: 2222 }, home.folder).port).toBe(2222);
  });

  it('says which file cannot be read', async () => {
    await mkdir(path.join(home.ssh, 'config'));
    expect(() => sshSettings('voice', {}, home.folder)).toThrow(FileUnusable);
    expect(() => sshSettings('voice', {}, home.folder)).toThrow(path.join(home.ssh, 'config'));
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
