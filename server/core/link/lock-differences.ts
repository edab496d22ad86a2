import { clean } from 'semver';
import { basename, below, dirname, join, relative } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';
import { count } from '../words.ts';
import { builtinOf } from './builtins.ts';
import { parseLockfile } from './lockfile.ts';
import type { Lockfile } from './lockfile.ts';
import { packageName } from './packages.ts';
import type { ProjectView } from './project.ts';

/** A lockfile here against the packages that production has installed, in one sentence. */
export interface LockDifference {
  /** Relative to the config's folder, with `..` above it. */
  readonly lockfile: string;
  /** `warning` where packages are concerned that code here names. */
  readonly severity: 'warning' | 'information';
  readonly message: string;
  readonly remedy: string;
}

/** In the order in which npm prefers them; then those that it does not read. */
const OF_NPM = ['npm-shrinkwrap.json', 'package-lock.json'];
const OF_OTHERS = ['yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb'];

/**
 * Compares the lockfile above each mapped folder with the `node_modules` above its pair on production, where both lie equally far up: elsewhere
 * the one does not tell what the other should have.
 *
 * @param modules those whose packages count as named by code, relative to the config's folder
 */
export function lockDifferences(view: ProjectView, modules: readonly string[]): LockDifference[] {
  const { folder, root, selection } = view.project;
  const seen = new Set<string>();
  let named: readonly string[] | undefined;
  return selection.rules.map.flatMap((pair): LockDifference[] => {
    const here = lockfileAbove(view.local, join(folder, pair.local));
    const modulesThere = nodeModulesAbove(view.merged, join(root, pair.production));
    if (here === undefined || modulesThere === undefined || here.up !== modulesThere.up) return [];
    const key = `${here.path}\0${modulesThere.path}`;
    if (seen.has(key)) return [];
    seen.add(key);
    named ??= namedPackages(view, modules);
    return compare(view, here.path, modulesThere.path, named);
  });
}

/** Packages that production built when it installed them, by npm's record of it: their folders there. */
export function builtPackages({ merged, project }: ProjectView): TreePath[] {
  const folders = new Set<TreePath>();
  for (const { production } of project.selection.rules.map) {
    const modules = nodeModulesAbove(merged, join(project.root, production));
    if (modules === undefined) continue;
    for (const [place, { isBuilt, isForDevelopment }] of recordOf(merged, modules.path) ?? []) {
      if (isBuilt && !isForDevelopment) folders.add(join(dirname(modules.path), place));
    }
  }
  return [...folders];
}

/** What npm notes in a `node_modules` of what it installed there. */
function recordOf(view: View, modules: TreePath): Lockfile | undefined {
  const text = view.text(join(modules, '.package-lock.json'));
  const installed = text.state === 'known' ? parseLockfile(text.value) : undefined;
  return typeof installed === 'string' ? undefined : installed;
}

interface Above {
  readonly path: TreePath;
  /** How many folders up from where it was looked for. */
  readonly up: number;
}

function lockfileAbove(view: View, from: TreePath): Above | undefined {
  return firstAbove(view, from, [...OF_NPM, ...OF_OTHERS]);
}

function nodeModulesAbove(view: View, from: TreePath): Above | undefined {
  return firstAbove(view, from, ['node_modules']);
}

function firstAbove(view: View, from: TreePath, names: readonly string[]): Above | undefined {
  for (let folder = from, up = 0; ; folder = dirname(folder), up++) {
    for (const name of names) {
      const path = join(folder, name);
      const { state } = view.locate(path);
      if (state === 'known') return { path, up };
      if (state !== 'absent') return undefined;
    }
    if (folder === '/') return undefined;
  }
}

function namedPackages({ local, project }: ProjectView, modules: readonly string[]): string[] {
  const names = new Set<string>();
  for (const path of modules) {
    const module = local.module(join(project.folder, path));
    if (module.state !== 'known') continue;
    for (const { kind, specifier } of module.value.links) {
      const isOfFiles = kind === 'file' || kind === 'worker' || kind === 'fork';
      const name = isOfFiles ? undefined : packageName(specifier);
      if (name !== undefined && builtinOf(specifier, project.runtime.node) === undefined) names.add(name);
    }
  }
  return [...names].sort();
}

function compare(
  view: ProjectView,
  path: TreePath,
  modulesThere: TreePath,
  named: readonly string[],
): LockDifference[] {
  const lockfile = relative(view.project.folder, path);
  const install = `Install what it says on production: npm ci --omit=dev, in ${dirname(modulesThere)}.`;
  const notCompared = (why: string): LockDifference[] => [
    {
      lockfile,
      severity: 'information',
      message: `${lockfile} was not compared with the packages that production has installed: ${why}.`,
      remedy: 'Install on production what it says, with the tool that wrote it.',
    },
  ];
  if (!OF_NPM.includes(basename(path))) return notCompared('only the lockfiles of npm are read');
  const text = view.local.text(path);
  if (text.state !== 'known') return text.state === 'unreadable' ? notCompared(text.reason) : [];
  const locked = parseLockfile(text.value);
  if (typeof locked === 'string') return notCompared(locked);
  const places = new Set(named.map((name) => `node_modules/${name}`).filter((place) => locked.has(place)));
  const wrong = [...places].flatMap((place) => wrongAt(view.merged, dirname(modulesThere), place, locked) ?? []);
  const others = othersApart(view.merged, modulesThere, locked, places);
  const differences: LockDifference[] = [];
  if (wrong.length + others.length > 0) {
    const parts = [
      ...(wrong.length > 0 ? [`${count(wrong.length, 'package')} that code here names (${some(wrong)})`] : []),
      ...(others.length > 0 ? [`${count(others.length, 'package')} that others need (${some(others)})`] : []),
    ];
    const where = below(view.project.root, modulesThere) ?? modulesThere;
    differences.push({
      lockfile,
      severity: wrong.length > 0 ? 'warning' : 'information',
      message: `Production's ${where} is not what ${lockfile} says: ${parts.join(', and ')}.`,
      remedy: install,
    });
  }
  const forDevelopment = [...places].filter((place) => locked.get(place)?.isForDevelopment === true).map(nameAt);
  if (forDevelopment.length > 0) {
    differences.push({
      lockfile,
      severity: 'information',
      message: `By ${lockfile} ${count(forDevelopment.length, 'package')} that code here names would not come with npm ci --omit=dev: ${some(forDevelopment)}.`,
      remedy: 'Move what runs on production from devDependencies to dependencies.',
    });
  }
  return differences;
}

/** What is wrong with a package by its own `package.json`, which npm's record may be older than. */
function wrongAt(view: View, folder: TreePath, place: string, lockfile: Lockfile): string | undefined {
  const locked = lockfile.get(place);
  const found = view.packageJson(join(folder, place));
  if (locked === undefined) return undefined;
  if (found.state === 'absent') return locked.isAlwaysInstalled ? `${nameAt(place)} is not there` : undefined;
  const version = found.state === 'known' && 'fields' in found.value ? found.value.fields['version'] : undefined;
  return typeof version === 'string' && !isSameVersion(version, locked.version)
    ? `${nameAt(place)} ${version}, not ${locked.version}`
    : undefined;
}

/** The rest of the lockfile by the record that npm keeps of what it installed; without one nobody asks for a thousand packages one by one. */
function othersApart(view: View, modules: TreePath, lockfile: Lockfile, without: ReadonlySet<string>): string[] {
  const installed = recordOf(view, modules);
  if (installed === undefined) return [];
  return [...lockfile].flatMap(([place, { version, isAlwaysInstalled }]): string[] => {
    if (without.has(place)) return [];
    const there = installed.get(place);
    if (there === undefined) return isAlwaysInstalled ? [`${nameAt(place)} is not there`] : [];
    return isSameVersion(there.version, version) ? [] : [`${nameAt(place)} ${there.version}, not ${version}`];
  });
}

/** A lockfile has versions as npm cleans them: `v1.2.3` in a `package.json` is `1.2.3` in there. */
function isSameVersion(a: string, b: string): boolean {
  return a === b || (clean(a, { loose: true }) ?? a) === (clean(b, { loose: true }) ?? b);
}

/** `node_modules/a/node_modules/b` as a person names it. */
function nameAt(place: string): string {
  return place.slice('node_modules/'.length).replaceAll('/node_modules/', ' > ');
}

const SHOWN = 5;

function some(texts: readonly string[]): string {
  const rest = texts.length - SHOWN;
  return `${texts.slice(0, SHOWN).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
