import { exec } from 'node:child_process';
import { tellingLine } from '../core/words.ts';

/** What a command of the team's own did on this machine. */
export interface CommandEnd {
  readonly ok: boolean;
  /** The line of its output that tells most, or how it ended. */
  readonly saw: string;
}

/** Runs a command of the configuration by the shell, on this machine. Never rejects but for the signal. */
export function runHere(
  command: string,
  cwd: string,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    exec(
      command,
      { cwd, timeout: options.timeoutMs, signal: options.signal, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (options.signal.aborted) {
          reject(options.signal.reason instanceof Error ? options.signal.reason : new Error('cancelled'));
          return;
        }
        const told = tellingLine(`${stdout}\n${stderr}`);
        if (error === null) resolve({ ok: true, saw: told });
        else if (error.killed === true) resolve({ ok: false, saw: `no end in ${options.timeoutMs / 1000} s` });
        else resolve({ ok: false, saw: told === '' ? `status ${String(error.code)}` : told.slice(0, 300) });
      },
    );
  });
}
