import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';

/** The bundled command line, as `npm run build` makes it. */
export const CLI = path.resolve(import.meta.dirname, '../../dist/cli.js');

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliRun {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

export interface CliOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Called with everything that is printed, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** Starts `driftline` as a person or CI would: a process of its own, with no terminal. */
export function startCli(words: readonly string[], options: CliOptions): CliRun {
  const child = spawn(process.execPath, [CLI, ...words], {
    cwd: options.cwd,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      options.onOutput?.(text);
    });
  }
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...output }));
  });
  return { child, ended };
}
