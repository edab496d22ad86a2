import type * as Inquirer from '@inquirer/prompts';
import type { Interrupts } from './interrupts.ts';
import type { StatusLine } from './status-line.ts';

/** The questions that can be put on a terminal. Each rejects with what `Interrupts` says where it is answered by Ctrl-C. */
export interface Prompts {
  yesOrNo(message: string): Promise<boolean>;
  text(message: string, options?: TextOptions): Promise<string>;
  /** Nothing of what is typed is shown. */
  hidden(message: string): Promise<string>;
  choice<T extends string>(message: string, choices: readonly Choice<T>[]): Promise<T>;
}

export interface TextOptions {
  readonly default?: string;
  /** What is wrong with an answer; `undefined` where it will do. */
  readonly problem?: (answer: string) => string | undefined;
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly name: string;
}

/** Asks on standard error, so that standard output holds results only. */
export class TerminalPrompts implements Prompts {
  constructor(
    readonly line: StatusLine,
    readonly interrupts: Interrupts,
  ) {}

  yesOrNo(message: string): Promise<boolean> {
    return this.#ask(async (library, context) => library.confirm({ message, default: false }, context));
  }

  text(message: string, options: TextOptions = {}): Promise<string> {
    const { problem } = options;
    return this.#ask(async (library, context) =>
      library.input(
        {
          message,
          ...(options.default !== undefined && { default: options.default }),
          ...(problem !== undefined && { validate: (answer: string) => problem(answer.trim()) ?? true }),
        },
        context,
      ),
    ).then((answer) => answer.trim());
  }

  hidden(message: string): Promise<string> {
    return this.#ask(async (library, context) => library.password({ message }, context));
  }

  choice<T extends string>(message: string, choices: readonly Choice<T>[]): Promise<T> {
    return this.#ask(async (library, context) => library.select<T>({ message, choices: [...choices] }, context));
  }

  async #ask<T>(question: (library: Library, context: Context) => Promise<T>): Promise<T> {
    this.line.clear();
    // Most runs ask nothing: what draws questions is loaded with the first one.
    const library = await import('@inquirer/prompts');
    const { signal } = this.interrupts;
    try {
      return await question(library, { input: process.stdin, output: process.stderr, signal });
    } catch (error) {
      // A terminal in raw mode sends no signal for Ctrl-C; the question ends instead.
      if (error instanceof Error && error.name === 'ExitPromptError') throw this.interrupts.stop();
      if (signal.aborted) throw signal.reason;
      throw error;
    }
  }
}

type Library = typeof Inquirer;

interface Context {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}
