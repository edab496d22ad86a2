import { dirname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';
import { parseJsonc } from './jsonc.ts';

/** What a `tsconfig.json` says about resolution; absolute paths. */
export interface TypeScriptProject {
  readonly state: 'known' | 'unknown';
  readonly baseUrl?: TreePath;
  /** Patterns with at most one star, to absolute paths with at most one star. */
  readonly paths: ReadonlyMap<string, readonly TreePath[]>;
  readonly rootDirs: readonly TreePath[];
  /** What may stand before a source's extension, in their order; the empty text for nothing. */
  readonly suffixes?: readonly string[];
  /** What is not written as a type stays: `verbatimModuleSyntax`, and what did so before it. */
  readonly isVerbatim?: boolean;
  /** Each module is compiled without a look at the others. */
  readonly isIsolated?: boolean;
  /** The types of what is decorated stay as values: `emitDecoratorMetadata`. */
  readonly emitsMetadata?: boolean;
  readonly keepsConstEnums?: boolean;
  /** The name that JSX needs in scope, `React` where it is not said; empty where elements are made by what is imported by itself. */
  readonly jsxFactory?: string;
}

const NONE: TypeScriptProject = { state: 'known', paths: new Map(), rootDirs: [] };
const UNKNOWN: TypeScriptProject = { ...NONE, state: 'unknown' };

/** The project that a source in this folder belongs to: the nearest `tsconfig.json` upward, with what it extends. */
export function projectOf(view: View, of: TreePath): TypeScriptProject {
  for (let folder = of; ; folder = dirname(folder)) {
    const path = join(folder, 'tsconfig.json');
    const text = view.text(path);
    if (text.state === 'unknown') return UNKNOWN;
    if (text.state === 'known') return { ...NONE, ...read(view, path, text.value, { seen: new Set(), folder }) };
    if (folder === '/') return NONE;
  }
}

/** The configuration that all others are read for: what they call `${configDir}` is its folder. */
interface Reading {
  readonly seen: Set<TreePath>;
  readonly folder: TreePath;
}

/** Later configurations win over those that they extend; relative paths count from the file that they stand in. */
function read(view: View, path: TreePath, text: string, reading: Reading): Partial<TypeScriptProject> {
  reading.seen.add(path);
  const config = parseJsonc(text);
  let project: Partial<TypeScriptProject> = {};
  for (const base of listOf(config?.['extends'])) {
    const found = baseOf(view, path, base);
    if (found === 'unknown') return UNKNOWN;
    if (found === undefined || reading.seen.has(found.path)) continue;
    const inherited = read(view, found.path, found.text, reading);
    if (inherited.state === 'unknown') return UNKNOWN;
    project = { ...project, ...inherited };
  }
  const placeIn = (folder: TreePath, place: string): TreePath =>
    place.startsWith(CONFIG_DIR) ? join(reading.folder, `./${place.slice(CONFIG_DIR.length)}`) : join(folder, place);
  return { ...project, ...optionsOf(dirname(path), config?.['compilerOptions'], project.baseUrl, placeIn) };
}

const CONFIG_DIR = '${configDir}';

function optionsOf(
  folder: TreePath,
  options: unknown,
  inheritedBase: TreePath | undefined,
  placeIn: (folder: TreePath, place: string) => TreePath,
): Partial<TypeScriptProject> {
  if (typeof options !== 'object' || options === null) return {};
  const { baseUrl: base, paths, rootDirs }: { baseUrl?: unknown; paths?: unknown; rootDirs?: unknown } = options;
  const flags: Readonly<Record<string, unknown>> = { ...options };
  const baseUrl = typeof base === 'string' ? placeIn(folder, base) : inheritedBase;
  return {
    ...(baseUrl !== undefined && { baseUrl }),
    ...flagsOf(flags),
    ...(Array.isArray(flags['moduleSuffixes']) && { suffixes: listOf(flags['moduleSuffixes']) }),
    ...(Array.isArray(rootDirs) && { rootDirs: listOf(rootDirs).map((place) => placeIn(folder, place)) }),
    ...(typeof paths === 'object' &&
      paths !== null && {
        paths: new Map(
          Object.entries(paths).map(([pattern, targets]) => [
            pattern,
            listOf(targets).map((target) => placeIn(baseUrl ?? folder, target)),
          ]),
        ),
      }),
  };
}

function flagsOf(options: Readonly<Record<string, unknown>>): Partial<TypeScriptProject> {
  const given = (...names: string[]): boolean | undefined =>
    names.map((name) => options[name]).find((value): value is boolean => typeof value === 'boolean');
  const { importsNotUsedAsValues: unused, jsx, jsxFactory, reactNamespace } = options;
  const isVerbatim =
    typeof unused === 'string' && unused !== 'remove' ? true : given('verbatimModuleSyntax', 'preserveValueImports');
  const isIsolated = given('isolatedModules');
  const emitsMetadata = given('emitDecoratorMetadata');
  const keepsConstEnums = given('preserveConstEnums');
  const named = [jsxFactory, reactNamespace].find((name) => typeof name === 'string');
  const isImported = typeof jsx === 'string' && /^react-jsx/.test(jsx);
  const factory = isImported ? '' : named?.split('.')[0];
  return {
    ...(isVerbatim !== undefined && { isVerbatim }),
    ...(isIsolated !== undefined && { isIsolated }),
    ...(emitsMetadata !== undefined && { emitsMetadata }),
    ...(keepsConstEnums !== undefined && { keepsConstEnums }),
    ...(factory !== undefined && { jsxFactory: factory }),
  };
}

function baseOf(view: View, from: TreePath, base: string): { path: TreePath; text: string } | 'unknown' | undefined {
  const places: TreePath[] = [];
  if (/^(?:\.|\/)/.test(base)) places.push(join(dirname(from), base));
  else {
    for (let folder = dirname(from); ; folder = dirname(folder)) {
      places.push(join(folder, `node_modules/${base}`));
      if (folder === '/') break;
    }
  }
  for (const place of places) {
    for (const path of [place, `${place}.json`, join(place, 'tsconfig.json')]) {
      const text = view.text(path);
      if (text.state === 'unknown') return 'unknown';
      if (text.state === 'known') return { path, text: text.value };
    }
  }
  return undefined;
}

function listOf(value: unknown): string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.filter((item) => typeof item === 'string');
}
