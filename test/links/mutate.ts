import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

/** A sequence of numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What a file may become: other spellings, extensions and places that resolution tells apart. */
const RENAMES: readonly ((file: string) => string)[] = [
  (file) => file.replace(/\.[^./]+$/, '.json'),
  (file) => file.replace(/\.[^./]+$/, '.mjs'),
  (file) => file.replace(/\.[^./]+$/, ''),
  (file) => `${file}.js`,
  (file) => file.replace(/(\.[^./]+)$/, '/index$1'),
  (file) => path.join(path.dirname(file), path.basename(file).toUpperCase()),
  (file) => path.join(path.dirname(path.dirname(file)), path.basename(file)),
];

/**
 * Deletes and renames files below a folder, by a seed; links and what lies outside are left alone.
 *
 * @param share how many of the files are touched, from 0 to 1
 * @returns how many were
 */
export function disturb(folder: string, seed: number, share: number): number {
  const random = randomFrom(seed);
  let touched = 0;
  for (const file of filesBelow(folder)) {
    if (random() >= share) continue;
    const rename = RENAMES[Math.floor(random() * RENAMES.length * 2)];
    const target = rename?.(file);
    if (target === undefined || target === file || !target.startsWith(`${folder}/`) || existsSync(target)) rmSync(file);
    else move(file, target);
    touched++;
  }
  return touched;
}

function move(file: string, target: string): void {
  const parent = path.dirname(target);
  // The file that becomes a folder of its own name (`a` to `a/index`) is in its own way.
  if (existsSync(parent) && !lstatSync(parent).isDirectory()) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(parent, { recursive: true });
  renameSync(file, target);
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
