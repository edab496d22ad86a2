import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Paths as they were typed, in a shell that completes them from where it stands, as the verbs take them: relative to the config's folder.
 * What is not here is left as it is: it may be a path on production, or a glob.
 */
export function pathsAsMeant(
  typed: readonly string[],
  cwd: string,
  folder: string,
  isHere: (file: string) => boolean = existsSync,
): string[] {
  return typed.map((each) => {
    if (!path.isAbsolute(each) && cwd === folder) return each;
    const file = path.resolve(cwd, each);
    if (!isHere(file)) return each;
    const relative = path.relative(folder, file);
    const isBelow = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
    return isBelow ? relative.split(path.sep).join('/') : each;
  });
}
