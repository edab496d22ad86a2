/**
 * What a package's `exports` or `imports` say to a subpath: PACKAGE_IMPORTS_EXPORTS_RESOLVE and PACKAGE_TARGET_RESOLVE of Node's
 * documentation ("Modules: ECMAScript modules", resolution algorithm). Written here and not taken from a library because the ones there are
 * (resolve-pkg-maps, resolve.exports) neither tell Node's error codes apart nor refuse the targets that Node refuses.
 */
export type Target =
  /** A path below the package, beginning with `./`, to be read as a URL. */
  | { readonly kind: 'path'; readonly path: string }
  /** Another package's specifier; only `imports` may name one. */
  | { readonly kind: 'specifier'; readonly specifier: string }
  | { readonly kind: 'none' }
  /** A target that Node refuses. */
  | { readonly kind: 'invalid'; readonly target: string }
  /** What stood for the pattern's star is refused: it would lead out of the package. */
  | { readonly kind: 'invalidSubpath' }
  | { readonly kind: 'invalidConfig'; readonly reason: string };

/** @param key `.`, `./sub` or `#name` */
export function matchTarget(
  map: Readonly<Record<string, unknown>>,
  key: string,
  conditions: ReadonlySet<string>,
  isImports: boolean,
): Target {
  const isFolder = !isImports && key.endsWith('/');
  if (Object.hasOwn(map, key) && !key.includes('*') && !isFolder) {
    return resolveTarget(map[key], undefined, conditions, isImports) ?? NONE;
  }
  let best: { pattern: string; matched: string } | undefined;
  for (const pattern of Object.keys(map)) {
    const star = pattern.indexOf('*');
    if (star < 0 || pattern.lastIndexOf('*') !== star) continue;
    const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
    if (!key.startsWith(head) || !key.endsWith(tail) || key.length < pattern.length) continue;
    if (best === undefined || comparePatterns(pattern, best.pattern) < 0) {
      best = { pattern, matched: key.slice(head.length, key.length - tail.length) };
    }
  }
  if (best === undefined) return NONE;
  return resolveTarget(map[best.pattern], best.matched, conditions, isImports) ?? NONE;
}

/** `exports` may be a target by itself; Node reads that as `{ ".": exports }`. A mix of both kinds of keys is an error. */
export function exportsMap(exports: unknown): Readonly<Record<string, unknown>> | 'invalid' {
  if (typeof exports === 'string' || Array.isArray(exports)) return { '.': exports };
  // A number or a truth value exports nothing.
  if (typeof exports !== 'object' || exports === null) return {};
  const keys = Object.keys(exports);
  const subpaths = keys.filter((key) => key.startsWith('.')).length;
  if (subpaths > 0 && subpaths < keys.length) return 'invalid';
  return subpaths > 0 || keys.length === 0 ? Object.fromEntries(Object.entries(exports)) : { '.': exports };
}

const NONE: Target = { kind: 'none' };

/** `null` means that the target says no; `undefined` that it says nothing, so that the next condition may speak. */
function resolveTarget(
  target: unknown,
  matched: string | undefined,
  conditions: ReadonlySet<string>,
  isImports: boolean,
): Target | null | undefined {
  if (typeof target === 'string') return resolveText(target, matched, isImports);
  if (target === null) return null;
  if (Array.isArray(target)) return firstOf(target, matched, conditions, isImports);
  if (typeof target !== 'object') return { kind: 'invalid', target: JSON.stringify(target) };
  const entries = Object.entries(target);
  if (entries.some(([key]) => /^(?:0|[1-9]\d*)$/.test(key))) {
    return { kind: 'invalidConfig', reason: 'a condition that is a number' };
  }
  for (const [condition, value] of entries) {
    if (condition !== 'default' && !conditions.has(condition)) continue;
    const found = resolveTarget(value, matched, conditions, isImports);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first alternative that is a target at all; whether its file exists is not asked. */
function firstOf(
  targets: readonly unknown[],
  matched: string | undefined,
  conditions: ReadonlySet<string>,
  isImports: boolean,
): Target | null | undefined {
  if (targets.length === 0) return null;
  let last: Target | null | undefined;
  for (const alternative of targets) {
    const found = resolveTarget(alternative, matched, conditions, isImports);
    if (found === undefined) continue;
    if (found !== null && found.kind !== 'invalid') return found;
    last = found;
  }
  return last;
}

const FORBIDDEN_SEGMENT =
  /(^|[\\/])((\.|%2e)(\.|%2e)?|(n|%6e|%4e)(o|%6f|%4f)(d|%64|%44)(e|%65|%45)(_|%5f)(m|%6d|%4d)(o|%6f|%4f)(d|%64|%44)(u|%75|%55)(l|%6c|%4c)(e|%65|%45)(s|%73|%53))([\\/]|$)/i;

function resolveText(target: string, matched: string | undefined, isImports: boolean): Target {
  if (!target.startsWith('./')) {
    const isSpecifier = isImports && !target.startsWith('../') && !target.startsWith('/') && !isUrl(target);
    if (!isSpecifier) return { kind: 'invalid', target };
    return { kind: 'specifier', specifier: matched === undefined ? target : target.replaceAll('*', () => matched) };
  }
  if (FORBIDDEN_SEGMENT.test(target.slice(2))) return { kind: 'invalid', target };
  if (matched === undefined) return { kind: 'path', path: target };
  if (FORBIDDEN_SEGMENT.test(matched)) return { kind: 'invalidSubpath' };
  return { kind: 'path', path: target.replaceAll('*', () => matched) };
}

function isUrl(text: string): boolean {
  try {
    return new URL(text).protocol !== '';
  } catch {
    return false;
  }
}

/** PATTERN_KEY_COMPARE: the longer the part before the star, the more specific; then the longer the whole. */
function comparePatterns(a: string, b: string): number {
  const byHead = b.indexOf('*') - a.indexOf('*');
  return byHead !== 0 ? byHead : b.length - a.length;
}
