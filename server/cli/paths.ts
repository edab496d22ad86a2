import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Meanings } from '../app/patterns.ts';
import { BadArguments } from './failures.ts';

/**
 * Paths as they were typed, in a shell that completes them from where it stands, as the verbs take them: relative to the config's folder.
 * What is not here may also be a path as production has it, or a glob: then that is its second meaning. Only a path that climbs, or is
 * absolute, is read from here in any case.
 */
export function pathsAsMeant(
  typed: readonly string[],
  cwd: string,
  folder: string,
  isHere: (file: string) => boolean = existsSync,
): Meanings[] {
  return typed.map((each): Meanings => {
    const isFixed = path.isAbsolute(each) || each.split('/').includes('..');
    if (!isFixed && cwd === folder) return [each];
    const file = path.resolve(cwd, each);
    const relative = path.relative(folder, file).split(path.sep).join('/');
    if (!CLIMBING.test(relative) && !path.isAbsolute(relative)) {
      const fromHere = relative === '' ? '.' : relative;
      return isFixed || isHere(file) ? [fromHere] : [fromHere, each];
    }
    if (!isFixed) return [each];
    throw new BadArguments(
      `${each} lies outside of ${folder}, the folder of driftline.json.`,
      'Name a path below it, or one as production has it, relative to the root.',
    );
  });
}

const CLIMBING = /^\.\.(\/|$)/;
