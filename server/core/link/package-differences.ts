import { below, dirname, join, relative } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { PackageJson, View } from '../tree/view.ts';
import type { ProjectView } from './project.ts';

/** The fields of a `package.json` that decide how code is read and where its imports lead. */
export const DECIDING_FIELDS = ['type', 'main', 'exports', 'imports', 'dependencies'] as const;
export type DecidingField = (typeof DECIDING_FIELDS)[number];

/** Two `package.json`s that decide for the same code, one on each side, and decide otherwise. */
export interface PackageDifference {
  /** Relative to the config's folder, with `..` above it; and relative to the root, or absolute above it. `null` for none. */
  readonly local: string | null;
  readonly production: string | null;
  readonly fields: readonly DecidingField[];
  /** One sentence: what differs, and what that means for the code that is deployed. */
  readonly message: string;
}

/**
 * Compares the `package.json` that decides for each mapped folder here with the one that will decide for it after the deploy (Node, "Determining
 * module system": the nearest one upward). What the plan itself carries does not differ.
 */
export function packageDifferences(view: ProjectView): PackageDifference[] {
  const { folder, root, selection } = view.project;
  const seen = new Set<string>();
  return selection.rules.map.flatMap((pair): PackageDifference[] => {
    const here = nearestPackage(view.local, join(folder, pair.local));
    const there = nearestPackage(view.merged, join(root, pair.production));
    if (here === 'notKnown' || there === 'notKnown' || (here === undefined && there === undefined)) return [];
    const fields = DECIDING_FIELDS.filter((field) => canonical(here, field) !== canonical(there, field));
    const key = `${here?.path ?? ''}\0${there?.path ?? ''}`;
    if (fields.length === 0 || seen.has(key)) return [];
    seen.add(key);
    const local = here === undefined ? null : relative(folder, here.path);
    const production = there === undefined ? null : (below(root, there.path) ?? there.path);
    return [{ local, production, fields, message: sentence(local, production, fields, here, there) }];
  });
}

interface Nearest {
  readonly path: TreePath;
  readonly fields: Readonly<Record<string, unknown>>;
}

function nearestPackage(view: View, from: TreePath): Nearest | undefined | 'notKnown' {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = view.packageJson(folder);
    if (found.state === 'known') return asNearest(folder, found.value);
    if (found.state !== 'absent') return 'notKnown';
    if (folder === '/') return undefined;
  }
}

function asNearest(folder: TreePath, found: PackageJson): Nearest | 'notKnown' {
  // A broken one is a failure of every import below it, and said there.
  return 'broken' in found ? 'notKnown' : { path: join(folder, 'package.json'), fields: found.fields };
}

/** JSON with sorted keys, but for conditions: in `exports` and `imports` the order of keys decides. */
function canonical(nearest: Nearest | undefined, field: DecidingField): string {
  const value = nearest?.fields[field];
  if (field === 'type') return value === 'module' ? 'module' : 'commonjs';
  if (field !== 'dependencies') return value === undefined ? '' : JSON.stringify(value);
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sentence(
  local: string | null,
  production: string | null,
  fields: readonly DecidingField[],
  here: Nearest | undefined,
  there: Nearest | undefined,
): string {
  const which = `${local ?? 'no package.json here'} and production's ${production ?? '(it has none)'} differ in ${fields.map((field) => `"${field}"`).join(', ')}`;
  if (fields.includes('type')) {
    const word = (nearest: Nearest | undefined): string => `"${canonical(nearest, 'type')}"`;
    return `${which}, and it is not deployed: .js files are ${word(here)} here and will be ${word(there)} there.`;
  }
  if (fields.includes('dependencies')) return `${which} (${dependenciesApart(here, there)}), and it is not deployed.`;
  return `${which}, and it is not deployed.`;
}

const SHOWN_NAMES = 5;

function dependenciesApart(here: Nearest | undefined, there: Nearest | undefined): string {
  const of = (nearest: Nearest | undefined): Map<string, unknown> => {
    const value = nearest?.fields['dependencies'];
    return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  };
  const [ours, theirs] = [of(here), of(there)];
  const names = [...new Set([...ours.keys(), ...theirs.keys()])].filter((name) => ours.get(name) !== theirs.get(name));
  const rest = names.length - SHOWN_NAMES;
  return `${names.sort().slice(0, SHOWN_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
