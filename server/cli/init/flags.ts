import type { InitAnswers } from '../../app/init.ts';
import { BadArguments } from '../failures.ts';

/** What `driftline init` takes. */
export interface InitFlags {
  readonly host?: string;
  readonly port?: string;
  readonly user?: string;
  readonly root?: string;
  readonly map?: readonly string[];
  readonly pm2?: string;
  readonly systemd?: string;
  readonly health?: string;
  readonly target?: string;
}

/** The flags as answers. Whether the configuration is a good one is judged with the whole of it. */
export function flagAnswers(flags: InitFlags): Partial<InitAnswers> {
  const { host, user, root, pm2, systemd, health, target: name } = flags;
  if (pm2 !== undefined && systemd !== undefined) {
    throw new BadArguments('--pm2 and --systemd exclude each other.', 'Name what restarts the application.');
  }
  const process = pm2 !== undefined ? { pm2 } : systemd !== undefined ? { systemd } : undefined;
  return {
    ...(name !== undefined && { name }),
    ...(host !== undefined && { host }),
    ...(flags.port !== undefined && { port: portOf(flags.port) }),
    ...(user !== undefined && { user }),
    ...(root !== undefined && { root }),
    ...(flags.map !== undefined && { map: mapOf(flags.map) }),
    ...(process !== undefined && { process }),
    ...(health !== undefined && { healthUrl: health }),
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new BadArguments(`--port ${text} is no port.`, 'A port is a number from 1 to 65535.');
}

/** `api/src=src`, each a local folder and one under the root. */
export function mapOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [local = '', there = '', ...more] = word.split('=').map((part) => part.trim());
      if (local === '' || there === '' || more.length > 0) {
        throw new BadArguments(
          `--map ${word} is no pair of folders.`,
          'Write it as --map api/src=src, . being the folder itself.',
        );
      }
      return [local, there];
    }),
  );
}
