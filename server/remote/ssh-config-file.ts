import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { FileUnusable } from './failures.ts';

/** As deep as OpenSSH follows files that include each other. */
const MAX_DEPTH = 16;

/**
 * A person's `~/.ssh/config` with the files that it includes in their places: what `Include` does in ssh_config(5), but that a `Host` in
 * a file included under another `Host` is not bound to both. Throws `FileUnusable`.
 */
export function readSshConfig(home: string): string {
  const folder = path.join(home, '.ssh');
  return expand(path.join(folder, 'config'), { home, folder }, 'Host *', 0);
}

function expand(file: string, at: { home: string; folder: string }, enclosing: string, depth: number): string {
  let header = enclosing;
  const lines = readText(file)
    .split('\n')
    .map((line) => {
      if (/^\s*(Host|Match)[\s=]/i.test(line)) header = line;
      const patterns = /^\s*Include(?:\s+|\s*=\s*)(.+)$/i.exec(line)?.[1];
      if (patterns === undefined || depth >= MAX_DEPTH) return line;
      const included = wordsOf(patterns).flatMap((pattern) => matches(pattern, at));
      // What follows belongs again to whom it belonged before.
      return [...included.map((each) => expand(each, at, header, depth + 1)), header].join('\n');
    });
  return lines.join('\n');
}

/** Words, some of them in double quotes. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** The files that a pattern means, in the order of their names; a relative one is below `~/.ssh`. */
function matches(pattern: string, { home, folder }: { home: string; folder: string }): string[] {
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
