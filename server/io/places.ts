import { createHash } from 'node:crypto';
import path from 'node:path';

/** Where Driftline keeps its own things on this machine. `$HOME` decides, so that a test lives in a folder of its own. */
export interface Places {
  /** May be lost at any time: inventories, contents by hash. */
  readonly cache: string;
  /** Must not be lost silently: accepted host keys, consents, baselines. */
  readonly state: string;
}

/** The XDG base directories of an environment. */
export function placesOf(environment: Readonly<Record<string, string | undefined>>, home: string): Places {
  return {
    cache: path.join(absolute(environment['XDG_CACHE_HOME']) ?? path.join(home, '.cache'), 'driftline'),
    state: path.join(absolute(environment['XDG_STATE_HOME']) ?? path.join(home, '.local', 'state'), 'driftline'),
  };
}

/** A folder name for one root on one host, the same on every run. */
export function rootKey(target: { host: string; port?: number; user?: string; root: string }): string {
  const name = JSON.stringify([target.host, target.port ?? null, target.user ?? null, target.root]);
  return createHash('sha256').update(name).digest('hex').slice(0, 24);
}

/** The specification has relative values ignored. */
function absolute(value: string | undefined): string | undefined {
  return value !== undefined && path.isAbsolute(value) ? value : undefined;
}
