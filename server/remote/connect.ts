import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Person } from '../app/person.ts';
import type { Host } from './host.ts';
import { connectLocal } from './local.ts';

export interface ConnectOptions {
  readonly person: Person;
  readonly signal: AbortSignal;
  readonly home: string;
  /** Driftline's own folder for what must not be lost (accepted host keys). */
  readonly stateFolder: string;
  readonly acceptHostKey?: string;
  /** The bundled host program's file. */
  readonly hostProgram: string;
}

/** Connects to a target's host, or starts the host program here for `"local"`. Rejects with a `ConnectionFailure`. */
export async function connect(
  target: { readonly host: string; readonly port?: number; readonly user?: string; readonly node?: string },
  options: ConnectOptions,
): Promise<Host> {
  const program = await readFile(options.hostProgram);
  const node = target.node === undefined ? {} : { node: target.node };
  if (target.host === 'local') return connectLocal({ ...node, program, signal: options.signal });
  // Not loaded for a folder of this machine: its library takes a while.
  const { connectSsh } = await import('./ssh.ts');
  return connectSsh({ ...options, ...target, ownKnownHosts: path.join(options.stateFolder, 'known_hosts'), program });
}
