/**
 * The one place that quotes words for a shell. Single quotes hold everything but a single quote in every shell that is a login shell
 * somewhere (sh, dash, ash, bash, zsh, csh, fish); a quote itself is closed, escaped and opened again.
 *
 * fish alone reads `\\` and `\'` inside single quotes as escapes, and csh ends a quoted word at a newline and expands `!`. Words that a
 * login shell reads must have none of these (`quoteForAnyShell` checks); what `sh` itself reads may have them.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new RangeError('a shell word cannot hold a NUL');
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** For words that the person's login shell reads before `sh` does. Throws on what some login shell would read otherwise. */
export function quoteForAnyShell(word: string): string {
  if (/[\\\n!]/.test(word)) throw new RangeError(`no common quoting for every shell: ${JSON.stringify(word)}`);
  return quote(word);
}
