import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { CLI } from '../story/cli.ts';
import { end, until } from './processes.ts';

/** `driftline` at a real terminal, which util-linux's `script` makes, with somebody who reads and types. */
export interface Terminal {
  /** Waits until this stands there, after what was last seen. */
  sees(text: string): Promise<void>;
  /** Types this and the Enter key. */
  type(text: string): void;
  /** All that has stood there, without what moves the cursor or colours. */
  readonly text: () => string;
  readonly ended: Promise<number | null>;
  /** Ends it where it still waits. */
  close(): void;
}

const ENTER = '\r';

export function startAtTerminal(
  words: readonly string[],
  options: { readonly cwd: string; readonly environment: Readonly<Record<string, string>> },
): Terminal {
  // `script` hands its command to a shell. A terminal without a size would wrap everything at nothing.
  const command = ['stty cols 200; exec "$DRIFTLINE_NODE" "$DRIFTLINE_CLI"', ...words.map((word) => `'${word}'`)];
  const child = spawn('script', ['--quiet', '--return', '--command', command.join(' '), '/dev/null'], {
    cwd: options.cwd,
    env: { ...options.environment, TERM: 'xterm', DRIFTLINE_NODE: process.execPath, DRIFTLINE_CLI: CLI },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status));
  });
  const shown = (): string => stripVTControlCharacters(text);
  return {
    sees: async (wanted) => {
      await until(`"${wanted}" stands on the terminal`, () => shown().includes(wanted, seen));
      seen = shown().indexOf(wanted, seen) + wanted.length;
    },
    type: (typed) => child.stdin.write(`${typed}${ENTER}`),
    text: shown,
    ended,
    close: () => {
      if (child.exitCode === null && child.pid !== undefined) end(child.pid);
    },
  };
}
