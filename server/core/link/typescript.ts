import { extname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import { isPathLike, resolveEsm } from './esm.ts';
import type { Found } from './esm.ts';
import { resolveCommonJs } from './commonjs.ts';
import { Ended } from './lookup.ts';
import type { Lookup } from './lookup.ts';
import type { Runtime } from './runtime.ts';
import { projectOf } from './tsconfig.ts';
import type { TypeScriptProject } from './tsconfig.ts';
import type { TypeScriptRunner } from './typescript-runner.ts';

/** Sources that something compiles before Node sees them, where nothing runs them as they are. */
export function isCompiled(path: TreePath, { typescript }: Runtime): boolean {
  if (!/\.(?:[cm]?ts|tsx|jsx)$/.test(path)) return false;
  // Node itself takes no JSX.
  return typescript === undefined || (isByNode(typescript) && !/\.[cm]?ts$/.test(path));
}

/** Whether Node itself runs TypeScript, by its own rules of resolution ("Modules: TypeScript"). */
export function isByNode(runner: TypeScriptRunner | undefined): boolean {
  return runner === 'strip' || runner === 'transform';
}

export const TS_PATHS = '"paths" of tsconfig.json';
export const TS_BASE_URL = '"baseUrl" of tsconfig.json';

/** Without an extension. What is only declared (`.d.ts`) comes after what runs. */
const EXTENSIONS = ['.ts', '.tsx', '.js', '.jsx', '.json', '.mts', '.cts', '.mjs', '.cjs', '.node', '.d.ts'];
/** What a source may be called whose output is named in the import. */
const SOURCES_OF: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};
const DECLARATIONS_OF: Readonly<Record<string, string>> = { '.js': '.d.ts', '.mjs': '.d.mts', '.cjs': '.d.cts' };

/**
 * Where a link of a TypeScript or JSX source leads among the sources (TypeScript's handbook, "Modules: theory" and "reference"): by `paths`,
 * `baseUrl` and `rootDirs` of its `tsconfig.json`, with the output's extension standing for the source's. Packages are Node's own business.
 */
export function resolveCompiled(lookup: Lookup, specifier: string): Found {
  const project = projectOf(lookup.view, lookup.folder);
  if (project.state === 'unknown') throw new Ended({ kind: 'unknown' }, '');
  if (isPathLike(specifier)) {
    const path = join(lookup.folder, specifier);
    for (const candidate of [path, ...inRootDirs(path, project)]) {
      const file = source(lookup, candidate, /(?:^|\/)\.{0,2}$/.test(specifier));
      if (file !== undefined) return { outcome: { kind: 'file', path: file }, rule: 'a path relative to the module' };
    }
    throw lookup.fails('every path that TypeScript tries', 'MODULE_NOT_FOUND', `Cannot find module '${specifier}'`);
  }
  const mapped = byPaths(lookup, specifier, project);
  if (mapped !== undefined) return mapped;
  return byNode(lookup, specifier);
}

/** Node's way, with a source standing for the output that `imports` or the package's own `exports` name. */
function byNode(lookup: Lookup, specifier: string): Found {
  const { isEsm } = lookup.rules;
  const way = isEsm ? resolveEsm : resolveCommonJs;
  try {
    return way(lookup, specifier);
  } catch (error) {
    if (!(error instanceof Ended) || error.outcome.kind !== 'missing') throw error;
    const last = lookup.trace.tried.at(-1);
    const file = last === undefined || !specifier.startsWith('#') ? undefined : source(lookup, last, false);
    if (file !== undefined) return { outcome: { kind: 'file', path: file }, rule: error.rule };
    // A compiler may turn `import` into `require`, which searches where `import` does not.
    if (isEsm && error.outcome.code === 'ERR_MODULE_NOT_FOUND') return resolveCommonJs(lookup, specifier);
    throw error;
  }
}

function byPaths(lookup: Lookup, specifier: string, project: TypeScriptProject): Found | undefined {
  const places = [...pathsFor(specifier, project)];
  for (const place of places) {
    const file = source(lookup, place, false);
    if (file !== undefined) return { outcome: { kind: 'file', path: file }, rule: TS_PATHS };
  }
  const base = project.baseUrl === undefined ? undefined : source(lookup, join(project.baseUrl, specifier), false);
  if (base !== undefined) return { outcome: { kind: 'file', path: base }, rule: TS_BASE_URL };
  return undefined;
}

/** The substitutions of the one pattern that fits best: exactly, else by the longest part before the star. */
export function* pathsFor(specifier: string, project: TypeScriptProject): Generator<TreePath> {
  let best: { pattern: string; matched: string; head: number } | undefined;
  for (const pattern of project.paths.keys()) {
    const star = pattern.indexOf('*');
    if (star < 0) {
      if (pattern !== specifier) continue;
      best = { pattern, matched: '', head: Infinity };
      break;
    }
    const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
    const fits =
      specifier.length >= head.length + tail.length && specifier.startsWith(head) && specifier.endsWith(tail);
    if (!fits || (best !== undefined && best.head >= star)) continue;
    best = { pattern, matched: specifier.slice(head.length, specifier.length - tail.length), head: star };
  }
  if (best === undefined) return;
  const { matched } = best;
  for (const target of project.paths.get(best.pattern) ?? []) yield target.replace('*', () => matched);
}

/** Folders that are one folder once compiled: the same path below each of the others. */
function* inRootDirs(path: TreePath, project: TypeScriptProject): Generator<TreePath> {
  const own = project.rootDirs
    .filter((folder) => path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)
    .at(0);
  if (own === undefined) return;
  for (const folder of project.rootDirs) if (folder !== own) yield folder + path.slice(own.length);
}

function source(lookup: Lookup, path: TreePath, wantsFolder: boolean): TreePath | undefined {
  return (wantsFolder ? undefined : sourceFile(lookup, path)) ?? sourceFolder(lookup, path);
}

function sourceFile(lookup: Lookup, path: TreePath): TreePath | undefined {
  const written = extname(path);
  const stem = written === '' ? path : path.slice(0, -written.length);
  const declaration = DECLARATIONS_OF[written];
  const candidates = [
    ...(SOURCES_OF[written] ?? []).map((extension) => stem + extension),
    path,
    ...EXTENSIONS.map((extension) => path + extension),
    ...(declaration === undefined ? [] : [stem + declaration]),
  ];
  const { suffixes = [''] } = projectOf(lookup.view, lookup.folder);
  for (const candidate of candidates) {
    const end = /(?:\.d)?\.[^./]+$/.exec(candidate)?.index ?? candidate.length;
    for (const suffix of suffixes) {
      const file = lookup.file(candidate.slice(0, end) + suffix + candidate.slice(end));
      if (file !== undefined) return file;
    }
  }
  return undefined;
}

function sourceFolder(lookup: Lookup, path: TreePath): TreePath | undefined {
  if (!lookup.isFolder(path)) return undefined;
  const main = lookup.package(path)?.main;
  const named =
    main === undefined
      ? undefined
      : (sourceFile(lookup, join(path, main)) ?? sourceFile(lookup, join(join(path, main), 'index')));
  return named ?? sourceFile(lookup, join(path, 'index'));
}
