import { basename, dirname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import { builtinOf } from './builtins.ts';
import { fromFileIn } from './file-url.ts';
import type { Lookup, PackageConfig } from './lookup.ts';
import { exportsMap, matchTarget } from './package-targets.ts';
import type { Target } from './package-targets.ts';

/** What a package's `exports` or `imports` lead to: a path that nobody has looked at yet, which may end with a slash. */
export type Entry = { readonly path: string; readonly isInFolder?: true } | { readonly builtin: string };

/** The rule by which a package imports itself. */
export const OWN_EXPORTS = "the package's own exports";

/** PACKAGE_EXPORTS_RESOLVE. Ends the lookup where the package does not export the subpath. */
export function packageExports(lookup: Lookup, config: PackageConfig, subpath: string, rule: string): Entry {
  const file = join(config.folder, 'package.json');
  const map = exportsMap(config.exports);
  if (map === 'invalid') {
    throw lookup.fails(rule, 'ERR_INVALID_PACKAGE_CONFIG', `"exports" of ${file} mixes subpaths and conditions`);
  }
  const target = matchTarget(map, subpath, lookup.rules, false);
  if (target.kind === 'none') {
    throw lookup.fails(rule, 'ERR_PACKAGE_PATH_NOT_EXPORTED', `${file} does not export "${subpath}"`);
  }
  return follow(lookup, config, target, rule);
}

/** PACKAGE_IMPORTS_RESOLVE, by the nearest package.json of a folder. Ends the lookup where it does not define the specifier. */
export function packageImports(lookup: Lookup, folder: TreePath, specifier: string): Entry {
  const rule = "the package's imports";
  const { has } = lookup.rules;
  const isFolder = specifier.endsWith('/') && has('noFolderKeys');
  if (specifier === '#' || isFolder || (specifier.startsWith('#/') && !has('hashSlash'))) {
    throw lookup.fails(rule, 'ERR_INVALID_MODULE_SPECIFIER', `"${specifier}" is no valid name for an internal import`);
  }
  const config = lookup.scope(folder);
  const target = matchTarget(config?.imports ?? {}, specifier, lookup.rules, true);
  if (config === undefined || target.kind === 'none') {
    const where = config === undefined ? 'no package.json above' : `${join(config.folder, 'package.json')} does not`;
    throw lookup.fails(rule, 'ERR_PACKAGE_IMPORT_NOT_DEFINED', `${where} define "${specifier}" in "imports"`);
  }
  return follow(lookup, config, target, rule);
}

function follow(lookup: Lookup, config: PackageConfig, target: Exclude<Target, { kind: 'none' }>, rule: string): Entry {
  const file = join(config.folder, 'package.json');
  switch (target.kind) {
    case 'invalid':
      throw lookup.fails(
        rule,
        'ERR_INVALID_PACKAGE_TARGET',
        `${file} has the target ${target.target}, which Node refuses`,
      );
    case 'invalidSubpath':
      throw lookup.fails(
        rule,
        'ERR_INVALID_MODULE_SPECIFIER',
        `the specifier would lead out of the package of ${file}`,
      );
    case 'invalidConfig':
      throw lookup.fails(rule, 'ERR_INVALID_PACKAGE_CONFIG', `${file} has ${target.reason}`);
    case 'specifier': {
      const mayBeBuiltin = lookup.rules.has('closerChecks');
      const builtin = mayBeBuiltin ? builtinOf(target.specifier, lookup.rules.node) : undefined;
      // A package is looked for as `import` would, from the package.json, whoever asks.
      if (builtin !== undefined) return { builtin };
      const { path } = resolvePackage(lookup, config.folder, target.specifier);
      return { path, ...(target.isInFolder && { isInFolder: true }) };
    }
    case 'path': {
      const url = fromFileIn(config.folder, target.path);
      if (url.kind === 'refused') throw lookup.fails(rule, url.code, url.message);
      return { path: url.path, ...(target.isInFolder && { isInFolder: true }) };
    }
  }
}

/**
 * PACKAGE_RESOLVE: by the package's own name, then in each `node_modules` upward. Other than `require` it does look into a `node_modules`
 * inside a `node_modules`, and the first folder of the package's name decides.
 *
 * @returns a path that nobody has looked at yet, which may end with a slash, and the rule that gave it
 */
export function resolvePackage(lookup: Lookup, folder: TreePath, specifier: string): { path: string; rule: string } {
  if (specifier === '') throw lookup.fails('the specifier itself', 'ERR_MODULE_NOT_FOUND', 'it is empty');
  const match = /^(@[^/]*\/[^/]*|[^@/][^/]*)(\/.*)?$/s.exec(specifier);
  const name = match?.[1];
  const refused = lookup.rules.has('closerChecks') ? /^\.|[\\%]/ : /[\\%]/;
  if (name === undefined || refused.test(name)) {
    const rule = 'the specifier itself';
    throw lookup.fails(rule, 'ERR_INVALID_MODULE_SPECIFIER', `"${specifier}" is no valid package name`);
  }
  const subpath = `.${match?.[2] ?? ''}`;
  const own = lookup.scope(folder);
  if (own?.exports !== undefined && own.name === name) {
    return { path: pathOf(packageExports(lookup, own, subpath, OWN_EXPORTS)), rule: OWN_EXPORTS };
  }
  const rule = 'a package';
  // The name becomes part of a URL: behind one of these it is no path any more.
  const isPath = !/[?#]/.test(name);
  for (let place = folder; isPath; place = dirname(place)) {
    const at = join(place, `node_modules/${name}`);
    if (lookup.isFolder(at)) {
      const config = lookup.package(at);
      if (config?.exports !== undefined) {
        return { path: pathOf(packageExports(lookup, config, subpath, "the package's exports")), rule };
      }
      return { path: subpath === '.' ? legacyMain(lookup, at, config) : fileOfPackage(lookup, at, subpath), rule };
    }
    if (place === '/') break;
  }
  throw lookup.fails('every node_modules upward', 'ERR_MODULE_NOT_FOUND', `Cannot find package '${name}'`);
}

/** `exports` name paths only; `imports` alone may name a builtin. */
function pathOf(entry: { path: string } | { builtin: string }): string {
  return 'path' in entry ? entry.path : '';
}

function fileOfPackage(lookup: Lookup, folder: TreePath, subpath: string): string {
  const url = fromFileIn(folder, subpath);
  if (url.kind === 'refused') throw lookup.fails('a file in a package', url.code, url.message);
  return url.path;
}

const MAIN_ENDS = ['', '.js', '.json', '.node', '/index.js', '/index.json', '/index.node'];

/** LEGACY_MAIN_RESOLVE: packages without `exports`, the only search that `import` has left. */
function legacyMain(lookup: Lookup, folder: TreePath, config: PackageConfig | undefined): string {
  const main = config?.main;
  const candidates = [
    ...(main === undefined ? [] : MAIN_ENDS.map((end) => main + end)),
    ...['index.js', 'index.json', 'index.node'],
  ];
  for (const candidate of candidates) {
    const path = lookup.rules.has('mainIsPath')
      ? join(folder, candidate)
      : fileOfPackage(lookup, folder, `./${candidate}`);
    if (!path.endsWith('/') && lookup.file(path) !== undefined) return path;
  }
  throw lookup.fails("the package's main", 'ERR_MODULE_NOT_FOUND', `Cannot find package '${folder}'`);
}

/** NODE_MODULES_PATHS: each folder upward, save those that are called `node_modules` themselves. */
export function* moduleFolders(from: TreePath): Generator<TreePath> {
  for (let folder = from; ; folder = dirname(folder)) {
    if (basename(folder) !== 'node_modules') yield join(folder, 'node_modules');
    if (folder === '/') return;
  }
}
