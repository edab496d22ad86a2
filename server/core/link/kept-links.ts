import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';
import type { LinkText, ModuleFacts, Use } from './module-facts.ts';
import { packageName } from './packages.ts';
import { resolve } from './resolve.ts';
import type { Runtime } from './runtime.ts';
import { projectOf } from './tsconfig.ts';
import type { TypeScriptProject } from './tsconfig.ts';
import { isByNode } from './typescript.ts';

/**
 * The links of a module that its output has. A compiler drops an import of which only types are used, by its `tsconfig.json` ("verbatimModuleSyntax",
 * "isolatedModules"); Node, stripping types, drops only what is written as a type.
 */
export function keptLinks(view: View, path: TreePath, { links }: ModuleFacts, runtime: Runtime): readonly LinkText[] {
  if (isByNode(runtime.typescript) || !links.some(({ uses }) => uses !== undefined)) return links;
  const project = projectOf(view, view.folderOf(path));
  const module = new TypeScriptModule(view, path, project, runtime);
  return links.filter((link) => link.uses === undefined || module.keeps(link, link.uses));
}

class TypeScriptModule {
  constructor(
    readonly view: View,
    readonly path: TreePath,
    readonly project: TypeScriptProject,
    readonly runtime: Runtime,
  ) {}

  keeps(link: LinkText, uses: readonly Use[]): boolean {
    return this.project.isVerbatim === true || uses.some((use) => this.#isKept(link, use));
  }

  #isKept(link: LinkText, { name, as, factory }: Use): boolean {
    if (factory !== undefined && factory === (this.project.jsxFactory ?? 'React')) return true;
    if (as === 'nothing' || (as === 'metadata' && this.project.emitsMetadata !== true)) return false;
    // One module at a time, nobody knows what stands behind a name.
    if (this.project.isIsolated === true || this.runtime.typescript === 'tsx')
      return as !== 'metadata' || this.runtime.typescript !== 'tsx';
    const what = whatIs(this.view, this.path, link.specifier, name, this.runtime, new Set());
    if (what === 'const enum') return this.project.keepsConstEnums === true;
    return as === 'members' || what !== 'type';
  }
}

/** What a name stands for that a TypeScript module takes from another; `undefined` where that is not known. */
function whatIs(
  view: View,
  from: TreePath,
  specifier: string,
  name: string,
  runtime: Runtime,
  seen: Set<string>,
): 'value' | 'type' | 'const enum' | undefined {
  const { outcome } = resolve(view, from, 'import', specifier, runtime);
  if (outcome.kind === 'missing') return hasOnlyTypes(view, from, specifier, runtime) ? 'type' : undefined;
  if (outcome.kind !== 'file') return undefined;
  const path = outcome.path;
  const key = `${path}\0${name}`;
  if (path.includes('/node_modules/') || !/\.[cm]?tsx?$/.test(path) || seen.has(key)) return undefined;
  seen.add(key);
  const module = view.module(path);
  if (module.state !== 'known' || module.value.problem !== undefined) return undefined;
  const { exports, constEnums, passed, starFrom, types } = module.value;
  if (name === '*') return exports.length > 0 || starFrom.length > 0 ? undefined : 'type';
  if (constEnums?.includes(name) === true) return 'const enum';
  const given = passed !== undefined && Object.hasOwn(passed, name) ? passed[name] : undefined;
  if (given !== undefined) return whatIs(view, path, given.specifier, given.name, runtime, seen);
  if (exports.includes(name)) return 'value';
  if (types?.includes(name) === true) return 'type';
  const starred = starFrom.map((each) => whatIs(view, path, each, name, runtime, seen));
  return (
    starred.find((what) => what === 'value' || what === 'const enum') ??
    (starred.includes(undefined) ? undefined : 'type')
  );
}

/** Whether of a package that is not there its types are ("@types"). */
function hasOnlyTypes(view: View, from: TreePath, specifier: string, runtime: Runtime): boolean {
  const name = packageName(specifier);
  if (name === undefined) return false;
  const types = `@types/${name.replace(/^@([^/]+)\//, '$1__')}/package.json`;
  return resolve(view, from, 'require', types, runtime).outcome.kind === 'file';
}
