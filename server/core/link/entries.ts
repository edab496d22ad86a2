import { basename, below, foldersUp, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';
import type { Version } from './builtins.ts';
import { readEcosystem } from './ecosystem.ts';
import type { EcosystemApp } from './ecosystem.ts';
import type { ProjectView } from './project.ts';
import { resolve } from './resolve.ts';
import { startedBy } from './start-command.ts';
import type { Started } from './start-command.ts';
import { onlyRunner, runnerIn } from './typescript-runner.ts';
import type { TypeScriptRunner } from './typescript-runner.ts';

/** A file that a process starts with, by its real path in merged, and who says so. */
export interface EntryPoint {
  readonly path: TreePath;
  readonly by: string;
  /** It is the application's own start, and no script that somebody runs now and then. */
  readonly isStart: boolean;
}

/** Everything that is known to be started. Where it is not `complete`, something may be started that could not be followed. */
export interface EntryPoints {
  readonly points: readonly EntryPoint[];
  readonly complete: boolean;
}

/**
 * What starts the code of a project: the processes that run from the root now, and what PM2's ecosystem files and the `package.json`s say,
 * from each mapped folder up to the root. A process that runs is proof; without one, each start that is declared must have led to a file.
 */
export function entryPoints(view: ProjectView): EntryPoints {
  const points = new Map<TreePath, EntryPoint>();
  const add = (path: TreePath | undefined, by: string, isStart: boolean): boolean => {
    if (path === undefined || below(view.project.root, path) === undefined || path.includes('/node_modules/'))
      return false;
    if (!points.has(path)) points.set(path, { path, by, isStart });
    return true;
  };
  const { starts } = view.project;
  const runs = starts.map((path) => add(fileAt(view, view.merged, '/', path), 'a process that runs now', true));
  const declared: boolean[] = [];
  for (const { tree, folder, toMerged, by, files, isStart } of declarations(view)) {
    const found = files.map((file) => {
      const path = fileAt(view, tree, folder, file);
      return add(path === undefined ? undefined : toMerged(path), by, isStart);
    });
    if (isStart) declared.push(found.includes(true));
  }
  const isProven = runs.includes(true) || (declared.includes(true) && !declared.includes(false));
  return { points: [...points.values()], complete: isProven };
}

/**
 * What runs TypeScript sources as they are, where each start that is declared agrees. A process that runs
 * knows better: the host tells of it.
 */
export function declaredRunner(view: ProjectView): TypeScriptRunner | undefined {
  return onlyRunner(declarations(view).flatMap(({ isStart, runners }) => (isStart ? runners : [])));
}

/** One tree as far as it declares what is started. */
interface Side {
  readonly view: ProjectView;
  readonly tree: View;
  readonly folders: readonly TreePath[];
  readonly toMerged: (path: TreePath) => TreePath | undefined;
}

interface Declaration extends Pick<Side, 'tree' | 'toMerged'> {
  /** Where its files count from. */
  readonly folder: TreePath;
  readonly files: readonly string[];
  readonly by: string;
  readonly isStart: boolean;
  readonly runners: Started['runners'];
}

/** Those of production as it will be; where it declares no start, also those of the workspace, which then are not deployed. */
function declarations(view: ProjectView): Declaration[] {
  const { folder, root, selection } = view.project;
  const pairs = selection.rules.map;
  const sides: Side[] = [
    {
      view,
      tree: view.merged,
      folders: allFoldersUp(
        root,
        pairs.map((pair) => join(root, pair.production)),
      ),
      toMerged: (path) => path,
    },
    {
      view,
      tree: view.local,
      folders: allFoldersUp(
        folder,
        pairs.map((pair) => join(folder, pair.local)),
      ),
      toMerged: (path) => view.toProduction(path),
    },
  ];
  const declared: Declaration[] = [];
  for (const side of sides) {
    declared.push(...side.folders.flatMap((place) => [...ofPm2(side, place), ...ofPackage(side, place)]));
    if (declared.some(({ isStart }) => isStart)) break;
  }
  return declared;
}

/** Each folder once. */
function allFoldersUp(top: TreePath, from: readonly TreePath[]): TreePath[] {
  return [...new Set(from.flatMap((folder) => [...foldersUp(top, folder)]))];
}

/** Files that PM2 takes an application's declaration from ("Configuration File"). */
const ECOSYSTEMS = [
  ...['ecosystem.config.js', 'ecosystem.config.cjs', 'ecosystem.config.mjs', 'ecosystem.config.json', 'ecosystem.json'],
  ...['pm2.config.js', 'pm2.config.cjs', 'pm2.json', 'process.json', 'processes.json'],
];

function ofPm2(side: Side, folder: TreePath): Declaration[] {
  return ECOSYSTEMS.flatMap((name) => {
    const text = side.tree.text(join(folder, name));
    if (text.state !== 'known') return [];
    return readEcosystem(text.value).apps.flatMap((app) => ofApp(side, folder, name, app));
  });
}

function ofApp(side: Side, folder: TreePath, name: string, app: EcosystemApp): Declaration[] {
  const { script, interpreter = 'node', args = [] } = app;
  // What no Node runs is not ours to follow.
  if (!/(?:^|\/)(?:node|nodejs|tsx|ts-node)$/.test(interpreter)) return [];
  const cwd = join(folder, app.cwd ?? '.');
  const isCommand = script !== undefined && (/\s/.test(script) || /^(?:npm|yarn|pnpm|node)$/.test(basename(script)));
  const common = { ...side, folder: cwd, by: name, isStart: true };
  if (script === undefined) return [{ ...common, files: [], runners: [] }];
  if (isCommand) return [{ ...common, ...whole(side, cwd, startedBy([script, ...args].join(' '), nodeOf(side))) }];
  // Without an interpreter PM2 gives TypeScript to what its version knows for it, which no Node is.
  const words = [app.interpreter ?? (/\.ts$/.test(script) ? 'bun' : 'node'), ...(app.interpreterArgs ?? [])];
  const runner = runnerIn(words, script, nodeOf(side));
  return [{ ...common, files: [script], runners: runner === undefined ? [] : [runner] }];
}

function ofPackage(side: Side, folder: TreePath): Declaration[] {
  const found = side.tree.packageJson(folder);
  if (found.state !== 'known' || 'broken' in found.value) return [];
  const { main, bin } = found.value.fields;
  const scripts = scriptsIn(side, folder);
  const ofScripts = Object.entries(scripts).map(([name, command]): Declaration => ({
    ...side,
    folder,
    ...whole(side, folder, startedBy(command, nodeOf(side))),
    by: `package.json, "${name}"`,
    isStart: name === 'start',
  }));
  const hasStart = 'start' in scripts;
  const other = [main, 'server.js', bin].flatMap(textsIn).map((file): Declaration => {
    // Without a start script, "main" is what a person starts, or server.js, as `npm start` does (npm's documentation, "npm-start").
    const isThere = !hasStart && fileAt(side.view, side.tree, folder, file) !== undefined;
    // A bundler reads "main" too: what runs it is not said.
    return { ...side, folder, files: [file], by: 'package.json', isStart: isThere, runners: [] };
  });
  return [...ofScripts, ...other];
}

function scriptsIn(side: Side, folder: TreePath): Readonly<Record<string, string>> {
  const found = side.tree.packageJson(folder);
  const scripts = found.state === 'known' && 'fields' in found.value ? found.value.fields['scripts'] : undefined;
  if (typeof scripts !== 'object' || scripts === null) return {};
  return Object.fromEntries(
    Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** A command with the scripts that it has its package manager run. */
function whole(
  side: Side,
  folder: TreePath,
  started: Started,
  seen = new Set<string>(),
): Pick<Started, 'files' | 'runners'> {
  const scripts = scriptsIn(side, folder);
  const ofScripts = started.scripts.flatMap((name) => {
    const command = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
    if (command === undefined || seen.has(name)) return [];
    return [whole(side, folder, startedBy(command, nodeOf(side)), new Set([...seen, name]))];
  });
  return {
    files: [...started.files, ...ofScripts.flatMap(({ files }) => files)],
    runners: [...started.runners, ...ofScripts.flatMap(({ runners }) => runners)],
  };
}

function nodeOf({ view }: Side): Version {
  return view.project.runtime.node;
}

function textsIn(value: unknown): string[] {
  const values: readonly unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  return values.filter((each) => typeof each === 'string');
}

/** As Node finds the module that it is started with: as `require` would from the folder it stands in. */
function fileAt(view: ProjectView, tree: View, folder: TreePath, file: string): TreePath | undefined {
  const specifier = /^[./]/.test(file) ? file : `./${file}`;
  for (const from of ['_.js', '_.ts']) {
    const { outcome } = resolve(tree, join(folder, from), 'require', specifier, view.project.runtime);
    if (outcome.kind === 'file') return outcome.path;
  }
  return undefined;
}
