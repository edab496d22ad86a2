import { spawn } from 'child_process';
import type { CommandResult } from '../../core/plan/host-report.ts';

const MAX_OUTPUT_CHARS = 64 * 1024 * 1024;
const AFTERMATH_MS = 250;

/** Runs a program with its words, no shell between. Never rejects: a program that cannot start has status 127. */
export function execute(
  program: string,
  words: readonly string[],
  options: { timeoutMs: number; environment?: NodeJS.ProcessEnv; input?: string },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, [...words], {
      cwd: '/',
      env: options.environment ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // A program that does not read all of it has its reasons, and its own way to say so.
    child.stdin.on('error', () => undefined).end(options.input);
    const output = { stdout: '', stderr: '' };
    let timedOut = false;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        if (output[name].length < MAX_OUTPUT_CHARS) output[name] += chunk;
      });
    }
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, options.timeoutMs);
    const settle = (status: number | null): void => {
      clearTimeout(timer);
      resolve({ status, ...output, timedOut });
    };
    child.on('error', (error) => {
      output.stderr = error.message;
      settle(127);
    });
    child.on('exit', (status) => {
      // What the program started may hold its output open for ever.
      const patience = setTimeout(() => settle(status), AFTERMATH_MS);
      child.on('close', () => {
        clearTimeout(patience);
        settle(status);
      });
    });
  });
}
