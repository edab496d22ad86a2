import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What the last release from this machine left on production: SHA-256 by path relative to the root. */
export interface Baseline {
  readonly release: string;
  readonly files: ReadonlyMap<string, string>;
}

/** `undefined` where there is none. A damaged one counts as none: drift then rests on git alone, and says so. */
export async function loadBaseline(folder: string): Promise<Baseline | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(folder, 'baseline.json'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return parseBaseline(text);
}

/** Replaces the baseline in one step, readable by this user only. */
export async function saveBaseline(folder: string, baseline: Baseline): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, 'baseline.json');
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, JSON.stringify({ release: baseline.release, files: Object.fromEntries(baseline.files) }), {
    mode: 0o600,
  });
  await rename(fresh, file);
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
