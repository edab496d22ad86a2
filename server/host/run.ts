import { spawn } from 'child_process';
import type { Handler } from './handlers.ts';
import type { CommandResult } from './protocol.ts';

/** How much of a command's output is kept, from its end: errors stand there. */
const MAX_OUTPUT_CHARS = 64 * 1024;
/** How long output may still come after a command has ended: what it left running may hold its output open for ever. */
const AFTERMATH_MS = 250;
const POLL_MS = 100;

/** A command's life ends with the request: when it is given up, or the line is gone, the command's whole group is ended. */
export const run: Handler<'run'> = async (ask, conversation) => {
  const stop = new Stop();
  const onExit = (): void => stop.now();
  const poll = setInterval(() => {
    if (conversation.cancelled.now) stop.now();
  }, POLL_MS);
  process.once('exit', onExit);
  try {
    return await runCommand(ask.command, ask.cwd, ask.timeoutMs, process.env, stop);
  } finally {
    clearInterval(poll);
    process.removeListener('exit', onExit);
  }
};

/** Ends a running command before its time. */
class Stop {
  #end: (() => void) | undefined;

  arm(end: (() => void) | undefined): void {
    this.#end = end;
  }

  now(): void {
    this.#end?.();
  }
}

/**
 * `/bin/sh -c` in a process group of its own, ended whole when its time is up. What a command starts and leaves behind (a restarted app)
 * lives on, even where it keeps the command's output open. Never rejects: a command that cannot start has status 127.
 */
export function runCommand(
  command: string,
  cwd: string,
  timeoutMs: number,
  environment: NodeJS.ProcessEnv = process.env,
  stop: Stop = new Stop(),
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', command], {
      cwd,
      detached: true,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    let timedOut = false;
    const keep = (name: 'stdout' | 'stderr') => (chunk: string) => {
      output[name] = (output[name] + chunk).slice(-MAX_OUTPUT_CHARS);
    };
    child.stdout.setEncoding('utf8').on('data', keep('stdout'));
    child.stderr.setEncoding('utf8').on('data', keep('stderr'));
    const end = (): void => {
      if (child.pid !== undefined) endGroup(child.pid);
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, timeoutMs);
    stop.arm(end);
    const settle = (result: CommandResult): void => {
      clearTimeout(timer);
      stop.arm(undefined);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(result);
    };
    child.on('error', (error) =>
      settle({ status: 127, stdout: output.stdout, stderr: error.message, timedOut: false }),
    );
    child.on('exit', (status) => {
      clearTimeout(timer);
      stop.arm(undefined);
      const patience = setTimeout(() => settle({ status, ...output, timedOut }), AFTERMATH_MS);
      child.on('close', () => {
        clearTimeout(patience);
        settle({ status, ...output, timedOut });
      });
    });
  });
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Already gone by itself, just now.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
