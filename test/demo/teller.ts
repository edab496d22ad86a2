import picocolors from 'picocolors';

const colour = picocolors.createColors(process.stdout.isTTY && process.env['NO_COLOR'] === undefined);

/** Something did not happen as it was told. */
export class NotAsTold extends Error {
  override readonly name = 'NotAsTold';
}

/** Tells a story on the terminal, and makes sure of it: what was expected and did not happen ends it. */
export class Teller {
  #step = 0;
  #held = 0;

  /** How many expectations held so far. */
  get held(): number {
    return this.#held;
  }

  say(text = ''): void {
    process.stdout.write(`${text}\n`);
  }

  step(title: string, prose: string): void {
    this.#step++;
    this.say(`\n${colour.bold(colour.cyan(`${this.#step}. ${title}`))}`);
    this.say(wrap(prose));
  }

  aside(prose: string): void {
    this.say(`\n${wrap(prose)}`);
  }

  /** What a person would type. */
  command(line: string): void {
    this.say(`\n   ${colour.bold(`$ ${line}`)}`);
  }

  /** What a command printed, set off from the story. */
  output(text: string): void {
    for (const line of text.replace(/\n$/, '').split('\n')) this.say(`   ${colour.dim('│')} ${line}`.trimEnd());
  }

  /** @param saw what was there instead, for whoever has to find out why */
  expect(what: string, holds: boolean, saw?: unknown): void {
    if (!holds) throw new NotAsTold(saw === undefined ? what : `${what}\n   saw: ${shown(saw)}`);
    this.#held++;
    this.say(`   ${colour.green('✓')} ${what}`);
  }

  end(seconds: number): void {
    this.say(`\n${colour.green(colour.bold('Every step happened as told:'))} ${this.#held} checks in ${seconds} s.`);
  }

  failed(error: unknown): void {
    const text = error instanceof NotAsTold ? error.message : error instanceof Error ? error.stack : String(error);
    this.say(`\n${colour.red(colour.bold('✗ Not as told:'))} ${text ?? ''}`);
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}

function wrap(prose: string): string {
  const lines: string[] = [];
  for (const word of prose.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 100) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `   ${line}`).join('\n');
}
