import { basename, extname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import { resolveCommonJs } from './commonjs.ts';
import { isPathLike, resolveEsm } from './esm.ts';
import type { Found } from './esm.ts';
import { Ended } from './lookup.ts';
import type { Lookup } from './lookup.ts';
import { moduleFolders } from './package-entries.ts';
import { projectOf } from './tsconfig.ts';
import { pathsFor, TS_PATHS } from './typescript.ts';

/** What an import of an output may find instead, in the order of tsx. */
const SUBSTITUTES: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.js', '.jsx'],
  '.jsx': ['.tsx', '.ts', '.jsx', '.js'],
  '.cjs': ['.cts'],
  '.mjs': ['.mts'],
};
const OWN = ['.ts', '.tsx', '.jsx', '.js', '.json'];
/** What is published is more likely JavaScript that works. */
const INSTALLED = ['.js', '.json', '.ts', '.tsx', '.jsx'];
/** Nothing stands for these, and nothing is put behind them. */
const VERBATIM = /\.(?:[cm]?ts|tsx|json|node)$/;

/** Codes after which tsx goes on looking. */
const GOES_ON = /^(?:(?:ERR_)?MODULE_NOT_FOUND|ERR_UNSUPPORTED_DIR_IMPORT)$/;

/**
 * Where a specifier leads under `tsx` (4.20): it has Node look for one specifier after the other, `paths` of `tsconfig.json` first, and for a
 * TypeScript module the sources before the outputs that its imports name.
 */
export function resolveByTsx(lookup: Lookup, specifier: string): Found {
  if (isPathLike(specifier) || lookup.from.includes('/node_modules/')) return search(lookup, specifier);
  const project = projectOf(lookup.view, lookup.folder);
  if (project.state === 'unknown') throw new Ended({ kind: 'unknown' }, '');
  for (const place of pathsFor(specifier, project)) {
    const found = attempt(() => search(lookup, place));
    if (found.kind === 'found') return { outcome: found.found.outcome, rule: TS_PATHS };
  }
  return search(lookup, specifier);
}

function search(lookup: Lookup, specifier: string): Found {
  return lookup.rules.isEsm ? ofImport(lookup, specifier) : ofRequire(lookup, specifier);
}

function ofRequire(lookup: Lookup, written: string): Found {
  const specifier = /(?:^|\/)\.\.$|^\.$/.test(written) ? `${written}/` : written;
  const first = specifier.endsWith('/') ? [`${specifier}index`] : [];
  const candidates = [...first, specifier, `${specifier}/index`].flatMap((each) => {
    if (!isTypeScript(lookup.from)) return [each];
    const others = alternatives(each);
    return isPathLike(each) ? [...others, each] : [each, ...others];
  });
  return firstOf(lookup, candidates, specifier, resolveCommonJs);
}

function ofImport(lookup: Lookup, specifier: string): Found {
  const inFolder = alternatives(`${specifier.replace(/\/$/, '')}/index`);
  if (specifier.endsWith('/')) return firstOf(lookup, inFolder, specifier, resolveEsm);
  const others = alternatives(specifier);
  if (isTypeScript(lookup.from) && isPathLike(specifier))
    return firstOf(lookup, [...others, specifier, ...inFolder], specifier, resolveEsm);
  const folder = isPathLike(specifier) ? join(lookup.folder, specifier) : undefined;
  if (folder === undefined || !lookup.isFolder(folder))
    return firstOf(lookup, [specifier, ...others, ...inFolder], specifier, resolveEsm);
  const rest = folder.includes('/node_modules/') ? alternatives(`${folder}/index`) : inFolder;
  return firstOf(lookup, [specifier, ...rest], specifier, resolveEsm);
}

function alternatives(specifier: string): string[] {
  const extension = extname(specifier);
  const substitutes = SUBSTITUTES[extension];
  if (substitutes !== undefined) return substitutes.map((each) => specifier.slice(0, -extension.length) + each);
  if (VERBATIM.test(specifier) || basename(specifier) === '') return [];
  const isInstalled = !isPathLike(specifier) || specifier.includes('/node_modules/');
  return (isInstalled ? INSTALLED : OWN).map((each) => specifier + each);
}

/** Where none is found, the failure is that of the specifier as it is written. */
function firstOf(
  lookup: Lookup,
  candidates: readonly string[],
  written: string,
  way: (lookup: Lookup, specifier: string) => Found,
): Found {
  let failure: Ended | undefined;
  for (const candidate of candidates) {
    const tried = attempt(() => way(lookup, candidate));
    if (tried.kind === 'found') return tried.found;
    const { outcome } = tried.failure;
    if (outcome.kind !== 'missing') throw tried.failure;
    if (candidate !== written) continue;
    failure = tried.failure;
    if (!GOES_ON.test(outcome.code)) throw failure;
    const source = isTypeScript(lookup.from) || lookup.rules.isEsm ? sourceOfTarget(lookup, written) : undefined;
    if (source !== undefined) return { outcome: { kind: 'file', path: source }, rule: tried.failure.rule };
  }
  throw failure ?? lookup.fails('every path that tsx tries', 'MODULE_NOT_FOUND', `Cannot find module '${written}'`);
}

/** What stands for the file that a package.json names and that is not there: by `imports` or `exports`, or by `main`. */
function sourceOfTarget(lookup: Lookup, specifier: string): TreePath | undefined {
  const named = mainOf(lookup, specifier) ?? (isPathLike(specifier) ? undefined : lookup.trace.tried.at(-1));
  for (const place of named === undefined ? [] : alternatives(named)) {
    const file = lookup.file(place);
    if (file !== undefined) return file;
  }
  return undefined;
}

function mainOf(lookup: Lookup, specifier: string): TreePath | undefined {
  // An import reads no `main` of a folder that it names by a path.
  if (isPathLike(specifier) && lookup.rules.isEsm) return undefined;
  const places = isPathLike(specifier)
    ? [join(lookup.folder, specifier)]
    : [...moduleFolders(lookup.folder)].map((folder) => join(folder, specifier));
  const folder = places.find((place) => lookup.isFolder(place));
  const main = folder === undefined ? undefined : lookup.package(folder)?.main;
  return folder === undefined || main === undefined ? undefined : join(folder, main);
}

function attempt(
  look: () => Found,
): { readonly kind: 'found'; readonly found: Found } | { readonly kind: 'ended'; readonly failure: Ended } {
  try {
    return { kind: 'found', found: look() };
  } catch (error) {
    if (error instanceof Ended) return { kind: 'ended', failure: error };
    throw error;
  }
}

function isTypeScript(path: string): boolean {
  return /\.(?:[cm]?ts|tsx)$/.test(path);
}
