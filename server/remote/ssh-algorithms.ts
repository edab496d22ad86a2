import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import { fits } from './ssh-patterns.ts';

/** What a configuration asks for, as far as it can be spoken here; a kind that it does not name is left to the library. */
export interface Algorithms {
  readonly kex?: KexAlgorithm[];
  readonly cipher?: CipherAlgorithm[];
  readonly hmac?: MacAlgorithm[];
  readonly serverHostKey?: ServerHostKeyAlgorithm[];
}

/** OpenSSH's own order, as far as ssh2 speaks them; then what it speaks and does not use unasked. */
interface Known<T extends string> {
  readonly usual: readonly T[];
  readonly other: readonly T[];
}

const KEX: Known<KexAlgorithm> = {
  usual: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  other: [
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group1-sha1',
  ],
};

const CIPHERS: Known<CipherAlgorithm> = {
  usual: [
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
  ],
  other: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
};

const MACS: Known<MacAlgorithm> = {
  usual: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha1-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
    'hmac-sha1',
  ],
  other: ['hmac-md5', 'hmac-sha1-96', 'hmac-md5-96'],
};

const HOST_KEYS: Known<ServerHostKeyAlgorithm> = {
  usual: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  other: ['ssh-rsa', 'ssh-dss'],
};

/** What each keyword's list comes to; `undefined` for a list of which nothing can be spoken here. */
const KEYWORDS = {
  kexalgorithms: (list: string) => chosen(list, KEX, (kex) => ({ kex })),
  ciphers: (list: string) => chosen(list, CIPHERS, (cipher) => ({ cipher })),
  macs: (list: string) => chosen(list, MACS, (hmac) => ({ hmac })),
  hostkeyalgorithms: (list: string) => chosen(list, HOST_KEYS, (serverHostKey) => ({ serverHostKey })),
} satisfies Readonly<Record<string, (list: string) => Algorithms | undefined>>;

export type AlgorithmKeyword = keyof typeof KEYWORDS;
export const ALGORITHM_KEYWORDS = Object.keys(KEYWORDS) as readonly AlgorithmKeyword[];

/** A list with its `+`, `-` or `^` before it, see ssh_config(5); `undefined` where nothing of it can be spoken here. */
export function algorithmsOf(keyword: AlgorithmKeyword, list: string): Algorithms | undefined {
  return KEYWORDS[keyword](list);
}

function chosen<T extends string>(
  list: string,
  { usual, other }: Known<T>,
  wrap: (names: T[]) => Algorithms,
): Algorithms | undefined {
  const all = [...usual, ...other];
  const mode = /^[+^-]/.exec(list)?.[0] ?? '';
  const patterns = list.slice(mode.length).split(',');
  const named = patterns.flatMap((pattern) => all.filter((name) => fits(pattern, name)));
  const names = [...new Set(combine(mode, usual, named))];
  return names.length === 0 ? undefined : wrap(names);
}

function combine<T>(mode: string, usual: readonly T[], named: readonly T[]): readonly T[] {
  switch (mode) {
    case '+':
      return [...usual, ...named];
    case '-':
      return usual.filter((name) => !named.includes(name));
    case '^':
      return [...named, ...usual];
    default:
      return named;
  }
}
