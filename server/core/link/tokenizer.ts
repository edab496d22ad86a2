import { Class, classOf } from './characters.ts';
import { TokenReader } from './token-reader.ts';
import { Token, TokenList } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/** A slash after one of these words begins a regular expression. */
const BEFORE_EXPRESSION = new Set(
  'return typeof instanceof in of new delete void throw case do else await yield default extends'.split(' '),
);
/** A slash after `if (…)` and its like begins a regular expression too. */
const BEFORE_CONDITION = new Set(['if', 'while', 'for', 'with']);

/** Those of more than one character, the longest first. */
const PUNCTUATORS = (
  '>>>= ... === !== **= <<= >>= >>> &&= ||= ??= ' + '=> == != <= >= && || ?? ?. ++ -- += -= *= /= %= &= |= ^= << >> **'
).split(' ');

/** No other character can make a punctuator longer than one. */
const SECOND_CHARACTERS = new Set(PUNCTUATORS.map((punctuator) => punctuator.charCodeAt(1)));

/**
 * Cuts JavaScript into tokens by ECMAScript's lexical grammar, in one pass. Where the grammar needs the parser (a slash that divides or
 * begins a regular expression, a brace that ends a block or a template's substitution) the tokens before decide. JSX is recognised and
 * reported as a problem: it needs a parser.
 */
export function tokenize(text: string): Tokens {
  return new Tokenizer(text).run();
}

class Tokenizer {
  readonly #tokens: TokenList;
  readonly #reader: TokenReader;
  readonly #open: number[] = [];
  #lineEnded = false;
  #at = 0;

  constructor(readonly text: string) {
    this.#tokens = new TokenList(text);
    this.#reader = new TokenReader(this.#tokens);
  }

  run(): Tokens {
    const { text } = this;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
    if (text.startsWith('#!', this.#at)) this.#skipLine();
    try {
      while (this.#at < text.length) this.#token();
      const bracket = this.#open.at(-1);
      if (bracket === undefined) return this.#tokens;
      const offset = this.#tokens.start[bracket] ?? 0;
      throw new LexicalProblem(`"${text.charAt(offset)}" is never closed`, offset);
    } catch (error) {
      if (!(error instanceof LexicalProblem)) throw error;
      const { message, offset } = error;
      return Object.assign(this.#tokens, { problem: { message, offset } });
    }
  }

  #token(): void {
    const code = this.text.charCodeAt(this.#at);
    switch (classOf(code)) {
      case Class.LineEnd:
        this.#lineEnded = true;
        this.#at++;
        return;
      case Class.Space:
        this.#at++;
        return;
      case Class.Word:
        this.#word();
        return;
      case Class.Digit:
        this.#number();
        return;
      case Class.Quote:
        this.#string(code);
        return;
      case Class.Backtick:
        this.#at++;
        this.#template(this.#at - 1);
        return;
      case Class.Slash:
        this.#slash();
        return;
      case Class.Open:
        this.#open.push(this.#push(Token.Open, this.#at, this.#at + 1));
        return;
      case Class.Close:
        this.#close(code);
        return;
      case Class.Punctuator:
        this.#punctuator(code);
    }
  }

  #word(): void {
    const { text } = this;
    let at = this.#at + 1;
    for (; ; at++) {
      const found = classOf(text.charCodeAt(at));
      if (found !== Class.Word && found !== Class.Digit) break;
    }
    this.#push(Token.Word, this.#at, at);
  }

  #number(): void {
    const from = this.#at;
    const match = NUMBER.exec(this.#from(NUMBER));
    this.#push(Token.Number, from, from + (match?.[0].length ?? 1));
  }

  #string(quote: number): void {
    const { text } = this;
    let at = this.#at + 1;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (code === 92) at++;
      else if (code === 10 || Number.isNaN(code)) throw new LexicalProblem('a string is never closed', this.#at);
    }
    this.#push(Token.String, this.#at, at + 1);
  }

  /** From behind a backtick or behind the `}` of a substitution to the next `${` or to the end. */
  #template(from: number): void {
    const { text } = this;
    const isHead = text.charCodeAt(from) === 96;
    for (; ; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code === 96) {
        this.#push(isHead ? Token.Template : Token.TemplatePart, from, this.#at + 1);
        return;
      }
      if (code === 92) this.#at++;
      else if (code === 36 && text.charCodeAt(this.#at + 1) === 123) {
        this.#push(Token.TemplatePart, from, this.#at);
        this.#open.push(this.#push(Token.Open, this.#at, this.#at + 2));
        return;
      } else if (Number.isNaN(code)) throw new LexicalProblem('a template is never closed', from);
    }
  }

  #close(code: number): void {
    const opener = this.#open.pop() ?? -1;
    const bracket = this.#reader.word(opener);
    if (!bracket.endsWith(code === 41 ? '(' : code === 93 ? '[' : '{')) {
      throw new LexicalProblem(`"${this.text.charAt(this.#at)}" closes nothing`, this.#at);
    }
    this.#tokens.pair(opener, this.#push(Token.Close, this.#at, this.#at + 1));
    if (bracket === '${') this.#template(this.#at - 1);
  }

  #slash(): void {
    const { text } = this;
    const next = text.charCodeAt(this.#at + 1);
    if (next === 47) {
      this.#skipLine();
    } else if (next === 42) {
      const end = text.indexOf('*/', this.#at + 2);
      if (end < 0) throw new LexicalProblem('a comment is never closed', this.#at);
      if (text.slice(this.#at, end).includes('\n')) this.#lineEnded = true;
      this.#at = end + 2;
    } else if (this.#expectsExpression()) {
      this.#regex();
    } else {
      this.#punctuator(47);
    }
  }

  #regex(): void {
    const from = this.#at++;
    const { text } = this;
    let inClass = false;
    for (; ; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code === 10 || code === 13 || Number.isNaN(code)) {
        throw new LexicalProblem('a regular expression is never closed', from);
      }
      if (code === 92) this.#at++;
      else if (code === 91) inClass = true;
      else if (code === 93) inClass = false;
      else if (code === 47 && !inClass) break;
    }
    this.#at++;
    while (classOf(text.charCodeAt(this.#at)) === Class.Word) this.#at++;
    this.#push(Token.Regex, from, this.#at);
  }

  #punctuator(code: number): void {
    const { text } = this;
    if (code === 60) {
      // Scripts may still have HTML comments (ECMAScript, annex B.1.1).
      if (text.startsWith('<!--', this.#at)) {
        this.#skipLine();
        return;
      }
      if (this.#expectsExpression() && /[A-Za-z_$>]/.test(text.charAt(this.#at + 1)))
        throw new LexicalProblem(JSX, this.#at);
    }
    if (code === 45 && text.startsWith('-->', this.#at) && (this.#lineEnded || this.#tokens.count === 0)) {
      this.#skipLine();
      return;
    }
    this.#push(Token.Punctuator, this.#at, this.#at + this.#punctuatorLength());
  }

  #punctuatorLength(): number {
    const { text } = this;
    if (!SECOND_CHARACTERS.has(text.charCodeAt(this.#at + 1))) return 1;
    const found = PUNCTUATORS.find((punctuator) => text.startsWith(punctuator, this.#at));
    // `?.5` is a condition and a number.
    if (found === undefined || (found === '?.' && /\d/.test(text.charAt(this.#at + 2)))) return 1;
    return found.length;
  }

  /** Whether an expression may begin here: then a slash begins a regular expression, and `<` begins JSX. */
  #expectsExpression(): boolean {
    const last = this.#tokens.count - 1;
    if (last < 0) return true;
    const reader = this.#reader;
    const word = reader.word(last);
    switch (this.#tokens.kindOf(last)) {
      case Token.Word:
        return BEFORE_EXPRESSION.has(word) && !reader.isProperty(last);
      case Token.Number:
      case Token.String:
      case Token.Template:
      case Token.Regex:
        return false;
      case Token.TemplatePart:
        return !word.endsWith('`');
      case Token.Close: {
        if (word === ']') return false;
        const opener = this.#tokens.partner[last] ?? -1;
        if (word === '}') return this.#isBlock(opener);
        const head = opener - 1;
        return BEFORE_CONDITION.has(reader.word(head)) && !reader.isProperty(head);
      }
      case Token.Punctuator:
      case Token.Open:
        return word !== '++' && word !== '--';
    }
  }

  /** Whether a `{` begins a block (or a body) and no object literal. */
  #isBlock(opener: number): boolean {
    const before = opener - 1;
    if (before < 0) return true;
    const word = this.#reader.word(before);
    const kind = this.#tokens.kindOf(before);
    if (kind === Token.Word) {
      return this.#reader.isProperty(before) || !BEFORE_EXPRESSION.has(word) || word === 'else' || word === 'do';
    }
    if (kind === Token.Punctuator) return word === ';' || word === '=>' || word === ':';
    return word !== '(' && word !== '[' && word !== '${';
  }

  #from(sticky: RegExp): string {
    sticky.lastIndex = this.#at;
    return this.text;
  }

  #skipLine(): void {
    LINE_END.lastIndex = this.#at;
    const match = LINE_END.exec(this.text);
    this.#at = match === null ? this.text.length : match.index;
  }

  /** @returns the token's index */
  #push(kind: Token, start: number, end: number): number {
    this.#tokens.push(kind, start, end, this.#open.at(-1) ?? -1, this.#lineEnded);
    this.#lineEnded = false;
    this.#at = end;
    return this.#tokens.count - 1;
  }
}

/** The message of a text that is JSX: the caller then takes a parser. */
export const JSX = 'JSX is not plain JavaScript';

class LexicalProblem extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

const NUMBER = /0[xXbBoO][\da-fA-F_]+n?|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d[\d_]*)?n?|\d/y;
const LINE_END = /[\n\r\u2028\u2029]/g;
