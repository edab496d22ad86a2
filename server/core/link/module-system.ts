import { below, dirname, extname } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';
import { hasSince } from './builtins.ts';
import type { Version } from './builtins.ts';
import type { Link, Said } from './link.ts';
import { fails, isSameFile } from './link.ts';
import type { ProjectView } from './project.ts';

/** Requiring an ES module without a flag (Node's documentation, "Loading ECMAScript modules using require()"). */
const REQUIRE_ESM: readonly Version[] = [
  [20, 19],
  [22, 12],
];

/**
 * A `require` that finds an ES module, for a Node that cannot do that: it throws ERR_REQUIRE_ESM. A text without `"type"` is not judged:
 * those Nodes take it for CommonJS.
 */
export function sayOfSystem(view: ProjectView, link: Link): Said | undefined {
  const { node } = view.project.runtime;
  if (link.text.kind !== 'require' || hasSince(node, REQUIRE_ESM)) return undefined;
  const file = link.after.outcome.kind === 'file' ? link.after.outcome.path : undefined;
  if (file === undefined || !isEsModule(view.merged, file)) return undefined;
  const { outcome: there } = link.there;
  const isEsThere = there.kind === 'file' && isEsModule(view.production, there.path);
  const place = below(view.project.root, file) ?? file;
  return {
    code: 'module-system',
    message: `"${link.text.specifier}" is an ES module on production (${place}), and its Node ${node.join('.')} cannot require one (ERR_REQUIRE_ESM)${fails(link)}.`,
    remedy: 'Load it by import(), take a version that is CommonJS, or run Node 20.19, 22.12 or newer there.',
    // Where production's own require fails now, that is not the deploy's doing.
    ...(isSameFile(view, link) && isEsThere && { atMost: 'warning' }),
  };
}

/** By its extension, else by the nearest package.json ("Determining module system"). */
export function isEsModule(view: View, path: TreePath): boolean {
  const extension = extname(path);
  return extension === '.mjs' || (extension === '.js' && isModuleScope(view, path));
}

function isModuleScope(view: View, path: TreePath): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = view.packageJson(folder);
    if (found.state === 'known' && 'fields' in found.value) return found.value.fields['type'] === 'module';
    if (folder === '/' || folder.endsWith('/node_modules')) return false;
  }
}
