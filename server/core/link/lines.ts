import type { Position, Range } from './finding.ts';

/** From offsets in a text to lines and characters, as editors count them. Offsets are best asked in rising order. */
export class LineIndex {
  readonly #starts: number[] = [0];
  #scanned = 0;

  constructor(readonly text: string) {}

  range(start: number, end: number): Range {
    return { start: this.position(start), end: this.position(end) };
  }

  position(offset: number): Position {
    this.#scanTo(offset);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: offset - (this.#starts[low] ?? 0) };
  }

  /** Lines end as the language server protocol has it: `\n`, `\r\n` or `\r`. */
  #scanTo(offset: number): void {
    const { text } = this;
    for (; this.#scanned < offset; this.#scanned++) {
      const code = text.charCodeAt(this.#scanned);
      if (code === 10 || (code === 13 && text.charCodeAt(this.#scanned + 1) !== 10))
        this.#starts.push(this.#scanned + 1);
    }
  }
}
