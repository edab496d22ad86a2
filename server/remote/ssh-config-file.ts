import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { FileUnusable } from './failures.ts';
import { configLines, wordsOf } from './ssh-config-lines.ts';
import type { ConfigLine } from './ssh-config-lines.ts';

/** As deep as OpenSSH follows files that include each other. */
const MAX_DEPTH = 16;

/** A line, or the lines of a file that stands in its place. */
export type ConfigItem = ConfigLine | { readonly included: readonly ConfigItem[] };

export interface ConfigFolders {
  readonly home: string;
  /** Where relative names lie that are included. */
  readonly folder: string;
}

/** A configuration with the files that it includes in their places; one that is not there is empty. Throws `FileUnusable`. */
export function readConfig(file: string, at: ConfigFolders, depth = 0): ConfigItem[] {
  return configLines(readText(file)).flatMap((line): ConfigItem[] => {
    if (line.keyword !== 'include') return [line];
    if (depth >= MAX_DEPTH) return [];
    const files = wordsOf(line.rest).flatMap((pattern) => matches(pattern, at));
    return files.map((each) => ({ included: readConfig(each, at, depth + 1) }));
  });
}

/** The files that a pattern means, in the order of their names. */
function matches(pattern: string, { home, folder }: ConfigFolders): string[] {
  const absolute = pattern.startsWith('~/') ? path.join(home, pattern.slice(2)) : path.resolve(folder, pattern);
  let found = ['/'];
  for (const part of absolute.split('/').filter((each) => each !== '')) {
    const isMatch = picomatch(part);
    found = found.flatMap((parent) => {
      if (!/[*?[]/.test(part)) return [path.join(parent, part)];
      return namesIn(parent)
        .filter((name) => isMatch(name))
        .map((name) => path.join(parent, name));
    });
  }
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw new FileUnusable(folder, error);
  }
}

/** A file's text, empty where it is not there. Throws `FileUnusable`. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return '';
    throw new FileUnusable(file, error);
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
