import { satisfies, validRange } from 'semver';
import { basename, dirname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { View } from '../tree/view.ts';

/** The package that a bare specifier begins with; `undefined` for paths, URLs and `#imports`. */
export function packageName(specifier: string): string | undefined {
  if (/^(\.|\/|#|[a-z][a-z\d+.-]*:)/i.test(specifier)) return undefined;
  return /^(@[^/]+\/[^/]+|[^@/][^/]*)/.exec(specifier)?.[0];
}

/** The package that a path lies in, by the innermost `node_modules` on its way. */
export function packageAt(path: string): string | undefined {
  return /^.*(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/@][^/]*)/s.exec(path)?.[1];
}

const SECTIONS = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'];

/** The range that the nearest `package.json` upward declares for a package, from any of its sections. */
export function declaredRange(view: View, from: TreePath, name: string): string | undefined {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const found = view.packageJson(folder);
    if (found.state === 'known' && 'fields' in found.value) {
      for (const section of SECTIONS) {
        const ranges = found.value.fields[section];
        if (typeof ranges !== 'object' || ranges === null || !Object.hasOwn(ranges, name)) continue;
        const range: unknown = Reflect.get(ranges, name);
        if (typeof range === 'string') return range;
      }
      // A package of its own name is its own; below it only workspaces go on upward.
      if (found.value.fields['name'] === name) return '*';
    }
    if (folder === '/') return undefined;
  }
}

/** Whether any `node_modules` folder is there for a module to find packages in. */
export function hasNodeModules(view: View, from: TreePath): boolean {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    if (basename(folder) !== 'node_modules' && view.locate(join(folder, 'node_modules')).state === 'known') return true;
    if (folder === '/') return false;
  }
}

/** The version of the package that Node would find from a module, as installed. */
export function installedVersion(view: View, from: TreePath, name: string): string | undefined {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    if (basename(folder) !== 'node_modules') {
      const found = view.packageJson(join(folder, `node_modules/${name}`));
      if (found.state === 'known' && 'fields' in found.value) {
        const version = found.value.fields['version'];
        return typeof version === 'string' ? version : undefined;
      }
      if (found.state !== 'absent') return undefined;
    }
    if (folder === '/') return undefined;
  }
}

/** Whether a range is one that versions can be held against (tags, URLs and workspaces are not) and this version falls outside it. */
export function isOutside(version: string, range: string): boolean {
  return validRange(range) !== null && !satisfies(version, range, { includePrerelease: true });
}
