import { existsSync } from 'node:fs';
import path from 'node:path';
import { BadArguments } from './failures.ts';

/**
 * Paths as they were typed, in a shell that completes them from where it stands, as the verbs take them: relative to the config's folder.
 * What is not here is left as it is: it may be a path on production, or a glob. Only a path that climbs, or is absolute, is read from here
 * in any case.
 */
export function pathsAsMeant(
  typed: readonly string[],
  cwd: string,
  folder: string,
  isHere: (file: string) => boolean = existsSync,
): string[] {
  return typed.map((each) => {
    const isFixed = path.isAbsolute(each) || each.split('/').includes('..');
    if (!isFixed && cwd === folder) return each;
    const file = path.resolve(cwd, each);
    if (!isFixed && !isHere(file)) return each;
    const relative = path.relative(folder, file).split(path.sep).join('/');
    if (!CLIMBING.test(relative) && !path.isAbsolute(relative)) return relative === '' ? '.' : relative;
    if (!isFixed) return each;
    throw new BadArguments(
      `${each} lies outside of ${folder}, the folder of driftline.json.`,
      'Name a path below it, or one as production has it, relative to the root.',
    );
  });
}

const CLIMBING = /^\.\.(\/|$)/;
