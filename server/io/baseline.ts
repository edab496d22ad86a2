import path from 'node:path';
import { readIfThere, writePrivately } from './private-files.ts';

/** What the last release from this machine left on production: SHA-256 by path relative to the root. */
export interface Baseline {
  readonly release: string;
  readonly files: ReadonlyMap<string, string>;
}

/** `undefined` where there is none. A damaged one counts as none: drift then rests on git alone, and says so. */
export async function loadBaseline(folder: string): Promise<Baseline | undefined> {
  const bytes = await readIfThere(path.join(folder, 'baseline.json'));
  return bytes === undefined ? undefined : parseBaseline(bytes.toString('utf8'));
}

/** Replaces the baseline in one step, readable by this user only. Rejects with what the file system says. */
export async function saveBaseline(folder: string, { release, files }: Baseline): Promise<void> {
  const text = JSON.stringify({ release, files: Object.fromEntries(files) });
  await writePrivately(path.join(folder, 'baseline.json'), text);
}

function parseBaseline(text: string): Baseline | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // Cut short by a crash of old: none is the honest answer.
  }
  if (typeof value !== 'object' || value === null || !('release' in value) || !('files' in value)) return undefined;
  if (typeof value.release !== 'string' || typeof value.files !== 'object' || value.files === null) return undefined;
  const files = new Map<string, string>();
  for (const [name, hash] of Object.entries(value.files)) {
    if (typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)) files.set(name, hash);
  }
  return { release: value.release, files };
}
