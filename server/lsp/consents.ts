import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config, Target } from '../config/config.ts';

/** Everything that a person agrees to by one yes. A change of any of it is asked again: `driftline.json` is committed by others too. */
export interface ConsentQuestion {
  readonly folder: string;
  readonly address: string;
  readonly root: string;
  readonly commands: readonly string[];
}

export function consentQuestion(config: Config, target: Target): ConsentQuestion {
  const user = target.user === undefined ? '' : `${target.user}@`;
  const port = target.port === undefined ? '' : `:${target.port}`;
  return {
    folder: config.folder,
    address: `${user}${target.host}${port}`,
    root: target.root,
    commands: commandsOf(target),
  };
}

/** The yeses that were given on this machine, by a hash of what was agreed to. */
export class Consents {
  constructor(readonly stateFolder: string) {}

  async has(question: ConsentQuestion): Promise<boolean> {
    return (await this.#read()).includes(keyOf(question));
  }

  async add(question: ConsentQuestion): Promise<void> {
    const known = await this.#read();
    const key = keyOf(question);
    if (known.includes(key)) return;
    await mkdir(this.stateFolder, { recursive: true, mode: 0o700 });
    const fresh = `${this.#file}.${randomBytes(6).toString('hex')}`;
    await writeFile(fresh, JSON.stringify([...known, key], null, 2), { mode: 0o600 });
    await rename(fresh, this.#file);
  }

  get #file(): string {
    return path.join(this.stateFolder, 'consents.json');
  }

  async #read(): Promise<string[]> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
    try {
      const value: unknown = JSON.parse(text);
      return Array.isArray(value) ? value.filter((key) => typeof key === 'string') : [];
    } catch {
      return []; // Damaged: asking once more is the careful answer.
    }
  }
}

function keyOf(question: ConsentQuestion): string {
  const { folder, address, root, commands } = question;
  return createHash('sha256')
    .update(JSON.stringify([folder, address, root, commands]))
    .digest('hex');
}

/** Every command that a verb may run for this target, here or on the host. */
function commandsOf(target: Target): string[] {
  const { process, health } = target;
  const restart =
    process?.kind === 'command' ? [process.restart, ...(process.status === undefined ? [] : [process.status])] : [];
  const probes = [...(health?.probes ?? []), ...(health?.outside ?? [])].flatMap((probe) =>
    probe.kind === 'command' ? [probe.command] : [],
  );
  return [
    ...(target.build === undefined ? [] : [target.build.command]),
    ...restart,
    ...probes,
    ...target.guards.map((guard) => guard.command),
  ];
}
