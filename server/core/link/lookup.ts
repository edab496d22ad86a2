import { join } from '../tree/path.ts';
import type { Answer, TreePath } from '../tree/tree.ts';
import type { BrokenPackage, Located, PackageJson, View } from '../tree/view.ts';
import type { Version } from './builtins.ts';
import { moduleAliasesOf } from './module-alias.ts';
import type { ModuleAliases } from './module-alias.ts';
import type { Change } from './node-rules.ts';
import { Tracer } from './trace.ts';
import type { Outcome } from './trace.ts';

/** The fields of a `package.json` that resolution reads, with what is of a wrong type taken for absent, as Node's reader does. */
export interface PackageConfig {
  /** As it was reached: not resolved through links, since targets are joined to it textually. */
  readonly folder: TreePath;
  readonly name?: string;
  readonly main?: string;
  /** Whether `require` throws on a `main` that is no text. */
  readonly isMainRefused?: boolean;
  readonly exports?: unknown;
  readonly imports?: Readonly<Record<string, unknown>>;
}

/**
 * Thrown where a resolution ends before it is done: Node throws there too, or a question had no answer and everything after would be a
 * guess. No `Error`: it is caught a few calls above, often thousands of times, and a trace of the stack is most of what one costs.
 */
export class Ended {
  constructor(
    readonly outcome: Outcome,
    readonly rule: string,
  ) {}
}

/** What the runtime and the kind of link bring to one resolution. */
export interface Rules {
  readonly node: Version;
  readonly isEsm: boolean;
  readonly conditions: ReadonlySet<string>;
  readonly globalFolders: readonly TreePath[];
  /** Those that `require` tries, in their order. */
  readonly extensions: readonly string[];
  /** Whether this Node has what a later one brought. */
  readonly has: (change: Change) => boolean;
}

/** One resolution's questions to its tree: each is written down, and what has no answer ends it. */
export class Lookup {
  readonly trace = new Tracer();
  /** The module's folder. */
  readonly folder: TreePath;

  /** @param from the module's real path */
  constructor(
    readonly view: View,
    readonly from: TreePath,
    readonly rules: Rules,
  ) {
    this.folder = view.folderOf(from);
  }

  /** The real path of what Node would load as a file: everything that is there and is no folder. */
  file(path: TreePath): TreePath | undefined {
    const place = this.#know(this.view.locate(this.trace.try(path)), path);
    return place === undefined || place.kind === 'folder' ? undefined : place.path;
  }

  isFolder(path: TreePath): boolean {
    return this.#know(this.view.locate(path), path)?.kind === 'folder';
  }

  /** The `package.json` of exactly this folder. One that is no JSON ends the resolution, as for Node. */
  package(folder: TreePath): PackageConfig | undefined {
    const path = join(folder, 'package.json');
    const found = this.#know(this.view.packageJson(folder), path);
    if (found === undefined) return undefined;
    if ('broken' in found) {
      const code = this.#refusal(found);
      if (code === undefined) return { folder };
      throw this.fails('a package.json on the way', code, `${path} cannot be read: ${found.broken}`);
    }
    const { name, main, exports, imports } = found.fields;
    const isStrict = this.rules.has('strictReader');
    if (isStrict && name !== undefined && typeof name !== 'string') {
      throw this.fails('a package.json on the way', 'ERR_INVALID_PACKAGE_CONFIG', `${path} has a name that is no text`);
    }
    const isExports = typeof exports === 'string' || typeof exports === 'object' || !isStrict;
    return {
      folder,
      ...(typeof name === 'string' && { name }),
      ...(typeof main === 'string' ? { main } : { isMainRefused: Boolean(main) && !this.rules.has('typedFields') }),
      ...(exports !== undefined && exports !== null && isExports && { exports }),
      ...(imports !== undefined && imports !== null && { imports: typeof imports === 'object' ? { ...imports } : {} }),
    };
  }

  /** What the library `module-alias` reads in this folder: nothing where there is no JSON. */
  moduleAliases(folder: TreePath): ModuleAliases | undefined {
    const answer = this.view.packageJson(folder);
    if (answer.state === 'unknown') throw new Ended({ kind: 'unknown' }, '');
    return answer.state === 'known' && 'fields' in answer.value ? moduleAliasesOf(answer.value.fields) : undefined;
  }

  /** How Node refuses a `package.json` without fields, `undefined` where it takes it for one: that depends on which of its readers it has. */
  #refusal({ isJson, namesField }: BrokenPackage): string | undefined {
    const { has, isEsm } = this.rules;
    if (has('strictReader') || (isJson === false && isEsm)) return 'ERR_INVALID_PACKAGE_CONFIG';
    if (!isEsm && !has('typedFields') && !namesField) return undefined;
    if (isJson === false) return 'SyntaxError';
    return isJson === 'null' ? 'TypeError' : undefined;
  }

  /** LOOKUP_PACKAGE_SCOPE: the nearest `package.json` upward of a folder, not beyond a `node_modules`. */
  scope(of: TreePath): PackageConfig | undefined {
    const folder = this.view.nearestPackage(of);
    return folder === undefined ? undefined : this.package(folder);
  }

  /** To be thrown: Node fails here with this code. */
  fails(rule: string, code: string, message: string): Ended {
    return new Ended({ kind: 'missing', code, message }, rule);
  }

  /** The value, or `undefined` for absent. */
  #know<T extends Located | PackageJson>(answer: Answer<T>, path: TreePath): T | undefined {
    switch (answer.state) {
      case 'known':
        return answer.value;
      case 'absent':
        return undefined;
      case 'unknown':
        throw new Ended({ kind: 'unknown' }, '');
      case 'unreadable':
        throw new Ended({ kind: 'unreadable', path, reason: answer.reason }, '');
    }
  }
}
