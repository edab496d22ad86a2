import type { Rules } from './lookup.ts';

/**
 * What a package's `exports` or `imports` say to a subpath: PACKAGE_IMPORTS_EXPORTS_RESOLVE and PACKAGE_TARGET_RESOLVE of Node's
 * documentation ("Modules: ECMAScript modules", resolution algorithm). Written here and not taken from a library because the ones there are
 * (resolve-pkg-maps, resolve.exports) neither tell Node's error codes apart nor refuse the targets that Node refuses.
 */
export type Target =
  /** A path below the package, beginning with `./`, to be read as a URL; below a folder that is mapped as a whole, `require` searches on. */
  | { readonly kind: 'path'; readonly path: string; readonly isInFolder?: true }
  /** Another package's specifier; only `imports` may name one. */
  | { readonly kind: 'specifier'; readonly specifier: string; readonly isInFolder?: true }
  | { readonly kind: 'none' }
  /** A target that Node refuses. */
  | { readonly kind: 'invalid'; readonly target: string }
  /** What stood for the pattern's star is refused: it would lead out of the package. */
  | { readonly kind: 'invalidSubpath' }
  | { readonly kind: 'invalidConfig'; readonly reason: string };

/** What the map's keys and targets are read by. */
type TargetRules = Pick<Rules, 'conditions' | 'has'>;

/** What stands for a pattern's star, or follows a key that maps a whole folder. */
interface Matched {
  readonly text: string;
  readonly isFolder: boolean;
}

/** @param key `.`, `./sub` or `#name` */
export function matchTarget(
  map: Readonly<Record<string, unknown>>,
  key: string,
  rules: TargetRules,
  isImports: boolean,
): Target {
  if (Object.hasOwn(map, key) && !key.includes('*') && !key.endsWith('/')) {
    return resolveTarget(map[key], undefined, rules, isImports) ?? NONE;
  }
  let best: { pattern: string; matched: Matched } | undefined;
  for (const pattern of Object.keys(map)) {
    const matched = match(pattern, key, rules);
    if (matched !== undefined && (best === undefined || comparePatterns(pattern, best.pattern) < 0)) {
      best = { pattern, matched };
    }
  }
  if (best === undefined) return NONE;
  return resolveTarget(map[best.pattern], best.matched, rules, isImports) ?? NONE;
}

function match(pattern: string, key: string, { has }: TargetRules): Matched | undefined {
  const star = has('patternTrailers') || pattern.endsWith('*') ? pattern.indexOf('*') : -1;
  if (star < 0) {
    const isFolder = !has('noFolderKeys') && pattern.endsWith('/') && key.startsWith(pattern);
    return isFolder ? { text: key.slice(pattern.length), isFolder } : undefined;
  }
  if (has('patternTrailers') && pattern.lastIndexOf('*') !== star) return undefined;
  const [head, tail] = has('patternTrailers')
    ? [pattern.slice(0, star), pattern.slice(star + 1)]
    : [pattern.slice(0, -1), ''];
  if (!key.startsWith(head) || !key.endsWith(tail) || key.length < pattern.length) return undefined;
  return { text: key.slice(head.length, key.length - tail.length), isFolder: false };
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
  matched: Matched | undefined,
  rules: TargetRules,
  isImports: boolean,
): Target | null | undefined {
  if (typeof target === 'string') return resolveText(target, matched, rules, isImports);
  if (target === null) return null;
  if (Array.isArray(target)) return firstOf(target, matched, rules, isImports);
  if (typeof target !== 'object') return { kind: 'invalid', target: JSON.stringify(target) };
  const entries = Object.entries(target);
  if (entries.some(([key]) => /^(?:0|[1-9]\d*)$/.test(key))) {
    return { kind: 'invalidConfig', reason: 'a condition that is a number' };
  }
  for (const [condition, value] of entries) {
    if (condition !== 'default' && !rules.conditions.has(condition)) continue;
    const found = resolveTarget(value, matched, rules, isImports);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first alternative that is a target at all; whether its file exists is not asked. */
function firstOf(
  targets: readonly unknown[],
  matched: Matched | undefined,
  rules: TargetRules,
  isImports: boolean,
): Target | null | undefined {
  if (targets.length === 0) return null;
  let last: Target | null | undefined;
  for (const alternative of targets) {
    const found = resolveTarget(alternative, matched, rules, isImports);
    if (found === undefined) continue;
    if (found !== null && found.kind !== 'invalid') return found;
    last = found;
  }
  return last;
}

const FORBIDDEN_SEGMENT =
  /(^|[\\/])((\.|%2e)(\.|%2e)?|(n|%6e|%4e)(o|%6f|%4f)(d|%64|%44)(e|%65|%45)(_|%5f)(m|%6d|%4d)(o|%6f|%4f)(d|%64|%44)(u|%75|%55)(l|%6c|%4c)(e|%65|%45)(s|%73|%53))([\\/]|$)/i;

/** Before escapes were looked at, and the case of letters. */
const FORBIDDEN_PLAIN_SEGMENT = /(^|[\\/])(\.\.?|node_modules)([\\/]|$)/;

function resolveText(target: string, matched: Matched | undefined, { has }: TargetRules, isImports: boolean): Target {
  if (matched?.isFolder === true && matched.text !== '' && !target.endsWith('/')) return { kind: 'invalid', target };
  const filled = (): string => {
    if (matched === undefined) return target;
    return matched.isFolder ? target + matched.text : target.replaceAll('*', () => matched.text);
  };
  const inFolder = matched?.isFolder === true ? ({ isInFolder: true } as const) : {};
  if (!target.startsWith('./')) {
    const isSpecifier = isImports && !target.startsWith('../') && !target.startsWith('/') && !isUrl(target);
    return isSpecifier ? { kind: 'specifier', specifier: filled(), ...inFolder } : { kind: 'invalid', target };
  }
  const forbidden = has('closerChecks') ? FORBIDDEN_SEGMENT : FORBIDDEN_PLAIN_SEGMENT;
  if (forbidden.test(target.slice(2))) return { kind: 'invalid', target };
  if (matched !== undefined && forbidden.test(matched.text)) return { kind: 'invalidSubpath' };
  return { kind: 'path', path: filled(), ...inFolder };
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
  const byHead = headLength(b) - headLength(a);
  return byHead !== 0 ? byHead : b.length - a.length;
}

function headLength(pattern: string): number {
  const star = pattern.indexOf('*');
  return star < 0 ? pattern.length : star + 1;
}
