import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { lastLine, printable } from './text.ts';

/** Starts a `ProxyCommand` and makes one line of its standard streams. What it says on standard error is the reason where it ends early. */
export function startProxy(command: string): Duplex {
  // A group of its own: what the shell starts ends with the line. `exec` as OpenSSH does, so that no shell stays between.
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2000);
  });
  const line = new Duplex({
    read: () => child.stdout.resume(),
    // What cannot be written is told by the end of the command, below, with its reason.
    write: (chunk: Uint8Array, _encoding, done) => child.stdin.write(chunk, () => done()),
    final: (done) => child.stdin.end(done),
    destroy: (error, done) => {
      if (child.pid !== undefined && child.exitCode === null) endGroup(child.pid);
      done(error);
    },
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (!line.push(chunk)) child.stdout.pause();
  });
  child.stdin.on('error', () => undefined);
  child.once('error', (error) => line.destroy(error));
  child.once('close', (status) => {
    const reason = printable(lastLine(said));
    if (line.destroyed || (status === 0 && reason === '')) line.push(null);
    else line.destroy(new Error(`its ProxyCommand ended with ${String(status)}${reason === '' ? '' : `: ${reason}`}`));
  });
  return line;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch {
    // It has just ended.
  }
}
