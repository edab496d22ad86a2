import type { Progress } from '../app/person.ts';
import { escapeName } from './output/escape.ts';
import type { Output } from './surroundings.ts';

/** How progress is shown: on a terminal one line that is written over; elsewhere a line per kind of message; or not at all. */
export type ProgressStyle = 'rewritten' | 'lines' | 'silent';

const CLEAR = '\r\u001b[2K';

/** The one place that writes on standard error while a verb works. */
export class StatusLine implements Progress {
  #shown = false;
  #last = '';

  constructor(
    readonly output: Output,
    readonly style: ProgressStyle,
  ) {}

  report(update: { message: string; fraction?: number }): void {
    const message = escapeName(update.message);
    if (this.style === 'rewritten') {
      const percent = update.fraction === undefined ? '' : ` ${Math.round(update.fraction * 100)} %`;
      this.output.write(CLEAR + fit(message, percent, this.output.columns() - 1));
      this.#shown = true;
    } else if (this.style === 'lines') {
      const isNew = kindOf(message) !== this.#last;
      this.#last = kindOf(message);
      if (isNew) this.output.write(`${message}\n`);
    }
  }

  /** Where a line can be written over; elsewhere nothing. */
  flash(message: string): void {
    if (this.style === 'rewritten') this.report({ message });
  }

  /** A line that stays. Not shown where progress is silent. */
  tell(line: string): void {
    if (this.style === 'silent') return;
    this.say(line);
  }

  /** A line that stays, whatever the style. */
  say(line: string): void {
    this.clear();
    this.#last = kindOf(line);
    this.output.write(`${line}\n`);
  }

  /** Before anybody else writes. */
  clear(): void {
    if (this.#shown) this.output.write(CLEAR);
    this.#shown = false;
  }
}

/** A log need not hold a line for each of a thousand files. */
function kindOf(message: string): string {
  return message.replace(/\d+/g, '#');
}

function fit(message: string, tail: string, width: number): string {
  const room = Math.max(10, width - tail.length);
  return (message.length > room ? `${message.slice(0, room - 1)}…` : message) + tail;
}
