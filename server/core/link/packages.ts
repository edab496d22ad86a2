import { satisfies, valid, validRange } from 'semver';
import { below, dirname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';
import { moduleFolders } from './package-entries.ts';

/** The package that a bare specifier begins with; `undefined` for paths, URLs and `#imports`. */
export function packageName(specifier: string): string | undefined {
  if (/^(\.|\/|#|[a-z][a-z\d+.-]*:)/i.test(specifier)) return undefined;
  return /^(@[^/]+\/[^/]+|[^@/][^/]*)/.exec(specifier)?.[0];
}

/** The package that a path lies in, by the innermost `node_modules` on its way. */
export function packageAt(path: string): string | undefined {
  return /^.*(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/@][^/]*)/s.exec(path)?.[1];
}

/** What the `package.json`s above a module declare of one package. */
export interface Declared {
  /** Each text that a section of the nearest one that names it gives; npm goes by the first. Empty for a package's own name. */
  readonly ranges: readonly string[];
  /** Whether those that name it do so in `devDependencies` alone. */
  readonly isForDevelopment: boolean;
}

/** npm, "package.json": what `optionalDependencies` says overrides `dependencies`. */
const SECTIONS = ['optionalDependencies', 'dependencies', 'peerDependencies', 'devDependencies'];

/** `undefined` where nothing above declares it, `unreadable` where a `package.json` above might and could not be read. */
export function declared(view: View, from: TreePath, name: string): Declared | undefined | 'unreadable' {
  let ranges: readonly string[] | undefined;
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const found = view.packageJson(folder);
    if (found.state === 'known' && 'fields' in found.value) {
      const { fields } = found.value;
      const own = SECTIONS.map((section) => textOf(fields[section], name));
      const texts = own.filter((text) => text !== undefined);
      if (texts.length > 0) {
        ranges ??= texts;
        // The last section is the one that is left out where code runs; a package above may still want it there.
        if (texts.length > 1 || own.at(-1) === undefined) return { ranges, isForDevelopment: false };
      } else if (fields['name'] === name) {
        // A package of its own name is its own; below it only workspaces go on upward.
        return { ranges: ranges ?? [], isForDevelopment: false };
      }
    } else if (found.state !== 'absent') {
      return ranges === undefined ? 'unreadable' : { ranges, isForDevelopment: false };
    }
    if (folder === '/') return ranges && { ranges, isForDevelopment: true };
  }
}

function textOf(section: unknown, name: string): string | undefined {
  if (typeof section !== 'object' || section === null || !Object.hasOwn(section, name)) return undefined;
  const range: unknown = Reflect.get(section, name);
  return typeof range === 'string' ? range : undefined;
}

/**
 * Whether an override above a module may decide a package's version instead of the range: npm's `overrides`, Yarn's `resolutions`, pnpm's
 * own. Their keys are selectors, and one that mentions the package may mean it.
 */
export function isOverridden(view: View, from: TreePath, name: string): boolean {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const found = view.packageJson(folder);
    if (found.state === 'known' && 'fields' in found.value && overrides(found.value.fields, name)) return true;
    if (folder === '/') return false;
  }
}

function overrides({ overrides, resolutions, pnpm }: Readonly<Record<string, unknown>>, name: string): boolean {
  const ofPnpm: unknown = typeof pnpm === 'object' && pnpm !== null ? Reflect.get(pnpm, 'overrides') : undefined;
  return [overrides, resolutions, ofPnpm].some(
    (all) => typeof all === 'object' && all !== null && Object.keys(all).some((key) => key.includes(name)),
  );
}

/**
 * Whether packages are installed in a `node_modules` above a module. Not with Yarn's Plug'n'Play, whose loader finds them in archives, and not
 * in a folder that only tools keep their caches in.
 */
export function hasNodeModules(view: View, from: TreePath): boolean {
  for (const modules of moduleFolders(dirname(from))) {
    if (PLUG_AND_PLAY.some((loader) => view.locate(join(dirname(modules), loader)).state === 'known')) return false;
    const folder = view.locate(modules);
    const names = folder.state === 'known' ? view.list(folder.value.path) : folder;
    if (names.state === 'known' && [...names.value.keys()].some(isOfAnInstaller)) return true;
  }
  return false;
}

const PLUG_AND_PLAY = ['.pnp.cjs', '.pnp.js'];
/** What npm, pnpm and Yarn note of what they installed. */
const RECORDS: ReadonlySet<string> = new Set([
  '.package-lock.json',
  '.modules.yaml',
  '.yarn-integrity',
  '.yarn-state.yml',
]);

function isOfAnInstaller(name: string): boolean {
  return !name.startsWith('.') || RECORDS.has(name);
}

/** A package as it lies in a `node_modules`; its own name is another one than the folder's where an alias was installed. */
export interface Installed {
  readonly name?: string;
  readonly version?: string;
}

/**
 * The package that a specifier's name stands for: of the `node_modules` upward, and of the global folders, the first that has it; or, where
 * it is known which file was reached, the one that this file lies in.
 */
export function installedPackage(
  view: View,
  from: TreePath,
  name: string,
  globalFolders: readonly TreePath[] = [],
  reached?: TreePath,
): Installed | undefined {
  for (const modules of [...moduleFolders(dirname(from)), ...globalFolders]) {
    const folder = view.locate(join(modules, name));
    if (folder.state === 'absent') continue;
    if (folder.state !== 'known') return undefined;
    if (folder.value.kind !== 'folder') continue;
    if (reached !== undefined && below(folder.value.path, reached) === undefined) continue;
    const found = view.packageJson(folder.value.path);
    if (found.state !== 'known' || !('fields' in found.value)) return reached === undefined ? {} : undefined;
    const { name: own, version } = found.value.fields;
    return { ...(typeof own === 'string' && { name: own }), ...(typeof version === 'string' && { version }) };
  }
  return undefined;
}

/**
 * Whether an installed package is certain not to be what a dependency's text asks for: another version than the range takes, by npm's
 * reading of it (loose, and prereleases only where the range names one), or another package than an alias names. Tags, URLs, folders and
 * workspaces ask for no version that could be compared.
 */
export function isOtherThan({ name, version }: Installed, text: string): boolean {
  const { alias, range } = wanted(text);
  if (alias !== undefined && name !== undefined && alias !== name) return true;
  if (version === undefined || valid(version, LOOSE) === null || validRange(range, LOOSE) === null) return false;
  return validRange(range, LOOSE) !== '*' && !satisfies(version, range, LOOSE);
}

const LOOSE = { loose: true };

/** `npm:b@^1` is an alias, of npm's; `npm:^1` is how Yarn may write a range. */
function wanted(text: string): { alias?: string; range: string } {
  const [, alias, range = '*'] = /^npm:((?:@[^/@]+\/)?[a-z\d_~-][^/@]*)(?:@(.*))?$/is.exec(text) ?? [];
  if (alias !== undefined && validRange(alias) === null) return { alias, range };
  return { range: text.replace(/^npm:/, '') };
}

/** Whether `npm install NAME@TEXT` is how it would be installed by itself. */
export function isFromRegistry(text: string): boolean {
  return validRange(wanted(text).range) !== null;
}
