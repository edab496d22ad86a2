import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Host } from './host.ts';
import type { Channel, Shell } from './program.ts';
import { startHost } from './start.ts';
import { lastLine } from './text.ts';

/** `host: "local"`: the host program as a child process of this machine, found and started by the same words as over SSH. */
export async function connectLocal(options: { node?: string; program: Buffer; signal: AbortSignal }): Promise<Host> {
  options.signal.throwIfAborted();
  return startHost(new LocalShell(), { ...options, address: 'local' });
}

class LocalShell implements Shell {
  readonly #children = new Set<ChildProcess>();

  exec(command: string): Promise<Channel> {
    // A group of its own, so that a Ctrl-C meant for us leaves it time to end in order.
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#children.add(child);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-2000);
    });
    const gone = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (status) => {
        this.#children.delete(child);
        const how = `the host program ended with ${String(status)}`;
        resolve(stderr.trim() === '' ? how : `${how}: ${lastLine(stderr)}`);
      });
    });
    return Promise.resolve({ input: child.stdin, output: child.stdout, gone, close: () => child.kill('SIGKILL') });
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }
}
