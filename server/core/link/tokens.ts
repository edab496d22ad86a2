/** What a token is; punctuation that opens and closes is told apart because links are understood by what encloses them. */
export const enum Token {
  Word,
  Number,
  String,
  /** A template without substitutions. */
  Template,
  /** The text of a template up to `${`, and its parts after a `}`. */
  TemplatePart,
  Regex,
  Open,
  Close,
  Punctuator,
}

/** By their numbers, which is how they are stored. */
const KINDS: readonly Token[] = [
  Token.Word,
  Token.Number,
  Token.String,
  Token.Template,
  Token.TemplatePart,
  Token.Regex,
  Token.Open,
  Token.Close,
  Token.Punctuator,
];

/** A module's text cut into tokens, with each bracket's partner. */
export interface Tokens {
  readonly text: string;
  readonly count: number;
  readonly kind: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** For `Open` and `Close`, the index of the partner; -1 for the rest and for a bracket without one. */
  readonly partner: Int32Array;
  /** 1 where a line ends between the token before and this one. */
  readonly newLine: Uint8Array;
  readonly problem?: { readonly message: string; readonly offset: number };
}

/** A slash after one of these words begins a regular expression. */
const BEFORE_EXPRESSION = new Set(
  'return typeof instanceof in of new delete void throw case do else await yield default extends'.split(' '),
);
/** A slash after `if (…)` and its like begins a regular expression too. */
const BEFORE_CONDITION = new Set(['if', 'while', 'for', 'with']);

const PUNCTUATORS = ['>>>=', '...', '===', '!==', '**=', '<<=', '>>=', '>>>', '&&=', '||=', '??='].concat([
  '=>',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '??',
  '?.',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '<<',
  '>>',
  '**',
]);

/** No other character can make a punctuator longer than one. */
const SECOND_CHARACTERS = new Set(PUNCTUATORS.map((punctuator) => punctuator.charCodeAt(1)));

/** What a character begins. */
const enum Class {
  Punctuator,
  Space,
  LineEnd,
  Word,
  Digit,
  Quote,
  Backtick,
  Slash,
  Open,
  Close,
}

/** The class of each ASCII character. */
const CLASSES: readonly Class[] = Array.from({ length: 128 }, (_, code) => asciiClass(code));

function classOf(code: number): Class {
  return CLASSES[code] ?? wideClass(code);
}

function asciiClass(code: number): Class {
  const character = String.fromCharCode(code);
  if (character === '\n' || character === '\r') return Class.LineEnd;
  if (code <= 32) return Class.Space;
  if (/[A-Za-z$_#\\]/.test(character)) return Class.Word;
  if (/\d/.test(character)) return Class.Digit;
  if (character === '"' || character === "'") return Class.Quote;
  if (character === '`') return Class.Backtick;
  if (character === '/') return Class.Slash;
  if ('([{'.includes(character)) return Class.Open;
  return ')]}'.includes(character) ? Class.Close : Class.Punctuator;
}

/** Beyond ASCII: white space, line ends, and what ECMAScript allows in a name, taken widely. Beyond the text: nothing of a word. */
function wideClass(code: number): Class {
  if (Number.isNaN(code)) return Class.Punctuator;
  if (code === 0x2028 || code === 0x2029) return Class.LineEnd;
  if (/\s/.test(String.fromCharCode(code))) return Class.Space;
  return code > 160 ? Class.Word : Class.Punctuator;
}

/**
 * Cuts JavaScript into tokens by ECMAScript's lexical grammar, in one pass. Where the grammar needs the parser (a slash that divides or
 * begins a regular expression, a brace that ends a block or a template's substitution) the tokens before decide. JSX is recognised and
 * reported as a problem: it needs a parser.
 */
export function tokenize(text: string): Tokens {
  return new Tokenizer(text).run();
}

class Tokenizer {
  #count = 0;
  #kind: Uint8Array;
  #start: Int32Array;
  #end: Int32Array;
  #partner: Int32Array;
  #newLine: Uint8Array;
  readonly #open: number[] = [];
  #lineEnded = false;
  #at = 0;

  constructor(readonly text: string) {
    const capacity = Math.max(64, text.length >> 2);
    this.#kind = new Uint8Array(capacity);
    this.#start = new Int32Array(capacity);
    this.#end = new Int32Array(capacity);
    this.#partner = new Int32Array(capacity);
    this.#newLine = new Uint8Array(capacity);
  }

  run(): Tokens {
    const { text } = this;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
    if (text.startsWith('#!', this.#at)) this.#skipLine();
    let problem: Tokens['problem'];
    try {
      while (this.#at < text.length) this.#token();
      if (this.#open.length > 0) {
        const bracket = this.#open.at(-1) ?? 0;
        problem = {
          message: `"${text.charAt(this.#start[bracket] ?? 0)}" is never closed`,
          offset: this.#start[bracket] ?? 0,
        };
      }
    } catch (error) {
      if (!(error instanceof LexicalProblem)) throw error;
      problem = { message: error.message, offset: error.offset };
    }
    return {
      text,
      count: this.#count,
      kind: this.#kind,
      start: this.#start,
      end: this.#end,
      partner: this.#partner,
      newLine: this.#newLine,
      ...(problem && { problem }),
    };
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
        this.#open.push(this.#count);
        this.#push(Token.Open, this.#at, this.#at + 1);
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
        this.#open.push(this.#count);
        this.#push(Token.Open, this.#at, this.#at + 2);
        return;
      } else if (Number.isNaN(code)) throw new LexicalProblem('a template is never closed', from);
    }
  }

  #close(code: number): void {
    const { text } = this;
    const opener = this.#open.pop();
    const wanted = code === 41 ? '(' : code === 93 ? '[' : '{';
    const bracket = opener === undefined ? '' : text.slice(this.#start[opener], this.#end[opener]);
    if (opener === undefined || !bracket.endsWith(wanted)) {
      throw new LexicalProblem(`"${text.charAt(this.#at)}" closes nothing`, this.#at);
    }
    const closer = this.#count;
    this.#push(Token.Close, this.#at, this.#at + 1);
    this.#partner[opener] = closer;
    this.#partner[closer] = opener;
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
    while (CLASSES[text.charCodeAt(this.#at)] === Class.Word) this.#at++;
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
    if (code === 45 && text.startsWith('-->', this.#at) && (this.#lineEnded || this.#count === 0)) {
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
    const last = this.#count - 1;
    if (last < 0) return true;
    const word = this.text.slice(this.#start[last], this.#end[last]);
    switch (this.#kindOf(last)) {
      case Token.Word:
        return BEFORE_EXPRESSION.has(word) && !this.#isProperty(last);
      case Token.Number:
      case Token.String:
      case Token.Template:
      case Token.Regex:
        return false;
      case Token.TemplatePart:
        return !word.endsWith('`');
      case Token.Close: {
        if (word === ']') return false;
        const opener = this.#partner[last] ?? -1;
        if (word === '}') return this.#isBlock(opener);
        const head = opener - 1;
        return (
          head >= 0 &&
          this.#kind[head] === Token.Word &&
          BEFORE_CONDITION.has(this.#word_(head)) &&
          !this.#isProperty(head)
        );
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
    const word = this.#word_(before);
    if (this.#kind[before] === Token.Word) {
      return this.#isProperty(before) || !BEFORE_EXPRESSION.has(word) || word === 'else' || word === 'do';
    }
    if (this.#kind[before] === Token.Punctuator) return word === ';' || word === '=>' || word === ':';
    return word !== '(' && word !== '[' && word !== '${';
  }

  #kindOf(token: number): Token {
    return KINDS[this.#kind[token] ?? Token.Punctuator] ?? Token.Punctuator;
  }

  #isProperty(token: number): boolean {
    if (token === 0) return false;
    const before = this.#word_(token - 1);
    return before === '.' || before === '?.';
  }

  #word_(token: number): string {
    return this.text.slice(this.#start[token], this.#end[token]);
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

  #push(kind: Token, start: number, end: number): void {
    if (this.#count === this.#kind.length) this.#grow();
    this.#kind[this.#count] = kind;
    this.#start[this.#count] = start;
    this.#end[this.#count] = end;
    this.#partner[this.#count] = -1;
    this.#newLine[this.#count] = this.#lineEnded ? 1 : 0;
    this.#lineEnded = false;
    this.#count++;
    this.#at = end;
  }

  #grow(): void {
    const double = this.#kind.length * 2;
    this.#kind = copyInto(new Uint8Array(double), this.#kind);
    this.#start = copyInto(new Int32Array(double), this.#start);
    this.#end = copyInto(new Int32Array(double), this.#end);
    this.#partner = copyInto(new Int32Array(double), this.#partner);
    this.#newLine = copyInto(new Uint8Array(double), this.#newLine);
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

function copyInto<T extends Uint8Array | Int32Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
