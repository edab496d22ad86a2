/** Whether a name fits a pattern of ssh_config(5), "PATTERNS": `*` for anything, `?` for one character. */
export function fits(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(name);
}

/** Whether one of these patterns fits, and none that begins with `!` does. */
export function fitsAny(patterns: readonly string[], name: string): boolean {
  const forbids = patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1), name));
  return !forbids && patterns.some((pattern) => !pattern.startsWith('!') && fits(pattern, name));
}
