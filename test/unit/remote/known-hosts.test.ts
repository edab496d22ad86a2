import { createHmac, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint, KnownHosts, keyTypeOf, knownHostsLine } from '../../../server/remote/known-hosts.ts';
import type { KeyVerdict } from '../../../server/remote/known-hosts.ts';
import { temporaryFolder } from '../../support/home.ts';
import { newKey } from '../../support/sshd.ts';

const NEGOTIABLE = new Set(['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256']);
const ED_A = keyOf('ssh-ed25519', 'a');
const ED_B = keyOf('ssh-ed25519', 'b');
const RSA = keyOf('ssh-rsa', 'r');
const DSS = keyOf('ssh-dss', 'd');

/** A key as it goes over the wire: its type as a string, then whatever the type has. */
function keyOf(type: string, rest: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(rest.padEnd(32, '.'))]);
}

function line(hosts: string, key: Buffer): string {
  return `${hosts} ${keyTypeOf(key)} ${key.toString('base64')} comment\n`;
}

function check(text: string, host: string, port: number, key: Buffer): KeyVerdict['verdict'] {
  return new KnownHosts([{ name: 'file', text }]).check(host, port, key, NEGOTIABLE).verdict;
}

describe('KnownHosts', () => {
  it('knows a key under the name and port that it was accepted for', () => {
    const text = line('voice.example', ED_A);
    expect(check(text, 'voice.example', 22, ED_A)).toBe('known');
    expect(check(text, 'Voice.Example', 22, ED_A)).toBe('known');
    expect(check(text, 'other.example', 22, ED_A)).toBe('unknown');
    expect(check('', 'voice.example', 22, ED_A)).toBe('unknown');
  });

  it('writes ports other than 22 in brackets, and takes a key known under the plain name too', () => {
    expect(check(line('[voice.example]:2222', ED_A), 'voice.example', 2222, ED_A)).toBe('known');
    expect(check(line('[voice.example]:2222', ED_A), 'voice.example', 22, ED_A)).toBe('unknown');
    expect(check(line('voice.example', ED_A), 'voice.example', 2222, ED_A)).toBe('known');
    // Another machine may answer at another port of the same name: that is no change.
    expect(check(line('voice.example', ED_A), 'voice.example', 2222, ED_B)).toBe('unknown');
  });

  it('calls a key changed where another is known, of its type or of one that was asked for first', () => {
    const text = line('other', RSA) + line('voice', ED_A);
    const verdict = new KnownHosts([{ name: '/home/x/known_hosts', text }]).check('voice', 22, ED_B, NEGOTIABLE);
    expect(verdict).toEqual({
      verdict: 'changed',
      knownFingerprint: `ssh-ed25519 ${fingerprint(ED_A)}`,
      place: '/home/x/known_hosts:2',
      files: ['/home/x/known_hosts'],
    });
    const files = ['mine', 'system', 'own'].map((name) => ({ name, text: name === 'system' ? '' : text }));
    expect(new KnownHosts(files).check('voice', 22, ED_B, NEGOTIABLE)).toMatchObject({ files: ['mine', 'own'] });
    expect(check(line('voice', ED_A), 'voice', 22, RSA)).toBe('changed');
    // A type that is never asked for says nothing.
    expect(check(line('voice', DSS), 'voice', 22, RSA)).toBe('unknown');
  });

  it('is content with one of several known keys', () => {
    expect(check(line('voice', ED_A) + line('voice', ED_B), 'voice', 22, ED_B)).toBe('known');
  });

  it('understands hashed names, lists, patterns and exceptions', () => {
    const salt = randomBytes(20);
    const hash = createHmac('sha1', salt).update('voice').digest('base64');
    expect(check(line(`|1|${salt.toString('base64')}|${hash}`, ED_A), 'voice', 22, ED_A)).toBe('known');
    expect(check(line(`|1|${salt.toString('base64')}|${hash}`, ED_A), 'chat', 22, ED_A)).toBe('unknown');
    const patterns = line('*.example,!bad.example,192.0.2.?', ED_A);
    expect(check(patterns, 'voice.example', 22, ED_A)).toBe('known');
    expect(check(patterns, 'bad.example', 22, ED_A)).toBe('unknown');
    expect(check(patterns, '192.0.2.7', 22, ED_A)).toBe('known');
    expect(check(patterns, '192.0.2.77', 22, ED_A)).toBe('unknown');
    expect(check(line('voice.example', ED_A), 'voiceXexample', 22, ED_A)).toBe('unknown');
  });

  it('refuses revoked keys, whatever else is known, and does not take authorities for keys', () => {
    const text = line('voice', ED_A) + line('@revoked *', ED_A);
    expect(check(text, 'voice', 22, ED_A)).toBe('revoked');
    expect(check(line('@revoked voice', ED_A), 'voice', 2222, ED_A)).toBe('revoked');
    expect(check(line('@cert-authority voice', ED_A), 'voice', 22, ED_A)).toBe('unknown');
  });

  it('passes over comments, empty lines and lines that are cut short', () => {
    const text = `# voice ssh-ed25519 x\n\n   \nvoice\nvoice ssh-ed25519\n  ${line('voice', ED_A)}`;
    expect(check(text, 'voice', 22, ED_A)).toBe('known');
  });

  it('names the types that are known, those of the plain name where the port has none', () => {
    const known = new KnownHosts([
      { name: 'a', text: line('voice', RSA) },
      { name: 'b', text: line('[voice]:2222', ED_A) + line('[voice]:2222', ED_B) },
    ]);
    expect(known.keyTypes('voice', 2222)).toEqual(['ssh-ed25519']);
    expect(known.keyTypes('voice', 2223)).toEqual(['ssh-rsa']);
    expect(known.keyTypes('chat', 22)).toEqual([]);
  });
});

describe('a key', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder('keys');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has the fingerprint that ssh-keygen prints, and a line that is known again', async () => {
    const file = path.join(folder, 'key');
    await newKey(file);
    const key = Buffer.from(readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '', 'base64');
    expect(execFileSync('ssh-keygen', ['-lf', `${file}.pub`], { encoding: 'utf8' })).toContain(` ${fingerprint(key)} `);
    expect(keyTypeOf(key)).toBe('ssh-ed25519');
    for (const port of [22, 2222]) expect(check(knownHostsLine('Voice', port, key), 'voice', port, key)).toBe('known');
  });

  it('that is none has no type', () => {
    expect(keyTypeOf(Buffer.from([0, 1]))).toBe('unknown');
  });
});
