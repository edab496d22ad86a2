import { join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { Found } from './esm.ts';
import { Ended } from './lookup.ts';
import type { Lookup, PackageConfig } from './lookup.ts';
import { aliased, aliasFolders, MODULE_ALIASES } from './module-alias.ts';
import type { Entry } from './package-entries.ts';
import { moduleFolders, OWN_EXPORTS, packageExports, packageImports } from './package-entries.ts';

export const NODE_PATH = 'a folder of NODE_PATH';

/**
 * `require` of Node's documentation ("Modules: CommonJS modules"), as `Module._resolveFilename` carries it out. Builtins are told before.
 */
export function resolveCommonJs(lookup: Lookup, specifier: string): Found {
  const { folder } = lookup;
  const alias = specifier.startsWith('.') ? undefined : aliased(lookup, specifier);
  if (alias !== undefined) return search(lookup, ['/'], alias, MODULE_ALIASES, MODULE_ALIASES);
  const scope = lookup.scope(folder);
  if (specifier.startsWith('#') && scope?.imports !== undefined) {
    return searchless(lookup, scope, () => packageImports(lookup, folder, specifier), "the package's imports");
  }
  const subpath = scope?.exports === undefined ? undefined : subpathOf(specifier, scope.name);
  if (scope !== undefined && subpath !== undefined) {
    return searchless(lookup, scope, () => packageExports(lookup, scope, subpath, OWN_EXPORTS), OWN_EXPORTS);
  }
  if (specifier.startsWith('/')) return search(lookup, ['/'], specifier, 'an absolute path');
  // Also `..name`: Node looks at the first two characters only.
  if (/^\.(?:$|[./])/.test(specifier)) {
    return search(lookup, [folder], specifier, 'a path relative to the module');
  }
  const folders = [...aliasFolders(lookup), ...moduleFolders(folder)];
  const found = find(lookup, folders, specifier, 'a package in node_modules');
  return found ?? search(lookup, lookup.rules.globalFolders, specifier, NODE_PATH);
}

/** The subpath (`.`, `./x`) where a specifier begins with a package's own name. */
function subpathOf(specifier: string, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (specifier === name) return '.';
  return specifier.startsWith(`${name}/`) ? `.${specifier.slice(name.length)}` : undefined;
}

/** What `exports` and `imports` name is loaded as it is: no extension is tried, but below a folder that is mapped as a whole. */
function searchless(lookup: Lookup, config: PackageConfig, entryOf: () => Entry, rule: string): Found {
  try {
    const entry = entryOf();
    // So in every version up to 24: what `import` takes, `require` cannot turn into a path.
    if ('builtin' in entry) throw lookup.fails(rule, 'ERR_INVALID_URL_SCHEME', `"${entry.builtin}" is no file`);
    const exact = entry.path.endsWith('/') ? undefined : lookup.file(entry.path);
    const isSearched = exact === undefined && entry.isInFolder === true;
    const file = isSearched ? (withExtension(lookup, entry.path) ?? ofFolder(lookup, join(entry.path, '.'))) : exact;
    if (file !== undefined) return { outcome: { kind: 'file', path: file }, rule };
    throw notFound(lookup, `${entry.path}', as ${join(config.folder, 'package.json')} says it, '`, rule);
  } catch (error) {
    // What `import` calls ERR_MODULE_NOT_FOUND has the older name here.
    if (error instanceof Ended && error.outcome.kind === 'missing' && error.outcome.code === 'ERR_MODULE_NOT_FOUND') {
      throw lookup.fails(error.rule, 'MODULE_NOT_FOUND', error.outcome.message);
    }
    throw error;
  }
}

/** @param rule decided where it is found, `otherwise` where it is not */
function search(
  lookup: Lookup,
  folders: readonly TreePath[],
  specifier: string,
  rule: string,
  otherwise = 'every path that Node tries',
): Found {
  const found = find(lookup, folders, specifier, rule);
  if (found !== undefined) return found;
  throw notFound(lookup, specifier, otherwise);
}

/** `Module._findPath`: the first of these folders that holds it. */
function find(lookup: Lookup, folders: readonly TreePath[], specifier: string, rule: string): Found | undefined {
  const wantsFolder = /(?:^|\/)\.{0,2}$/.test(specifier);
  const [, name, rest = ''] = /^((?:@[^/\\%]+\/)?[^./\\%][^/\\%]*)(\/.*)?$/s.exec(specifier) ?? [];
  for (const folder of folders) {
    if (folder !== '/' && !specifier.startsWith('.') && !lookup.isFolder(folder)) continue;
    const exporting = name === undefined ? undefined : lookup.package(join(folder, name));
    if (exporting?.exports !== undefined) {
      const its = "the package's exports";
      return searchless(lookup, exporting, () => packageExports(lookup, exporting, `.${rest}`, its), its);
    }
    const path = join(folder, specifier);
    const file =
      (wantsFolder ? undefined : (lookup.file(path) ?? withExtension(lookup, path))) ?? ofFolder(lookup, path);
    if (file !== undefined) return { outcome: { kind: 'file', path: file }, rule };
  }
  return undefined;
}

/** LOAD_AS_FILE's extensions. */
function withExtension(lookup: Lookup, path: TreePath): TreePath | undefined {
  if (path === '/') return undefined;
  for (const extension of lookup.rules.extensions) {
    const file = lookup.file(path + extension);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** LOAD_AS_DIRECTORY: what `main` names, as a file or as a folder's index, then the index. A `main` that leads nowhere ends it all. */
function ofFolder(lookup: Lookup, path: TreePath): TreePath | undefined {
  if (!lookup.isFolder(path)) return undefined;
  const { main, isMainRefused = false } = lookup.package(path) ?? {};
  if (isMainRefused) {
    throw lookup.fails(`the "main" of ${join(path, 'package.json')}`, 'ERR_INVALID_ARG_TYPE', 'its "main" is no text');
  }
  if (main === undefined || main === '') return indexOf(lookup, path);
  const at = join(path, main);
  const file = lookup.file(at) ?? withExtension(lookup, at) ?? indexOf(lookup, at) ?? indexOf(lookup, path);
  if (file !== undefined) return file;
  throw notFound(lookup, at, `the "main" of ${join(path, 'package.json')}`);
}

function indexOf(lookup: Lookup, folder: TreePath): TreePath | undefined {
  return withExtension(lookup, join(folder, 'index'));
}

function notFound(lookup: Lookup, what: string, rule: string): Ended {
  return lookup.fails(rule, 'MODULE_NOT_FOUND', `Cannot find module '${what}'`);
}
