import { basename, dirname } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';

/**
 * A path whose spelling differs from a tried one only in case, by the listings, so that every operating system says the same: of a file
 * itself, or of a folder on the way to it.
 */
export function otherSpelling(view: View, tried: readonly TreePath[]): TreePath | undefined {
  for (const path of tried) {
    const found = respelled(view, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function respelled(view: View, path: TreePath): TreePath | undefined {
  if (path === '/') return undefined;
  const folder = view.locate(dirname(path));
  if (folder.state !== 'known') return respelled(view, dirname(path));
  const names = view.list(folder.value.path);
  if (names.state !== 'known') return undefined;
  const name = basename(path);
  const folded = name.toLowerCase();
  for (const sibling of names.value.keys()) {
    if (sibling !== name && sibling.toLowerCase() === folded) return `${folder.value.path}/${sibling}`;
  }
  return undefined;
}
