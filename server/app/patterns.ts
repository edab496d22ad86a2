import picomatch from 'picomatch';
import type { DriftEntry } from '../core/drift/drift.ts';

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
