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
  /** The index of the `Open` that each token stands in, a bracket's own outside of it; -1 at the top. */
  readonly parent: Int32Array;
  /** 1 where a line ends between the token before and this one. */
  readonly newLine: Uint8Array;
  readonly problem?: { readonly message: string; readonly offset: number };
}

/** Tokens as they are found, in arrays that grow. */
export class TokenList implements Tokens {
  count = 0;
  kind: Uint8Array;
  start: Int32Array;
  end: Int32Array;
  partner: Int32Array;
  parent: Int32Array;
  newLine: Uint8Array;

  constructor(readonly text: string) {
    const capacity = Math.max(64, text.length >> 2);
    this.kind = new Uint8Array(capacity);
    this.start = new Int32Array(capacity);
    this.end = new Int32Array(capacity);
    this.partner = new Int32Array(capacity);
    this.parent = new Int32Array(capacity);
    this.newLine = new Uint8Array(capacity);
  }

  push(kind: Token, start: number, end: number, parent: number, isOnNewLine: boolean): void {
    if (this.count === this.kind.length) this.#grow();
    this.kind[this.count] = kind;
    this.start[this.count] = start;
    this.end[this.count] = end;
    this.partner[this.count] = -1;
    this.parent[this.count] = parent;
    this.newLine[this.count] = isOnNewLine ? 1 : 0;
    this.count++;
  }

  pair(opener: number, closer: number): void {
    this.partner[opener] = closer;
    this.partner[closer] = opener;
  }

  kindOf(token: number): Token {
    return KINDS[this.kind[token] ?? Token.Punctuator] ?? Token.Punctuator;
  }

  #grow(): void {
    const double = this.kind.length * 2;
    this.kind = copyInto(new Uint8Array(double), this.kind);
    this.start = copyInto(new Int32Array(double), this.start);
    this.end = copyInto(new Int32Array(double), this.end);
    this.partner = copyInto(new Int32Array(double), this.partner);
    this.parent = copyInto(new Int32Array(double), this.parent);
    this.newLine = copyInto(new Uint8Array(double), this.newLine);
  }
}

function copyInto<T extends Uint8Array | Int32Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
