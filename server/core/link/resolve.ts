import { basename, dirname, extname, join } from '../tree/path.ts';
import type { Answer, TreePath } from '../tree/tree.ts';
import type { Located, PackageJson, View } from '../tree/view.ts';
import { builtinOf, hasSince } from './builtins.ts';
import type { Version } from './builtins.ts';
import type { Trace } from './finding.ts';
import type { LinkKind } from './module-facts.ts';
import { exportsMap, matchTarget } from './package-targets.ts';
import type { Target } from './package-targets.ts';
import { Tracer } from './trace.ts';

/** What resolves a module's links: which Node, and whether something that knows TypeScript stands before it. */
export interface Runtime {
  readonly node: Version;
}

/**
 * Where a specifier leads from a module, by Node's published algorithms ("Modules: CommonJS modules", "Modules: ECMAScript modules"). An
 * answer that the tree did not know ends as `unknown`; what it lacked stands in the view.
 *
 * @param from the module's real path
 */
export function resolve(view: View, from: TreePath, kind: LinkKind, specifier: string, runtime: Runtime): Trace {
  const resolver = new Resolver(view, from, specifier, kind, runtime);
  try {
    return resolver.run();
  } catch (error) {
    if (error instanceof NoAnswer) return resolver.trace.end('', error.outcome);
    throw error;
  }
}

/** A question on the way had no answer: everything after it would be a guess. */
class NoAnswer extends Error {
  constructor(readonly outcome: Trace['outcome']) {
    super('no answer');
  }
}

const TYPESCRIPT = /\.[cm]?tsx?$/;
const TYPESCRIPT_EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.d.ts', '.js', '.jsx', '.mjs', '.cjs', '.json', '.node'];
const NODE_EXTENSIONS = ['.js', '.json', '.node'];
/** What a TypeScript source writes for the file that it becomes. */
const OUTPUT_OF: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.d.ts', '.jsx'],
  '.jsx': ['.tsx', '.d.ts'],
  '.mjs': ['.mts', '.d.mts'],
  '.cjs': ['.cts', '.d.cts'],
};

class Resolver {
  readonly trace = new Tracer();
  readonly #isEsm: boolean;
  readonly #isTypeScript: boolean;
  readonly #conditions: ReadonlySet<string>;

  constructor(
    readonly view: View,
    readonly from: TreePath,
    readonly specifier: string,
    kind: LinkKind,
    readonly runtime: Runtime,
  ) {
    this.#isEsm = kind === 'import' || kind === 'export-from' || kind === 'dynamic-import';
    this.#isTypeScript = TYPESCRIPT.test(from) || from.endsWith('.jsx');
    this.#conditions = conditionsOf(this.#isEsm, runtime.node);
  }

  run(): Trace {
    const { specifier } = this;
    const builtin = builtinOf(specifier, this.runtime.node);
    if (builtin !== undefined) return this.trace.end('a module of Node itself', { kind: 'builtin', name: builtin });
    if (specifier.startsWith('node:')) {
      const code = 'ERR_UNKNOWN_BUILTIN_MODULE';
      return this.trace.missing('a module of Node itself', code, `this Node has no module "${specifier}"`);
    }
    if (specifier.startsWith('#')) return this.#imports(specifier);
    return this.#isEsm ? this.#esm(specifier) : this.#commonJs(specifier);
  }

  // CommonJS

  #commonJs(specifier: string): Trace {
    if (isRelative(specifier) || specifier.startsWith('/')) {
      const path = join(dirname(this.from), specifier);
      const wantsFolder = /(^|\/)\.{0,2}$/.test(specifier);
      const found = (wantsFolder ? undefined : this.#file(path)) ?? this.#folder(path);
      return found === undefined ? this.#notFound() : this.#found('a path relative to the module', found);
    }
    return this.#bare(specifier);
  }

  /** LOAD_AS_FILE: exactly so, then with each extension. */
  #file(path: TreePath): TreePath | undefined {
    if (basename(path) === '' || path === '/') return undefined;
    const exact = this.#isFile(path);
    if (exact !== undefined) return exact;
    if (this.#isTypeScript) {
      const written = extname(path);
      for (const extension of OUTPUT_OF[written] ?? []) {
        const source = this.#isFile(path.slice(0, -written.length) + extension);
        if (source !== undefined) return source;
      }
    }
    for (const extension of this.#isTypeScript ? TYPESCRIPT_EXTENSIONS : NODE_EXTENSIONS) {
      const file = this.#isFile(path + extension);
      if (file !== undefined) return file;
    }
    return undefined;
  }

  /** LOAD_AS_DIRECTORY: the `main` of its package.json, then its index. */
  #folder(path: TreePath): TreePath | undefined {
    const place = this.#know(this.view.locate(path));
    if (place?.kind !== 'folder') return undefined;
    const fields = this.#packageFields(path);
    const main = fields?.['main'];
    if (typeof main === 'string' && main !== '') {
      const at = join(path, main);
      const found = this.#file(at) ?? this.#file(join(at, 'index'));
      if (found !== undefined) return found;
    }
    return this.#file(join(path, 'index'));
  }

  // ES modules

  #esm(specifier: string): Trace {
    if (/^[a-z][a-z\d+.-]*:/i.test(specifier)) return this.#url(specifier);
    if (isRelative(specifier) || specifier.startsWith('/')) {
      const path = urlPath(specifier);
      if (path === undefined) return this.#invalidSpecifier();
      return this.#esmFile(join(dirname(this.from), path), 'a path relative to the module', path);
    }
    return this.#bare(specifier);
  }

  #url(specifier: string): Trace {
    const rule = 'a URL';
    if (specifier.startsWith('data:')) return this.trace.end(rule, { kind: 'builtin', name: 'data:' });
    if (!specifier.startsWith('file:')) {
      return this.trace.missing(
        rule,
        'ERR_UNSUPPORTED_ESM_URL_SCHEME',
        `Node loads no "${specifier.slice(0, specifier.indexOf(':'))}:" URLs`,
      );
    }
    const path = urlPath(specifier.replace(/^file:(\/\/(localhost)?)?/, ''));
    return path === undefined ? this.#invalidSpecifier() : this.#esmFile(join('/', path), rule, path);
  }

  /** Exactly this file: ES modules have no extension search and no folders, but a TypeScript source is resolved before it is one. */
  #esmFile(path: TreePath, rule: string, written: string): Trace {
    if (this.#isTypeScript) {
      const found = this.#file(path) ?? this.#folder(path);
      return found === undefined ? this.#notFound() : this.#found(rule, found);
    }
    const place = this.#know(this.view.locate(this.trace.try(path)));
    if (place?.kind === 'folder' || (place !== undefined && written.endsWith('/'))) {
      return this.trace.missing(
        rule,
        'ERR_UNSUPPORTED_DIR_IMPORT',
        `${path} is a folder, which import does not search`,
      );
    }
    if (place?.kind !== 'file') return this.#notFound();
    return this.trace.end(rule, { kind: 'file', path: place.path });
  }

  // Packages

  #bare(specifier: string): Trace {
    const match = /^(@[^/]+\/[^/]+|[^@/][^/]*)(\/.*)?$/s.exec(specifier);
    const name = match?.[1];
    if (name === undefined || (this.#isEsm && /^\.|[\\%]/.test(name))) {
      return this.#isEsm ? this.#invalidSpecifier() : this.#legacyBare(specifier);
    }
    const subpath = `.${match?.[2] ?? ''}`;
    return this.#self(name, subpath) ?? this.#nodeModules(specifier, name, subpath);
  }

  /** PACKAGE_SELF_RESOLVE: a package may import itself by name where it has `exports`. */
  #self(name: string, subpath: string): Trace | undefined {
    const scope = this.#packageScope();
    if (scope === undefined || scope.fields['name'] !== name) return undefined;
    if (scope.fields['exports'] === undefined || scope.fields['exports'] === null) return undefined;
    return this.#exports(scope.folder, scope.fields['exports'], subpath, "the package's own exports");
  }

  #nodeModules(specifier: string, name: string, subpath: string): Trace {
    for (const folder of moduleFolders(dirname(this.from))) {
      if (this.#know(this.view.locate(folder))?.kind !== 'folder') continue;
      const packageFolder = join(folder, name);
      if (this.#know(this.view.locate(packageFolder))?.kind === 'folder') {
        const fields = this.#packageFields(packageFolder);
        const exports = fields?.['exports'];
        if (exports !== undefined && exports !== null)
          return this.#exports(packageFolder, exports, subpath, "the package's exports");
        if (this.#isEsm && !this.#isTypeScript) return this.#legacyEsm(packageFolder, fields, subpath);
      } else if (this.#isEsm && !this.#isTypeScript) {
        continue;
      }
      const path = join(folder, specifier);
      const found = (specifier.endsWith('/') ? undefined : this.#file(path)) ?? this.#folder(path);
      if (found !== undefined) return this.#found('a package in node_modules', found);
    }
    return this.#notFound();
  }

  /** `require('@scope')` and other names that no package can have: still looked up as files. */
  #legacyBare(specifier: string): Trace {
    for (const folder of moduleFolders(dirname(this.from))) {
      const path = join(folder, specifier);
      const found = this.#file(path) ?? this.#folder(path);
      if (found !== undefined) return this.#found('a file in node_modules', found);
    }
    return this.#notFound();
  }

  /** LEGACY_MAIN_RESOLVE, and a subpath of a package without `exports`. */
  #legacyEsm(folder: TreePath, fields: Readonly<Record<string, unknown>> | undefined, subpath: string): Trace {
    if (subpath !== '.')
      return this.#esmFile(join(folder, urlPath(subpath) ?? subpath), 'a file in a package', subpath);
    const main = fields?.['main'];
    const candidates = [
      ...(typeof main === 'string'
        ? ['', '.js', '.json', '.node', '/index.js', '/index.json', '/index.node'].map((end) => main + end)
        : []),
      ...['index.js', 'index.json', 'index.node'],
    ];
    for (const candidate of candidates) {
      const file = this.#isFile(join(folder, candidate));
      if (file !== undefined) return this.#found("the package's main", file);
    }
    return this.#notFound();
  }

  #exports(folder: TreePath, exports: unknown, subpath: string, rule: string): Trace {
    const map = exportsMap(exports);
    if (map === 'invalid') {
      return this.trace.missing(
        rule,
        'ERR_INVALID_PACKAGE_CONFIG',
        `"exports" of ${folder}/package.json mixes subpaths and conditions`,
      );
    }
    const target = matchTarget(map, subpath, this.#conditions, false);
    const none = `${folder}/package.json does not export "${subpath}"`;
    return this.#target(folder, target, rule, 'ERR_PACKAGE_PATH_NOT_EXPORTED', none);
  }

  #imports(specifier: string): Trace {
    const rule = "the package's imports";
    if (
      specifier === '#' ||
      (specifier.startsWith('#/') &&
        !hasSince(this.runtime.node, [
          [24, 14],
          [25, 4],
        ]))
    ) {
      return this.#invalidSpecifier();
    }
    const scope = this.#packageScope();
    const imports = scope?.fields['imports'];
    const none = `no package.json above ${this.from} defines "${specifier}" in "imports"`;
    if (scope === undefined || typeof imports !== 'object' || imports === null) {
      return this.trace.missing(rule, 'ERR_PACKAGE_IMPORT_NOT_DEFINED', none);
    }
    const target = matchTarget(Object.fromEntries(Object.entries(imports)), specifier, this.#conditions, true);
    return this.#target(scope.folder, target, rule, 'ERR_PACKAGE_IMPORT_NOT_DEFINED', none);
  }

  #target(folder: TreePath, target: Target, rule: string, code: string, none: string): Trace {
    switch (target.kind) {
      case 'none':
        return this.trace.missing(rule, code, none);
      case 'invalid':
        return this.trace.missing(
          rule,
          'ERR_INVALID_PACKAGE_TARGET',
          `${folder}/package.json has the target ${target.target}, which Node refuses`,
        );
      case 'specifier': {
        const builtin = builtinOf(target.specifier, this.runtime.node);
        if (builtin !== undefined) return this.trace.end(rule, { kind: 'builtin', name: builtin });
        const inner = resolve(
          this.view,
          join(folder, 'package.json'),
          this.#isEsm ? 'import' : 'require',
          target.specifier,
          this.runtime,
        );
        return { ...inner, tried: [...this.trace.tried, ...inner.tried] };
      }
      case 'path': {
        const path = urlPath(target.path);
        if (path === undefined) return this.#invalidSpecifier();
        const at = join(folder, path);
        const place = this.#know(this.view.locate(this.trace.try(at)));
        if (place?.kind === 'file') return this.trace.end(rule, { kind: 'file', path: place.path });
        if (place?.kind === 'folder' && this.#isEsm) {
          return this.trace.missing(
            rule,
            'ERR_UNSUPPORTED_DIR_IMPORT',
            `${at} is a folder, which import does not search`,
          );
        }
        return this.#notFound();
      }
    }
  }

  // Shared

  /** LOOKUP_PACKAGE_SCOPE: the nearest package.json upward, not beyond a `node_modules`. */
  #packageScope(): { folder: TreePath; fields: Readonly<Record<string, unknown>> } | undefined {
    for (let folder = dirname(this.from); ; folder = dirname(folder)) {
      if (basename(folder) === 'node_modules') return undefined;
      const fields = this.#packageFields(folder);
      if (fields !== undefined) return { folder, fields };
      if (folder === '/') return undefined;
    }
  }

  #packageFields(folder: TreePath): Readonly<Record<string, unknown>> | undefined {
    const found = this.#know(this.view.packageJson(folder));
    if (found === undefined) return undefined;
    if ('fields' in found) return found.fields;
    const path = join(folder, 'package.json');
    const code = 'ERR_INVALID_PACKAGE_CONFIG';
    throw new NoAnswer({ kind: 'missing', code, message: `${path} cannot be read as JSON: ${brokenReason(found)}` });
  }

  #isFile(path: TreePath): TreePath | undefined {
    const place = this.#know(this.view.locate(this.trace.try(path)));
    return place?.kind === 'file' ? place.path : undefined;
  }

  /** The value, or `undefined` for absent. Unknown and unreadable end the resolution: nothing after them can be trusted. */
  #know<T extends Located | PackageJson>(answer: Answer<T>): T | undefined {
    switch (answer.state) {
      case 'known':
        return answer.value;
      case 'absent':
        return undefined;
      case 'unknown':
        throw new NoAnswer({ kind: 'unknown' });
      case 'unreadable':
        throw new NoAnswer({ kind: 'unreadable', path: this.trace.tried.at(-1) ?? this.from, reason: answer.reason });
    }
  }

  #found(rule: string, path: TreePath): Trace {
    return this.trace.end(rule, { kind: 'file', path });
  }

  #notFound(): Trace {
    const code = this.#isEsm && !this.#isTypeScript ? 'ERR_MODULE_NOT_FOUND' : 'MODULE_NOT_FOUND';
    return this.trace.missing('every path that Node tries', code, `Cannot find module '${this.specifier}'`);
  }

  #invalidSpecifier(): Trace {
    return this.trace.missing(
      'the specifier itself',
      'ERR_INVALID_MODULE_SPECIFIER',
      `"${this.specifier}" is no valid specifier`,
    );
  }
}

function brokenReason(found: PackageJson): string {
  return 'broken' in found ? found.broken : '';
}

/** Node's default conditions: "Packages", conditional exports. `module-sync` came with requiring ES modules. */
function conditionsOf(isEsm: boolean, node: Version): ReadonlySet<string> {
  const conditions = ['node', 'node-addons', isEsm ? 'import' : 'require'];
  if (
    hasSince(node, [
      [20, 19],
      [22, 10],
    ])
  )
    conditions.push('module-sync');
  return new Set(conditions);
}

function isRelative(specifier: string): boolean {
  return specifier === '.' || specifier === '..' || specifier.startsWith('./') || specifier.startsWith('../');
}

/** A URL's path as a file's: without query and fragment, decoded. `undefined` where Node refuses it (an encoded slash). */
function urlPath(specifier: string): string | undefined {
  const path = specifier.replace(/[?#].*$/s, '');
  if (/%2f|%5c/i.test(path)) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined; // A percent sign that escapes nothing: Node's URL decoding throws too.
  }
}

/** NODE_MODULES_PATHS: each folder upward, save those that are called `node_modules` themselves. */
function* moduleFolders(from: TreePath): Generator<TreePath> {
  for (let folder = from; ; folder = dirname(folder)) {
    if (basename(folder) !== 'node_modules') yield join(folder, 'node_modules');
    if (folder === '/') return;
  }
}
