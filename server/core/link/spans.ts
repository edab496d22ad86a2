/** A stretch of tokens, both ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** With so few, looking at each is faster than making a table. */
const FEW = 16;

/** Stretches of tokens that lie in each other or apart. A large bundle has many, and asks of as many tokens which one holds them. */
export class Spans {
  readonly #spans: Span[] = [];
  /** For each token the innermost one, counted from 1; made at the first question. */
  #innermost: Int32Array | undefined;

  /** @param tokens how many there are */
  constructor(readonly tokens: number) {}

  add(span: Span): void {
    this.#spans.push(span);
    this.#innermost = undefined;
  }

  /** The one that begins last of those that hold this token. */
  innermost(at: number): Span | undefined {
    if (this.#spans.length <= FEW) {
      let found: Span | undefined;
      for (const span of this.#spans)
        if (holds(span, at) && (found === undefined || span.from >= found.from)) found = span;
      return found;
    }
    this.#innermost ??= this.#table();
    return this.#spans[(this.#innermost[at] ?? 0) - 1];
  }

  #table(): Int32Array {
    const table = new Int32Array(this.tokens);
    this.#spans.sort((a, b) => a.from - b.from || b.to - a.to);
    const open: number[] = [];
    let next = 0;
    for (let at = 0; at < table.length; at++) {
      for (; (this.#spans[next]?.from ?? Infinity) <= at; next++) open.push(next);
      let last = open.at(-1);
      while (last !== undefined && (this.#spans[last]?.to ?? 0) < at) {
        open.pop();
        last = open.at(-1);
      }
      table[at] = last === undefined ? 0 : last + 1;
    }
    return table;
  }
}

function holds(span: Span, at: number): boolean {
  return span.from <= at && at <= span.to;
}
