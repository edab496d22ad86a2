import { hasSince } from '../../server/core/link/builtins.ts';
import type { Version } from '../../server/core/link/builtins.ts';
import { PATHS } from './cases/paths.ts';
import { BUILTINS } from './cases/builtins.ts';
import { PACKAGES } from './cases/packages.ts';
import { EXPORTS } from './cases/exports.ts';
import { IMPORTS } from './cases/imports.ts';
import { PLACES } from './cases/places.ts';

/**
 * What is not asked, because Node decides it by its own working and not by a rule that it publishes:
 * - a `package.json` that is broken deep inside a field that resolution does not read: Node 22 and up read lazily and do not see it, while
 *   20 and we call it broken;
 * - a symbolic link whose text climbs with `..` out of another link: the kernel finds the file, Node's own realpath does not (ENOENT).
 */

/** A small tree and what is asked in it. Every specifier is asked both as `require` and as `import`. */
export interface Case {
  /** The rule of Node's documentation that it tries. */
  readonly rule: string;
  /** Paths to texts; `-> place` makes a symbolic link. An object stands for its JSON. */
  readonly files: Readonly<Record<string, string | object>>;
  /** The version of Node that brought it, where older ones do something else that nobody relies on. */
  readonly since?: Version;
  readonly asks: Readonly<Record<string, readonly string[]>>;
}

const CASES: readonly Case[] = [...PATHS, ...BUILTINS, ...PACKAGES, ...EXPORTS, ...IMPORTS, ...PLACES];

/** What a version of Node is asked. */
export function casesFor(node: Version): readonly Case[] {
  return CASES.filter(({ since }) => since === undefined || hasSince(node, [since]));
}
