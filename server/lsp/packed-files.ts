import type { ContentId } from '../core/tree/tree.ts';

/** A file that is the same on both sides: relative to the config's folder, and to the root. */
export interface SameFile {
  readonly local: string;
  readonly path: string;
  readonly there?: ContentId;
}

const FIELDS = 4;

/**
 * Many files as one text: taking a message of ten thousand objects apart would hold up whoever types, one of a single text does not. Paths
 * hold no NUL.
 */
export function packFiles(files: readonly SameFile[]): string {
  return files.map(({ local, path, there }) => [local, path, there?.sha256, there?.blob].join('\0')).join('\0');
}

export function unpackFiles(packed: string): SameFile[] {
  const fields = packed === '' ? [] : packed.split('\0');
  const files: SameFile[] = [];
  for (let at = 0; at < fields.length; at += FIELDS) {
    const [local = '', path = '', sha256 = '', blob = ''] = fields.slice(at, at + FIELDS);
    files.push({ local, path, ...(sha256 !== '' && { there: { sha256, blob } }) });
  }
  return files;
}
