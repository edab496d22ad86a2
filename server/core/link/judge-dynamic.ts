import { basename, below, dirname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { Said } from './link.ts';
import type { DynamicText } from './module-facts.ts';
import type { ProjectView } from './project.ts';

const LOADED = /\.(?:[cm]?js|json|node|[cm]?ts|tsx|jsx)$/;
/** More names than these are counted, not listed. */
const NAMED = 5;

/**
 * A specifier that is computed, or a folder that is listed, could reach files that only production has. Nobody knows whether it does, so it
 * is information and never blocks.
 */
export function sayOfDynamic(view: ProjectView, dynamic: DynamicText, fromThere: TreePath): Said | undefined {
  if (!/^\.{1,2}\//.test(dynamic.prefix)) return undefined;
  const isFolder = dynamic.prefix.endsWith('/');
  const path = join(dirname(fromThere), dynamic.prefix);
  const folder = isFolder ? path : dirname(path);
  const stem = isFolder ? '' : basename(path);
  const place = view.production.locate(folder);
  if (place.state !== 'known' || place.value.kind !== 'folder') return undefined;
  const names = view.production.list(place.value.path);
  if (names.state !== 'known') return undefined;
  const reached: string[] = [];
  for (const [name, kind] of names.value) {
    if (kind !== 'file' || !name.startsWith(stem) || !LOADED.test(name)) continue;
    const file = join(place.value.path, name);
    const local = view.toLocal(file);
    if (local === undefined || view.local.locate(local).state !== 'absent') continue;
    reached.push(below(view.project.root, file) ?? file);
  }
  if (reached.length === 0) return undefined;
  const paths = reached.sort();
  const rest = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : '';
  const how = dynamic.how === 'listing' ? 'This folder is listed' : 'This specifier is computed';
  return {
    code: 'production-only-import',
    message: `${how} at run time: it could reach what only production has, ${paths.slice(0, NAMED).join(', ')}${rest}.`,
    remedy: `If it does, pull: driftline pull ${paths.slice(0, NAMED).join(' ')}`,
    couldReach: paths,
    atMost: 'information',
  };
}
