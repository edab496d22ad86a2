import { createHash, createHmac } from 'node:crypto';

/** One line of a `known_hosts` file, where it stands. Format: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
interface KnownHost {
  readonly marker: string | undefined;
  readonly hosts: string;
  readonly keyType: string;
  readonly key: string;
  readonly place: string;
}

export type KeyVerdict =
  | { readonly verdict: 'known' }
  | { readonly verdict: 'unknown' }
  | { readonly verdict: 'changed'; readonly knownFingerprint: string; readonly place: string }
  | { readonly verdict: 'revoked'; readonly place: string };

/** The host keys that somebody has accepted, from several files: the person's, the system's and Driftline's own. */
export class KnownHosts {
  readonly #entries: readonly KnownHost[];

  constructor(files: readonly { readonly name: string; readonly text: string }[]) {
    this.#entries = files.flatMap((file) =>
      file.text.split('\n').flatMap((line, index) => parseLine(line, `${file.name}:${index + 1}`)),
    );
  }

  /** @param key the key as it goes over the wire (RFC 4253, section 6.6) */
  check(host: string, port: number, key: Buffer): KeyVerdict {
    const keyType = keyTypeOf(key);
    const base64 = key.toString('base64');
    const entries = this.#entries.filter((entry) => matches(entry.hosts, host, port));
    const revoked = entries.find((entry) => entry.marker === '@revoked' && entry.key === base64);
    if (revoked !== undefined) return { verdict: 'revoked', place: revoked.place };
    const plain = entries.filter((entry) => entry.marker === undefined);
    if (plain.some((entry) => entry.key === base64)) return { verdict: 'known' };
    const other = plain.find((entry) => entry.keyType === keyType);
    if (other === undefined) return { verdict: 'unknown' };
    return { verdict: 'changed', knownFingerprint: fingerprint(Buffer.from(other.key, 'base64')), place: other.place };
  }

  /** Key types already accepted for a host: asking for these first keeps a known host known. */
  keyTypes(host: string, port: number): string[] {
    const found = this.#entries.filter((entry) => entry.marker === undefined && matches(entry.hosts, host, port));
    return [...new Set(found.map((entry) => entry.keyType))];
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

function parseLine(line: string, place: string): KnownHost[] {
  const words = line.trim().split(/\s+/);
  if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) return [];
  const marker = words[0].startsWith('@') ? words.shift() : undefined;
  const [hosts, keyType, key] = words;
  if (hosts === undefined || keyType === undefined || key === undefined) return [];
  return [{ marker, hosts, keyType, key, place }];
}

/** Ports other than 22 stand in brackets. */
function nameOf(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function matches(hosts: string, host: string, port: number): boolean {
  const name = nameOf(host, port);
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
