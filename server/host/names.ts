/** A name's text, or `undefined` where its bytes are not UTF-8: such a name is no path for us, and is reported escaped. */
export function nameText(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  // Decoding replaces what is not UTF-8, so only a faithful text encodes back to the same bytes.
  return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes) ? undefined : text;
}

/** Bytes as ASCII with `\xNN` for the rest, for people to read. */
export function escapeBytes(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, (char) => '\\x' + char.charCodeAt(0).toString(16).padStart(2, '0'));
}

/** What an error of the file system says, as a clause for people. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'operation not permitted',
    ENOENT: 'it vanished while it was read',
    ELOOP: 'too many symbolic links',
    EIO: 'input/output error',
    ENAMETOOLONG: 'the name is too long',
    EMFILE: 'too many open files',
  };
  return known[code] ?? (error instanceof Error ? error.message : String(error));
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
