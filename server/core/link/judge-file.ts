import { basename, below, dirname, relative } from '../tree/path.ts';
import { Selection } from '../tree/selection.ts';
import type { TreePath } from '../tree/tree.ts';
import { fails, isOpen } from './link.ts';
import type { Link, Said } from './link.ts';
import { sayOfPackage } from './judge-package.ts';
import type { ProjectView } from './project.ts';
import { packageAt } from './packages.ts';
import { otherSpelling } from './spelling.ts';

/** What is to be said of a link that names a file of the application itself; the first cause that applies. */
export function sayOfFile(view: ProjectView, link: Link): Said | undefined {
  if (isOpen(link.here)) return undefined;
  // By a `#name` of its own or by a path, an application may name a package too, which nobody pulls or deploys by file.
  const name = installedPackage(view, link);
  if (name !== undefined) return sayOfPackage(view, link, name);
  return link.here.outcome.kind === 'missing' ? sayOfMissingHere(view, link) : sayOfFoundHere(view, link);
}

function installedPackage({ project }: ProjectView, link: Link): string | undefined {
  const isHere = link.here.outcome.kind !== 'missing';
  const { outcome } = isHere ? link.here : link.there;
  if (outcome.kind !== 'file' || !outcome.path.includes('/node_modules/')) return undefined;
  return packageAt(below(isHere ? project.folder : project.root, outcome.path) ?? outcome.path);
}

function sayOfMissingHere(view: ProjectView, link: Link): Said | undefined {
  const { specifier } = link.text;
  const spelling = otherSpelling(view.local, link.here.tried);
  if (spelling !== undefined) {
    return {
      code: 'case-mismatch',
      message: `"${specifier}" is spelled ${basename(spelling)} on disk: it resolves only where case does not matter.`,
      remedy: `Write the import as ${basename(spelling)} is spelled.`,
    };
  }
  if (isOpen(link.there)) return undefined;
  return link.there.outcome.kind === 'file'
    ? productionOnly(view, link, link.there.outcome.path)
    : unresolved(view, link);
}

function productionOnly(view: ProjectView, link: Link, target: TreePath): Said | undefined {
  const path = below(view.project.root, target);
  const canPull = path !== undefined && view.toLocal(target) !== undefined;
  // A log or an upload that the code writes itself lies on production too, and nobody misses it here.
  if (link.text.kind === 'file' && !canPull) return undefined;
  return {
    code: 'production-only-import',
    message: `"${link.text.specifier}" resolves only on production (${path ?? target}): this workspace has no such file${fails(link)}.`,
    remedy: canPull ? `Pull it: driftline pull ${path}` : 'Bring the file into the workspace.',
    ...(canPull && { pull: [path] }),
  };
}

function unresolved(view: ProjectView, link: Link): Said | undefined {
  // What is nowhere may be written by the program itself.
  if (link.text.kind === 'file') return undefined;
  const { outcome } = link.here;
  const { specifier } = link.text;
  const isOfNode = outcome.kind === 'missing' && outcome.code === 'ERR_UNKNOWN_BUILTIN_MODULE';
  const [major, minor] = view.project.runtime.node;
  return {
    code: 'unresolved-import',
    message: isOfNode
      ? `"${specifier}" is no module of the Node that production runs (${major}.${minor})${fails(link)}.`
      : `"${specifier}" resolves neither here nor on production${reason(link)}${fails(link)}.`,
    remedy: isOfNode ? 'Run a newer Node on production, or do without.' : 'Correct the import, or add the file.',
  };
}

/** Node's own words, where it says more than that nothing was found. */
function reason({ here }: Link): string {
  const { outcome } = here;
  if (outcome.kind !== 'missing' || /^(?:ERR_)?MODULE_NOT_FOUND$/.test(outcome.code)) return '';
  return `: ${outcome.message} (${outcome.code})`;
}

function sayOfFoundHere(view: ProjectView, link: Link): Said | undefined {
  const { here, after } = link;
  if (here.outcome.kind !== 'file') return undefined;
  if (after.outcome.kind === 'missing') return notDeployed(view, link, here.outcome.path, after.outcome.message);
  return after.outcome.kind === 'file' ? shadowed(view, link, here.outcome.path, after.outcome.path) : undefined;
}

/** The file reached in merged must be the image of the file reached here. */
function shadowed(view: ProjectView, link: Link, ours: TreePath, theirs: TreePath): Said | undefined {
  const image = view.toProduction(ours);
  const expected = image === undefined ? undefined : view.merged.locate(image);
  const isImage =
    expected?.state === 'known'
      ? expected.value.path === theirs
      : relative(dirname(link.fromHere), ours) === relative(dirname(link.fromThere), theirs);
  if (isImage || image === undefined || expected?.state === 'unknown') return undefined;
  const place = below(view.project.root, theirs);
  const winner = place ?? theirs;
  const loser = below(view.project.folder, ours) ?? ours;
  return {
    code: 'shadowed-on-production',
    message: `"${link.text.specifier}" leads to ${loser} here, but after a deploy to ${winner}, which production keeps: ${link.after.rule} finds it first.`,
    remedy: `Delete ${winner} in the deploy (--delete ${winner}), or name the file exactly in the import.`,
    ...(place !== undefined && { deletes: [place] }),
  };
}

const UNMANAGED = {
  outsideMap: 'lies outside "map"',
  excluded: 'is excluded',
  notIncluded: 'is not in "include"',
} as const;

const BY_DEFAULT = new Selection({ map: [{ local: '.', production: '.' }], include: [], exclude: [] });

function isEachMachinesOwn(local: string): boolean {
  return !BY_DEFAULT.toProduction(local).managed;
}

/** Whether two files lie to each other otherwise on production than here. */
function isMovedApart({ text, fromHere, fromThere }: Link, ours: TreePath, image: TreePath): boolean {
  return text.specifier.startsWith('.') && relative(dirname(fromHere), ours) !== relative(dirname(fromThere), image);
}

function notDeployed(view: ProjectView, link: Link, target: TreePath, why: string): Said | undefined {
  const local = below(view.project.folder, target);
  const placement = local === undefined ? undefined : view.project.selection.toProduction(local);
  const name = local ?? target;
  let cause: string;
  let remedy = 'Change "map", "include" or "exclude" in driftline.json so that the file is deployed, or move it.';
  if (placement?.managed !== true) {
    // Logs, uploads and the like, which the defaults exclude, are each machine's own.
    if (link.text.kind === 'file' && local !== undefined && isEachMachinesOwn(local)) return undefined;
    cause = `${name} ${placement === undefined ? UNMANAGED.outsideMap : UNMANAGED[placement.why]}`;
  } else {
    const image = view.toProduction(target);
    const place = image === undefined ? undefined : view.merged.locate(image);
    if (place === undefined || place.state === 'unknown' || place.state === 'unreadable') return undefined;
    if (place.state === 'absent') {
      cause = `the plan leaves ${name} out, and production does not have it`;
      remedy = `Take ${name} into the deploy.`;
    } else if (place.value.kind === 'folder') {
      cause = `production keeps a folder in the place of ${name}`;
      remedy = `Move that folder away on production, or name the file otherwise.`;
    } else if (image !== undefined && isMovedApart(link, target, image)) {
      cause = `"map" takes ${name} to ${below(view.project.root, image) ?? image}, where this path does not lead`;
      remedy =
        'Let "map" keep the two files as they lie to each other, or import it by a name that holds in both places.';
    } else {
      cause = `a package.json that decides it is not deployed: ${why}`;
      remedy = 'Deploy that package.json too, or bring the one on production up to date.';
    }
  }
  return {
    code: 'not-deployed-import',
    message: `"${link.text.specifier}" resolves here, but will not on production: ${cause}${fails(link)}.`,
    remedy,
  };
}
