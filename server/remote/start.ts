import { startCommand } from './bootstrap.ts';
import { LineDropped, NoNodeOnHost, SftpOnly } from './failures.ts';
import type { Host } from './host.ts';
import { PosixHost } from './posix-host.ts';
import type { Shell } from './program.ts';
import { newNonce, startProgram } from './program.ts';

/**
 * Starts the host program on a machine that runs commands for us. Where no Node is found, and none was named, what POSIX tools can do is
 * done by them. Closes the shell when it rejects.
 */
export async function startHost(
  shell: Shell,
  options: { readonly node?: string; readonly address: string; readonly program: Buffer; readonly signal: AbortSignal },
): Promise<Host> {
  const { node, address, program, signal } = options;
  const nonce = newNonce();
  try {
    const channel = await shell.exec(startCommand({ nonce, ...(node !== undefined && { node }) }));
    return await startProgram(channel, program, { nonce, address, signal, ...(node !== undefined && { node }), shell });
  } catch (error) {
    if (error instanceof NoNodeOnHost && node === undefined) return await PosixHost.greet(shell, address, signal);
    shell.close();
    // OpenSSH says so where a command is asked of an account that is kept to internal-sftp.
    if (error instanceof LineDropped && /sftp connections only/i.test(error.message)) throw new SftpOnly(address);
    throw error;
  }
}
