import type { Interrupts } from './interrupts.ts';

/** One stream that people or programs read. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Its width now, in characters; 80 where nobody knows. */
  columns(): number;
}

/** What a run of the command line is surrounded by, so that a test can stand in for all of it. */
export interface Surroundings {
  /** What was typed after `driftline`. */
  readonly words: readonly string[];
  readonly cwd: string;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder of the bundles: the host program and the language server lie in it. */
  readonly dist: string;
  readonly version: string;
  /** Standard output: what was asked for, and nothing else. */
  readonly out: Output;
  /** Standard error: progress, questions, what went wrong. */
  readonly err: Output;
  /** Whether somebody can be asked: standard input and standard error are a terminal. */
  readonly interactive: boolean;
  readonly interrupts: Interrupts;
}
