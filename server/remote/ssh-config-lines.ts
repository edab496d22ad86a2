/** One line of an ssh_config(5) file that says something. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  readonly words: readonly string[];
  /** All after the keyword, as it stands: what a command is. */
  readonly rest: string;
}

/** The lines of a file, comments and empty ones left out. Pure text: nothing is looked up. */
export function configLines(text: string): ConfigLine[] {
  return text.split('\n').flatMap((line): ConfigLine[] => {
    const match = /^\s*([^\s=#"]+)(?:\s*=\s*|\s+)?(.*?)\s*$/.exec(line);
    const keyword = match?.[1];
    if (keyword === undefined) return [];
    const rest = match?.[2] ?? '';
    return [{ keyword: keyword.toLowerCase(), words: wordsOf(rest), rest }];
  });
}

/**
 * Words as OpenSSH splits them: in either kind of quotes or bare, with a backslash before a quote, a backslash or, outside of quotes, a
 * space; a comment ends the line.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (char === '\\' && (next === '"' || next === "'" || next === '\\' || (quote === '' && next === ' '))) {
      word = (word ?? '') + next;
      at++;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '#' && word === undefined) {
      return words;
    } else word = (word ?? '') + char;
  }
  return word === undefined ? words : [...words, word];
}
