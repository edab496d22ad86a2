import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import type { Person } from '../app/person.ts';
import { FileUnusable, HostKeyChanged, HostKeyNotAsNamed, HostKeyRevoked, HostKeyUnknown } from './failures.ts';
import { fingerprint, KnownHosts, keyTypeOf, knownHostsLine, nameOf } from './known-hosts.ts';
import type { SshSettings } from './ssh-config.ts';
import { readText } from './ssh-config-file.ts';

export interface Acceptance {
  readonly person: Person;
  /** A fingerprint that was compared elsewhere (`--accept-host-key`). */
  readonly acceptHostKey?: string;
  /** Driftline's own file of accepted host keys. */
  readonly ownKnownHosts: string;
}

/** Decides whether a host is the one it is said to be, before anything but the key exchange has been sent to it. */
export class HostKeyJudge {
  readonly #name: string;
  readonly #port: number;
  readonly #known: KnownHosts;

  /** Throws `FileUnusable` where a file of known hosts is there and cannot be read. */
  constructor(
    readonly settings: SshSettings,
    readonly acceptance: Acceptance,
  ) {
    // ssh_config(5): the alias stands for the name in the files, and goes without a port.
    this.#name = settings.hostKeyAlias ?? settings.hostName;
    this.#port = settings.hostKeyAlias === undefined ? settings.port : 22;
    const files = [...settings.userKnownHostsFiles, ...settings.globalKnownHostsFiles, acceptance.ownKnownHosts];
    this.#known = new KnownHosts(files.map((name) => ({ name, text: readText(name) })));
  }

  /** A host has several keys; asking for a type that is known keeps it from looking like a stranger. */
  algorithms(): ServerHostKeyAlgorithm[] {
    const types = this.#known.keyTypes(this.#name, this.#port);
    const isKnown = (algorithm: string): boolean => types.includes(keyTypeFor(algorithm));
    const wanted = this.settings.algorithms.serverHostKey ?? ALGORITHMS;
    return [...wanted.filter(isKnown), ...wanted.filter((algorithm) => !isKnown(algorithm))];
  }

  /** Known keys pass, an unknown one is asked about and kept, a changed or revoked one rejects. */
  async judge(key: Buffer): Promise<void> {
    const name = nameOf(this.#name, this.#port);
    const keyType = keyTypeOf(key);
    const print = fingerprint(key);
    const verdict = this.#known.check(this.#name, this.#port, key, NEGOTIABLE);
    switch (verdict.verdict) {
      case 'known':
        return;
      case 'revoked':
        throw new HostKeyRevoked(name, print, verdict.place);
      case 'changed':
        throw new HostKeyChanged(name, `${keyType} ${print}`, verdict);
      case 'unknown':
        if (!(await this.#accepts({ host: name, keyType, fingerprint: print }))) {
          throw new HostKeyUnknown(name, keyType, print);
        }
        this.#keep(key);
    }
  }

  async #accepts(question: { host: string; keyType: string; fingerprint: string }): Promise<boolean> {
    const { acceptHostKey, person } = this.acceptance;
    if (acceptHostKey === question.fingerprint) return true;
    if (acceptHostKey !== undefined) {
      throw new HostKeyNotAsNamed(question.host, question.keyType, question.fingerprint, acceptHostKey);
    }
    const { strictHostKeyChecking } = this.settings;
    if (strictHostKeyChecking === 'ask') return person.confirmHostKey(question);
    return strictHostKeyChecking === 'accept-new';
  }

  #keep(key: Buffer): void {
    const file = this.acceptance.ownKnownHosts;
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      appendFileSync(file, knownHostsLine(this.#name, this.#port, key), { mode: 0o600 });
    } catch (error) {
      throw new FileUnusable(file, error);
    }
  }
}

const ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

const NEGOTIABLE: ReadonlySet<string> = new Set(ALGORITHMS.map(keyTypeFor));

/** RSA keys have one type and several ways to sign (RFC 8332). */
function keyTypeFor(algorithm: string): string {
  return algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm;
}
