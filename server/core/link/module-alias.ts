import { dirname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { Lookup } from './lookup.ts';

export const MODULE_ALIASES = '"_moduleAliases" of package.json';

/** What the library `module-alias` teaches `require`, by the `package.json` of the application that it is installed in. */
export interface ModuleAliases {
  /** What stands for a beginning of a specifier: relative to the `package.json`, or absolute. */
  readonly names: Readonly<Record<string, string>>;
  /** Folders that are searched before `node_modules`, relative to the `package.json`. */
  readonly folders: readonly string[];
}

/** The fields that `module-alias` reads, `undefined` where it finds none. */
export function moduleAliasesOf(fields: Readonly<Record<string, unknown>>): ModuleAliases | undefined {
  const { _moduleAliases: names, _moduleDirectories: folders } = fields;
  if (names === undefined && folders === undefined) return undefined;
  const pairs = typeof names === 'object' && names !== null ? Object.entries(names) : [];
  return {
    names: Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string')),
    folders: Array.isArray(folders)
      ? folders.filter((folder) => typeof folder === 'string' && folder !== 'node_modules')
      : [],
  };
}

/** Where an alias leads, an absolute path; of several that fit it is the last in alphabetical order, as `module-alias` takes them. */
export function aliased(lookup: Lookup, specifier: string): TreePath | undefined {
  const owner = ownerOf(lookup);
  if (owner === undefined) return undefined;
  const { names } = owner.aliases;
  const alias = Object.keys(names)
    .filter((name) => specifier === name || specifier.startsWith(`${name}/`))
    .sort()
    .at(-1);
  const target = alias === undefined ? undefined : names[alias];
  if (alias === undefined || target === undefined) return undefined;
  return join(join(target.startsWith('/') ? '/' : owner.folder, target), `.${specifier.slice(alias.length)}`);
}

/** Folders that a module of the application's own searches before `node_modules`. */
export function aliasFolders(lookup: Lookup): TreePath[] {
  const owner = lookup.from.includes('node_modules') ? undefined : ownerOf(lookup);
  return owner === undefined ? [] : owner.aliases.folders.map((folder) => join(owner.folder, folder));
}

/** The nearest `package.json` upward that has such fields, none of a package that is installed: its rules hold for those too. */
function ownerOf(lookup: Lookup): { folder: TreePath; aliases: ModuleAliases } | undefined {
  const installed = lookup.from.indexOf('/node_modules/');
  let from = installed < 0 ? lookup.folder : lookup.from.slice(0, installed) || '/';
  for (;;) {
    const folder = lookup.view.nearestPackage(from);
    if (folder === undefined) return undefined;
    const aliases = lookup.moduleAliases(folder);
    if (aliases !== undefined) return { folder, aliases };
    if (folder === '/') return undefined;
    from = dirname(folder);
  }
}
