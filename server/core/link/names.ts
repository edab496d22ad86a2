import { extname } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';
import type { ModuleFacts } from './module-facts.ts';
import { hasChange } from './node-rules.ts';
import { isEsModule } from './module-kind.ts';
import { resolve } from './resolve.ts';
import type { Runtime } from './runtime.ts';

/** The names that an ES module can import from another, or `undefined` where they cannot be told for certain. */
export function exportedNames(view: View, path: TreePath, runtime: Runtime): ReadonlySet<string> | undefined {
  const bindings = new Names(view, runtime).of(path, new Set());
  return bindings && new Set(bindings.keys());
}

/** What every object has: nobody exports these, and they are there all the same. */
const OF_ANY_OBJECT = Object.getOwnPropertyNames(Object.prototype);

/**
 * The names that a `require` can take from a module of the application, or `undefined` where they cannot be told for certain. Packages are
 * large, and their names seldom written out.
 */
export function requiredNames(view: View, path: TreePath, runtime: Runtime): ReadonlySet<string> | undefined {
  if (path.includes('/node_modules/') || !['.js', '.cjs'].includes(extname(path))) return undefined;
  if (isEsModule(view, path)) return undefined;
  const module = view.module(path);
  if (module.state !== 'known' || module.value.problem !== undefined) return undefined;
  const { syntax, properties } = module.value;
  const names = syntax === 'esm' ? exportedNames(view, path, runtime) : properties;
  return names && new Set([...names, ...OF_ANY_OBJECT, '__esModule']);
}

/** Each name with the binding that it stands for: the module and the name there; empty where that may be another module's. */
type Bindings = Map<string, string>;

const AMBIGUOUS = 'ambiguous';

class Names {
  constructor(
    readonly view: View,
    readonly runtime: Runtime,
  ) {}

  /** GetExportedNames and ResolveExport of ECMAScript (16.2.1.7); for CommonJS what Node's lexer sees. */
  of(path: TreePath, seen: Set<TreePath>): Bindings | undefined {
    if (seen.has(path)) return new Map();
    seen.add(path);
    const extension = extname(path);
    if (extension === '.json') return new Map([['default', path]]);
    if (!['.js', '.mjs', '.cjs'].includes(extension)) return undefined;
    const module = this.view.module(path);
    if (module.state !== 'known' || module.value.problem !== undefined) return undefined;
    const isEsm = module.value.syntax === 'esm' || isEsModule(this.view, path);
    return isEsm ? this.#esm(path, module.value, seen) : this.#commonJs(path, module.value, seen);
  }

  #esm(path: TreePath, module: ModuleFacts, seen: Set<TreePath>): Bindings | undefined {
    const own: Bindings = new Map(
      module.exports.map((name) => [name, module.braced?.includes(name) === true ? '' : `${path}\0${name}`]),
    );
    const starred: Bindings = new Map();
    for (const specifier of module.starFrom) {
      const target = this.#target(path, 'export-from', specifier);
      const names = target === undefined ? undefined : this.of(target, new Set(seen));
      if (names === undefined) return undefined;
      for (const [name, binding] of names) {
        // `export *` leaves the default out.
        if (name !== 'default' && !own.has(name)) starred.set(name, either(starred.get(name), binding));
      }
    }
    for (const [name, binding] of starred) if (binding !== AMBIGUOUS) own.set(name, binding);
    return own;
  }

  /** Node's lexer follows `module.exports = require(…)`; what it cannot find it passes over. */
  #commonJs(path: TreePath, module: ModuleFacts, seen: Set<TreePath>): Bindings | undefined {
    const whole = hasChange(this.runtime.node, 'moduleExportsName') ? ['default', 'module.exports'] : ['default'];
    const names: Bindings = new Map([...whole, ...module.exports].map((name) => [name, `${path}\0${name}`]));
    for (const specifier of module.starFrom) {
      const { outcome } = resolve(this.view, path, 'require', specifier, this.runtime);
      if (outcome.kind === 'missing' || outcome.kind === 'builtin') continue;
      const inner = outcome.kind === 'file' ? this.of(outcome.path, new Set(seen)) : undefined;
      if (inner === undefined) return undefined;
      for (const [name, binding] of inner) if (!names.has(name)) names.set(name, binding);
    }
    return names;
  }

  #target(path: TreePath, kind: 'export-from', specifier: string): TreePath | undefined {
    const { outcome } = resolve(this.view, path, kind, specifier, this.runtime);
    return outcome.kind === 'file' ? outcome.path : undefined;
  }
}

/** Two stars that give one name: the same binding, or two that nobody can choose between. Where one is not certain, neither is this. */
function either(one: string | undefined, other: string): string {
  if (one === undefined || one === other) return other;
  return one === '' || other === '' ? '' : AMBIGUOUS;
}
