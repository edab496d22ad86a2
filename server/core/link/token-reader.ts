import { readStringLiteral } from './string-literal.ts';
import { Token } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/** Small questions to a module's tokens, by their index. Outside the text every answer is empty. */
export class TokenReader {
  constructor(readonly tokens: Tokens) {}

  word(at: number): string {
    const { tokens } = this;
    return at >= 0 && at < tokens.count ? tokens.text.slice(tokens.start[at], tokens.end[at]) : '';
  }

  /** Whether this word stands here: `word(at) === word` without a copy, for what asks at every token. */
  is(at: number, word: string): boolean {
    const { tokens } = this;
    if (at < 0 || at >= tokens.count) return false;
    const start = tokens.start[at] ?? 0;
    return (tokens.end[at] ?? 0) - start === word.length && tokens.text.startsWith(word, start);
  }

  /** Whether these words stand here, one after another. */
  reads(at: number, ...words: readonly string[]): boolean {
    return words.every((word, index) => this.is(at + index, word));
  }

  /** A string, or a template without substitutions. */
  isText(at: number): boolean {
    const kind = at >= 0 && at < this.tokens.count ? this.tokens.kind[at] : undefined;
    return kind === Token.String || kind === Token.Template;
  }

  /** The value of a string or of a template without substitutions. */
  text(at: number): string {
    return readStringLiteral(this.word(at));
  }

  isProperty(at: number): boolean {
    return this.is(at - 1, '.') || this.is(at - 1, '?.');
  }

  /** The other bracket; the end of the text for one that is never closed, so that a loop that goes on from here ends. */
  partner(at: number): number {
    const { count, partner } = this.tokens;
    const other = at < count ? (partner[at] ?? -1) : -1;
    return other < 0 ? count : other;
  }
}
