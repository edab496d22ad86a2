import { spawn } from 'node:child_process';
import { startCommand } from './bootstrap.ts';
import type { Host } from './host.ts';
import { newNonce, startProgram } from './program.ts';

/** `host: "local"`: the host program as a child process of this machine, found and started by the same words as over SSH. */
export async function connectLocal(options: { node?: string; program: Buffer }): Promise<Host> {
  const nonce = newNonce();
  const command = startCommand({ nonce, ...(options.node !== undefined && { node: options.node }) });
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-2000);
  });
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (status) =>
      resolve(`the host program ended with ${String(status)}${stderr === '' ? '' : `: ${lastLine(stderr)}`}`),
    );
  });
  return startProgram(
    { input: child.stdin, output: child.stdout, gone, close: () => child.kill('SIGKILL') },
    options.program,
    nonce,
    'local',
  );
}

export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
