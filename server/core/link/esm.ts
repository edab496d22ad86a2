import { dirname } from '../tree/path.ts';
import { fromFileIn, fromFileUrl } from './file-url.ts';
import type { Lookup } from './lookup.ts';
import { packageImports, resolvePackage } from './package-entries.ts';
import type { Outcome } from './trace.ts';

/** What was resolved, and the rule that decided. */
export interface Found {
  readonly outcome: Outcome;
  readonly rule: string;
}

/**
 * ESM_RESOLVE of Node's documentation ("Modules: ECMAScript modules"), as Node 20 to 24 carry it out. Builtins are told before.
 */
export function resolveEsm(lookup: Lookup, specifier: string): Found {
  const { folder } = lookup;
  if (isPathLike(specifier)) {
    const rule = 'a path relative to the module';
    const url = fromFileIn(folder, specifier);
    if (url.kind === 'refused') throw lookup.fails(rule, url.code, url.message);
    return found(lookup, url.path, rule);
  }
  if (specifier.startsWith('#')) {
    const rule = "the package's imports";
    const entry = packageImports(lookup, folder, specifier);
    return 'builtin' in entry
      ? { outcome: { kind: 'builtin', name: entry.builtin }, rule }
      : found(lookup, entry.path, rule);
  }
  const scheme = schemeOf(specifier);
  if (scheme !== undefined) return ofScheme(lookup, specifier, scheme);
  const { path, rule } = resolvePackage(lookup, folder, specifier);
  return found(lookup, path, rule);
}

function ofScheme(lookup: Lookup, specifier: string, scheme: string): Found {
  const rule = 'a URL';
  if (scheme === 'data:') return { outcome: { kind: 'builtin', name: 'data:' }, rule };
  if (scheme === 'node:') throw lookup.fails(rule, 'ERR_UNKNOWN_BUILTIN_MODULE', `this Node has no ${specifier}`);
  if (scheme !== 'file:') {
    throw lookup.fails(rule, 'ERR_UNSUPPORTED_ESM_URL_SCHEME', `Node loads no "${scheme}" URLs`);
  }
  const url = fromFileUrl(specifier);
  if (url.kind === 'refused') throw lookup.fails(rule, url.code, url.message);
  return found(lookup, url.path, rule);
}

/** The end of ESM_RESOLVE: exactly this file. There is no extension search, and a folder is an error of its own. */
function found(lookup: Lookup, path: string, rule: string): Found {
  const endsAsFolder = path.endsWith('/');
  const { has } = lookup.rules;
  const isFolderBySlash = endsAsFolder && (!has('slashIsLookedAt') || has('slashIsFolder'));
  if (isFolderBySlash || lookup.isFolder(path)) {
    throw lookup.fails(rule, 'ERR_UNSUPPORTED_DIR_IMPORT', `${path} is a folder, which import does not search`);
  }
  const file = endsAsFolder ? undefined : lookup.file(path);
  if (file === undefined) throw lookup.fails(rule, 'ERR_MODULE_NOT_FOUND', `Cannot find module '${path}'`);
  // Whether it is an ES module is a part of resolving it.
  if (/(?:\.[jt]s|\/[^./]+)$/.test(file)) lookup.scope(dirname(file));
  return { outcome: { kind: 'file', path: file }, rule };
}

export function isPathLike(specifier: string): boolean {
  return /^(?:\/|\.\.?(?:\/|$))/.test(specifier);
}

/** The scheme of what the URL parser takes for an absolute URL; `undefined` for what it does not. */
function schemeOf(specifier: string): string | undefined {
  if (!/^\s*[a-z][a-z\d+.-]*:/i.test(specifier)) return undefined;
  try {
    return new URL(specifier).protocol;
  } catch {
    return undefined;
  }
}
