import picomatch from 'picomatch';
import type { DriftEntry } from '../core/drift/drift.ts';

/** A path or a glob, relative to the root or to the config's folder; of several readings the first that means anything counts. */
export type Meanings = readonly string[];

/** The entries of the first reading that means any. */
export function meant(
  entries: readonly DriftEntry[],
  meanings: Meanings,
  options?: { readonly same?: boolean },
): DriftEntry[] {
  for (const pattern of meanings) {
    const found = matching(entries, pattern, options);
    if (found.length > 0) return found;
  }
  return [];
}

/** As it was typed: what a sentence about it names. */
export function asTyped(meanings: Meanings): string {
  return meanings.at(-1) ?? '';
}

/**
 * The entries that a path means, on either side; else those that it matches as a glob, without what is the `same` unless that is asked
 * for. A trailing slash means all below.
 */
export function matching(
  entries: readonly DriftEntry[],
  pattern: string,
  { same = false }: { readonly same?: boolean } = {},
): DriftEntry[] {
  const plain = pattern.replace(/^\.\//, '');
  const exact = entries.filter((entry) => entry.path === plain || entry.local === plain);
  if (exact.length > 0) return exact;
  const folder = plain.replace(/\/$/, '');
  const matches = picomatch([plain, `${folder}/**`], { dot: true, flags: 's' }); // A name may hold a line break.
  return entries.filter((entry) => (same || entry.kind !== 'same') && (matches(entry.path) || matches(entry.local)));
}
