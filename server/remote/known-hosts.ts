import { createHash, createHmac } from 'node:crypto';

/** One line of a `known_hosts` file, where it stands. Format: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
interface KnownHost {
  readonly marker: string | undefined;
  readonly hosts: string;
  readonly keyType: string;
  readonly key: string;
  readonly file: string;
  readonly line: number;
}

export type KeyVerdict =
  | { readonly verdict: 'known' }
  | { readonly verdict: 'unknown' }
  | {
      readonly verdict: 'changed';
      readonly knownFingerprint: string;
      readonly place: string;
      /** Every file that has to forget the host before another key of it can be accepted. */
      readonly files: readonly string[];
    }
  | { readonly verdict: 'revoked'; readonly place: string };

/** The host keys that somebody has accepted, from several files: the person's, the system's and Driftline's own. */
export class KnownHosts {
  readonly #entries: readonly KnownHost[];

  constructor(files: readonly { readonly name: string; readonly text: string }[]) {
    this.#entries = files.flatMap((file) =>
      file.text.split('\n').flatMap((line, index) => parseLine(line, file.name, index + 1)),
    );
  }

  /**
   * @param key the key as it goes over the wire (RFC 4253, section 6.6)
   * @param negotiable the key types that the host could have been asked for. Known ones are asked for first, so a host that comes with
   *   another type does not have its known key any more.
   */
  check(host: string, port: number, key: Buffer, negotiable: ReadonlySet<string>): KeyVerdict {
    const keyType = keyTypeOf(key);
    const base64 = key.toString('base64');
    const revoked = this.#entries.find(
      (entry) =>
        entry.marker === '@revoked' &&
        entry.key === base64 &&
        (matches(entry.hosts, nameOf(host, port)) || matches(entry.hosts, nameOf(host, 22))),
    );
    if (revoked !== undefined) return { verdict: 'revoked', place: placeOf(revoked) };
    const plain = this.#accepted(nameOf(host, port));
    if (plain.some((entry) => entry.key === base64)) return { verdict: 'known' };
    const others = plain.filter((entry) => entry.keyType === keyType || negotiable.has(entry.keyType));
    const other = others.find((entry) => entry.keyType === keyType) ?? others[0];
    if (other !== undefined) {
      return {
        verdict: 'changed',
        knownFingerprint: `${other.keyType} ${fingerprint(Buffer.from(other.key, 'base64'))}`,
        place: placeOf(other),
        files: [...new Set(others.map((entry) => entry.file))],
      };
    }
    // As OpenSSH does: a key that is known under the plain name is known on another port too, where that port has none of its own.
    const byName = port !== 22 && this.#accepted(nameOf(host, 22)).some((entry) => entry.key === base64);
    return { verdict: byName ? 'known' : 'unknown' };
  }

  /** Key types already accepted for a host: asking for these first keeps a known host known. */
  keyTypes(host: string, port: number): string[] {
    const own = this.#accepted(nameOf(host, port));
    const found = own.length > 0 ? own : this.#accepted(nameOf(host, 22));
    return [...new Set(found.map((entry) => entry.keyType))];
  }

  #accepted(name: string): KnownHost[] {
    return this.#entries.filter((entry) => entry.marker === undefined && matches(entry.hosts, name));
  }
}

/** As `ssh-keygen -lf` shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The first string of a key's wire format names its type. */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return 'unknown';
  const length = key.readUInt32BE(0);
  return key.toString('latin1', 4, 4 + Math.min(length, 64));
}

/** A line for a `known_hosts` file. */
export function knownHostsLine(host: string, port: number, key: Buffer): string {
  return `${nameOf(host, port)} ${keyTypeOf(key)} ${key.toString('base64')}\n`;
}

function placeOf({ file, line }: KnownHost): string {
  return `${file}:${line}`;
}

function parseLine(text: string, file: string, line: number): KnownHost[] {
  if (/^\s*(#|$)/.test(text)) return [];
  const words = text.trim().split(/\s+/);
  const marker = text.trimStart().startsWith('@') ? words.shift() : undefined;
  const [hosts, keyType, key] = words;
  if (hosts === undefined || keyType === undefined || key === undefined) return [];
  return [{ marker, hosts, keyType, key, file, line }];
}

/** A host as it stands in these files: ports other than 22 with the name in brackets. */
export function nameOf(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) {
    const [, , salt, hash] = hosts.split('|');
    if (salt === undefined || hash === undefined) return false;
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  let matched = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    if (pattern.startsWith('!')) {
      if (wildcard(pattern.slice(1)).test(name)) return false;
    } else if (wildcard(pattern).test(name)) {
      matched = true;
    }
  }
  return matched;
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}
