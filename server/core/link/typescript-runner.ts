import { hasSince } from './builtins.ts';
import type { Version } from './builtins.ts';

/**
 * What runs TypeScript sources as they are: Node itself, which takes the types away (`strip`) or also transforms what is more than types
 * (`transform`, by its flag); or a loader that compiles each module as it is loaded.
 */
export type TypeScriptRunner = 'strip' | 'transform' | 'tsx' | 'ts-node';

const RUNNERS: ReadonlySet<unknown> = new Set<TypeScriptRunner>(['strip', 'transform', 'tsx', 'ts-node']);

export function isTypeScriptRunner(value: unknown): value is TypeScriptRunner {
  return RUNNERS.has(value);
}

/** Packages that teach Node to load TypeScript. Those that are no runner of ours have rules of their own. */
const LOADERS: ReadonlyMap<string, TypeScriptRunner | 'other'> = new Map([
  ['tsx', 'tsx'],
  ['ts-node', 'ts-node'],
  ['ts-node-script', 'ts-node'],
  ['ts-node-transpile-only', 'ts-node'],
  ['ts-node-dev', 'ts-node'],
  ['tsnd', 'ts-node'],
  ['ts-node-esm', 'other'],
  ['swc-node', 'other'],
  ['@swc-node', 'other'],
  ['@swc', 'other'],
  ['@babel', 'other'],
  ['babel-node', 'other'],
  ['esbuild-register', 'other'],
  ['jiti', 'other'],
  ['bun', 'other'],
]);

/** Since when Node strips types without being told to ("Modules: TypeScript"). */
const STRIPS: readonly Version[] = [
  [22, 18],
  [23, 6],
];

/**
 * What runs TypeScript in a process, by the words of its command up to its script, with what `NODE_OPTIONS` and a process manager add.
 * `other` where that is something whose rules we do not know; `undefined` where no TypeScript is run.
 *
 * @param node its version, where it is not known to run such a script already
 */
export function runnerIn(
  words: readonly string[],
  script: string | undefined,
  node?: Version,
): TypeScriptRunner | 'other' | undefined {
  const loader = words.map(loaderIn).find((each) => each !== undefined);
  // Its loader for ES modules finds sources by other rules than its loader for CommonJS.
  if (loader === 'ts-node' && words.some((word) => /ts-node\/esm/.test(word))) return 'other';
  if (loader !== undefined) return loader;
  if (words.some((word) => /^--no-(?:experimental-)?strip-types$/.test(word))) return undefined;
  if (script === undefined || !/\.[cm]?ts$/.test(script)) return undefined;
  if (words.includes('--experimental-transform-types')) return 'transform';
  const strips = node === undefined || words.includes('--experimental-strip-types') || hasSince(node, STRIPS);
  return strips ? 'strip' : undefined;
}

/** By a package's name at the beginning of a word, a program's at its end, or a package in a `node_modules`. */
function loaderIn(word: string): TypeScriptRunner | 'other' | undefined {
  const value = word.startsWith('-') ? word.slice(word.indexOf('=') + 1) : word;
  const installed = /(?:^|.*\/)node_modules\/(?:\.bin\/)?([^/]+)/.exec(value)?.[1];
  const isFile = /^(?:\.{0,2}\/|file:)|\.[cm]?[jt]s$/.test(value);
  const named = installed ?? (isFile ? value.slice(value.lastIndexOf('/') + 1) : value.split('/')[0]);
  return named === undefined ? undefined : LOADERS.get(named);
}

/** The one runner of several processes; `undefined` where two differ, or one is not known: then nobody can tell by which rules. */
export function onlyRunner(runners: readonly (TypeScriptRunner | 'other')[]): TypeScriptRunner | undefined {
  const [first, ...others] = new Set(runners);
  return first === 'other' || others.length > 0 ? undefined : first;
}
