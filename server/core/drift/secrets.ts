import ignore from 'ignore';

const NAMES = ignore().add([
  '.env*',
  '*.pem',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.jks',
  '*.kdbx',
  'id_rsa*',
  'id_dsa*',
  'id_ecdsa*',
  'id_ed25519*',
  '.npmrc',
  '.netrc',
  '.pgpass',
  '.htpasswd',
  'credentials.json',
  'secrets.*',
  '!*.pub',
  '!.env.example',
  '!.env.sample',
]);

/** Texts that are a secret wherever they stand: PEM private keys, and access keys with a published shape. */
const CONTENTS =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bxox[abpr]-[A-Za-z0-9-]{20,}\b/;

/** Why a file looks like a secret, as a clause, or `undefined`. Such a file is not pulled unless it is named itself. */
export function secretReason(path: string, text?: string): string | undefined {
  if (NAMES.ignores(path)) return 'its name is that of a secret';
  if (text !== undefined && CONTENTS.test(text)) return 'it contains a private key or an access key';
  return undefined;
}
