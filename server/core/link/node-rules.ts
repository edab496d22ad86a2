import { hasSince } from './builtins.ts';
import type { Version } from './builtins.ts';

/** Where the Nodes from 14 on resolve otherwise than each other, with the versions that brought it: tried on each version, not only read. */
const CHANGES = {
  /** A pattern's star may have something behind it; before, each pattern ends with its star. */
  patternTrailers: [
    [14, 19],
    [16, 9],
  ],
  /** The condition `node-addons`. */
  nodeAddons: [
    [14, 19],
    [16, 10],
  ],
  /** Targets and names are checked more closely (a dot before a name, escaped segments), and a target may be a builtin. */
  closerChecks: [
    [16, 14],
    [17, 1],
  ],
  /** A key that ends with a slash maps a folder no longer. */
  noFolderKeys: [[17, 0]],
  /** Each field of a `package.json` is taken by its type, and each `package.json` is parsed; before, only one that names a field. */
  typedFields: [
    [18, 19],
    [20, 4],
  ],
  /** `package.json` is read by a reader of Node's own, which refuses what is no object, and not by `JSON.parse`. */
  strictReader: [
    [21, 5],
    [22, 0],
  ],
  /** Requiring ES modules without a flag, which brought the condition `module-sync`. */
  requireEsm: [
    [20, 19],
    [22, 12],
  ],
  /** What `import` makes of a `main` is a path, no URL. */
  mainIsPath: [
    [22, 10],
    [23, 0],
  ],
  /** `import` takes a slash at the end for a folder only where there is one. */
  slashIsLookedAt: [
    [22, 10],
    [23, 0],
  ],
  /** And takes each for one again. */
  slashIsFolder: [
    [22, 22],
    [24, 15],
  ],
  /** `import` gives the whole of a CommonJS module by the name `module.exports` too. */
  moduleExportsName: [[23, 0]],
  /** An internal import may begin with `#/`. */
  hashSlash: [
    [24, 14],
    [25, 4],
  ],
} as const satisfies Readonly<Record<string, readonly Version[]>>;

export type Change = keyof typeof CHANGES;

export function hasChange(node: Version, change: Change): boolean {
  return hasSince(node, CHANGES[change]);
}
