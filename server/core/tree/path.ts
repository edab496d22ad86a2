import type { TreePath } from './tree.ts';

/** The folder that holds a path; `/` holds itself. */
export function dirname(path: TreePath): TreePath {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The last dot and what follows it, of the last part only; empty for `.bashrc` and `README`. */
export function extname(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot);
}

/** A part that is empty, `.` or `..`: only with one of these a path has to be taken apart. */
const NEEDS_PARTS = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * An absolute path from a folder and a path relative to it (or absolute itself), normalised.
 *
 * @param folder normalised, as every `TreePath` is
 */
export function join(folder: TreePath, relative: string): TreePath {
  let base = folder;
  let rest = relative;
  // Nearly every import begins so, and goes on plainly.
  if (rest.startsWith('./')) rest = rest.slice(2);
  else {
    while (rest.startsWith('../')) {
      base = dirname(base);
      rest = rest.slice(3);
    }
  }
  if (!NEEDS_PARTS.test(rest)) return base === '/' ? `/${rest}` : `${base}/${rest}`;
  return normalised(relative.startsWith('/') ? relative : `${base}/${rest}`);
}

function normalised(path: string): TreePath {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A folder and those that hold it, up to the top and no further; none where it does not lie below the top. */
export function* foldersUp(top: TreePath, from: TreePath): Generator<TreePath> {
  for (let folder = from; below(top, folder) !== undefined; folder = dirname(folder)) {
    yield folder;
    if (folder === '/') return;
  }
}

/** The part of a path below a folder: `''` for the folder itself, `undefined` outside it. */
export function below(folder: TreePath, path: TreePath): string | undefined {
  if (path === folder) return '';
  const prefix = folder === '/' ? '/' : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

/** How one absolute path is written relative to a folder, with `..` where it must climb. */
export function relative(folder: TreePath, path: TreePath): string {
  const from = folder.split('/').filter((part) => part !== '');
  const to = path.split('/').filter((part) => part !== '');
  let common = 0;
  while (common < from.length && common < to.length && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/') || '.';
}
