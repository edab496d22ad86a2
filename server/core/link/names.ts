import { dirname, extname } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';
import { resolve } from './resolve.ts';
import type { Runtime } from './resolve.ts';

/** The names that an ES module can import from another, or `undefined` where they cannot be told for certain. */
export function exportedNames(view: View, path: TreePath, runtime: Runtime): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  return collect(view, path, runtime, names, new Set()) ? names : undefined;
}

function collect(view: View, path: TreePath, runtime: Runtime, names: Set<string>, seen: Set<TreePath>): boolean {
  if (seen.has(path)) return true;
  seen.add(path);
  const extension = extname(path);
  if (!['.js', '.mjs', '.cjs'].includes(extension)) return false;
  const module = view.module(path);
  if (module.state !== 'known' || module.value.problem !== undefined) return false;
  const isEsm =
    module.value.syntax === 'esm' || extension === '.mjs' || (extension === '.js' && isModuleScope(view, path));
  if (!isEsm) {
    names.add('default');
    names.add('module.exports');
  }
  for (const name of module.value.exports) names.add(name);
  for (const specifier of module.value.starFrom) {
    const trace = resolve(view, path, isEsm ? 'export-from' : 'require', specifier, runtime);
    if (trace.outcome.kind !== 'file') return false;
    const inner = new Set<string>();
    if (!collect(view, trace.outcome.path, runtime, inner, seen)) return false;
    // `export *` leaves the default out.
    for (const name of inner) if (!isEsm || name !== 'default') names.add(name);
  }
  return true;
}

/** Whether the nearest package.json says `"type": "module"`. */
function isModuleScope(view: View, path: TreePath): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = view.packageJson(folder);
    if (found.state === 'known' && 'fields' in found.value) return found.value.fields['type'] === 'module';
    if (folder === '/' || folder.endsWith('/node_modules')) return false;
  }
}
