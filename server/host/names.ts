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
