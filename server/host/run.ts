import { spawn } from 'child_process';
import type { Handler } from './handlers.ts';
import type { CommandResult } from './protocol.ts';

/** How much of a command's output is kept, from its end: errors stand there. */
const MAX_OUTPUT_CHARS = 64 * 1024;

export const run: Handler<'run'> = (ask) => runCommand(ask.command, ask.cwd, ask.timeoutMs);

/** `/bin/sh -c` in a process group of its own, ended whole when its time is up. Never rejects: a command that cannot start has status 127. */
export function runCommand(
  command: string,
  cwd: string,
  timeoutMs: number,
  environment: NodeJS.ProcessEnv = process.env,
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
    const keep = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
      output[name] = (output[name] + chunk.toString('utf8')).slice(-MAX_OUTPUT_CHARS);
    };
    child.stdout.on('data', keep('stdout'));
    child.stderr.on('data', keep('stderr'));
    const timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined) endGroup(child.pid);
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ status: 127, stdout: output.stdout, stderr: error.message, timedOut: false });
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, ...output, timedOut });
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
