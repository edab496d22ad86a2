import { join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';
import { builtinOf } from './builtins.ts';
import type { Version } from './builtins.ts';
import { resolveCommonJs } from './commonjs.ts';
import { resolveEsm } from './esm.ts';
import type { Found } from './esm.ts';
import type { Trace } from './finding.ts';
import { Ended, Lookup } from './lookup.ts';
import type { Rules } from './lookup.ts';
import { MODULE_ALIASES } from './module-alias.ts';
import type { LinkKind } from './module-facts.ts';
import { isEsModule } from './module-kind.ts';
import { hasChange } from './node-rules.ts';
import { OWN_EXPORTS } from './package-entries.ts';
import type { Runtime } from './runtime.ts';
import { resolveByTsx } from './tsx.ts';
import { isCompiled, resolveCompiled, TS_BASE_URL, TS_PATHS } from './typescript.ts';

/**
 * Where a specifier leads from a module, by Node's published algorithms ("Modules: CommonJS modules", "Modules: ECMAScript modules"). An
 * answer that the tree did not know ends as `unknown`; what it lacked stands in the view.
 *
 * @param from the module's real path
 */
export function resolve(view: View, from: TreePath, kind: LinkKind, specifier: string, runtime: Runtime): Trace {
  const lookup = new Lookup(
    view,
    from,
    rulesOf(runtime, ES_KINDS.has(kind) && !isMadeRequire(view, from, kind, runtime)),
  );
  try {
    const { outcome, rule } = run(lookup, kind, specifier, runtime);
    return lookup.trace.end(rule, outcome);
  } catch (error) {
    if (error instanceof Ended) return lookup.trace.end(error.rule, error.outcome);
    throw error;
  }
}

function run(lookup: Lookup, kind: LinkKind, specifier: string, runtime: Runtime): Found {
  const { node, isEsm } = lookup.rules;
  if (kind === 'file' || kind === 'worker') return exactly(lookup, specifier);
  const rule = 'a module of Node itself';
  const builtin = builtinOf(specifier, node);
  if (builtin !== undefined) return { outcome: { kind: 'builtin', name: builtin }, rule };
  if (specifier.startsWith('node:') && kind !== 'require-resolve') {
    throw lookup.fails(rule, 'ERR_UNKNOWN_BUILTIN_MODULE', `this Node has no module "${specifier}"`);
  }
  if (isCompiled(lookup.from, runtime)) return resolveCompiled(lookup, specifier);
  if (runtime.typescript === 'tsx') return resolveByTsx(lookup, specifier);
  return isEsm ? resolveEsm(lookup, specifier) : resolveCommonJs(lookup, specifier);
}

/** Whether a loader turns this import into a `require`, as `tsx` and `ts-node` do in what is CommonJS. */
function isMadeRequire(view: View, from: TreePath, kind: LinkKind, { typescript }: Runtime): boolean {
  if (typescript !== 'tsx' && typescript !== 'ts-node') return false;
  if (!/\.(?:c?ts|tsx|jsx)$/.test(from)) return false;
  const isStatic = kind === 'import' || kind === 'export-from';
  return typescript === 'ts-node' ? isStatic || kind === 'dynamic-import' : isStatic && !isEsModule(view, from);
}

/** A file that is named by its path: nothing is searched. */
function exactly(lookup: Lookup, specifier: string): Found {
  const rule = 'a path relative to the module';
  const file = lookup.file(join(lookup.folder, specifier));
  if (file !== undefined) return { outcome: { kind: 'file', path: file }, rule };
  throw lookup.fails(rule, 'ENOENT', `There is no file ${specifier}`);
}

const ES_KINDS: ReadonlySet<LinkKind> = new Set(['import', 'export-from', 'dynamic-import', 'meta-resolve']);

const OWN_RULES: ReadonlySet<string> = new Set([OWN_EXPORTS, TS_PATHS, TS_BASE_URL, MODULE_ALIASES]);

/** Whether a bare specifier was the package's own name or an alias of the application's: then it names no package to be installed. */
export function isByOwnRules(trace: Trace): boolean {
  return OWN_RULES.has(trace.rule);
}

const RULES = new WeakMap<Runtime, { readonly esm: Rules; readonly commonJs: Rules }>();

/** The same for every link of one kind: made once. */
function rulesOf(runtime: Runtime, isEsm: boolean): Rules {
  let rules = RULES.get(runtime);
  if (rules === undefined) {
    rules = { esm: rulesFor(runtime, true), commonJs: rulesFor(runtime, false) };
    RULES.set(runtime, rules);
  }
  return isEsm ? rules.esm : rules.commonJs;
}

function rulesFor({ node, globalFolders = [], conditions = [], typescript }: Runtime, isEsm: boolean): Rules {
  return {
    ...{ node, isEsm, globalFolders },
    extensions: [...NODES_EXTENSIONS, ...extensionsOf(typescript)],
    conditions: new Set([...conditionsOf(isEsm, node), ...conditions]),
    has: (change): boolean => hasChange(node, change),
  };
}

const NODES_EXTENSIONS = ['.js', '.json', '.node'];

/** What a loader has `require` try beside; Node itself adds none for TypeScript. */
function extensionsOf(runner: Runtime['typescript']): readonly string[] {
  if (runner === 'tsx') return ['.ts', '.tsx', '.jsx'];
  return runner === 'ts-node' ? ['.ts', '.tsx'] : [];
}

/** Node's default conditions: "Packages", conditional exports. */
function conditionsOf(isEsm: boolean, node: Version): readonly string[] {
  const conditions = ['node', isEsm ? 'import' : 'require'];
  if (hasChange(node, 'nodeAddons')) conditions.push('node-addons');
  if (hasChange(node, 'requireEsm')) conditions.push('module-sync');
  return conditions;
}
