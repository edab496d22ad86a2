import { dirname, extname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';

/** How Node takes a module's text. */
export type ModuleKind = 'commonjs' | 'esm';

/** By its extension, else by the nearest package.json ("Determining module system"); TypeScript's extensions say the same as those of its output. */
export function isEsModule(view: View, path: TreePath): boolean {
  const extension = extname(path);
  return (
    /^\.m[jt]s$/.test(extension) || (/^\.(?:[jt]sx?)$/.test(extension) && nearestType(view, path).type === 'module')
  );
}

/** What the nearest package.json upward says, and which one that is. */
export function nearestType(view: View, path: TreePath): { readonly type?: unknown; readonly path?: TreePath } {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = view.packageJson(folder);
    if (found.state === 'known' && 'fields' in found.value)
      return { type: found.value.fields['type'], path: join(folder, 'package.json') };
    if (folder === '/' || folder.endsWith('/node_modules')) return {};
  }
}
