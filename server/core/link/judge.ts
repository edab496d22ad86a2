import { basename, below, dirname, relative } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { Finding, Severity, Trace, Verdict } from './finding.ts';
import { VERDICTS } from './finding.ts';
import type { LinkText, ModuleFacts } from './module-facts.ts';
import { exportedNames } from './names.ts';
import { declaredRange, hasNodeModules, installedVersion, isOutside, packageName } from './packages.ts';
import type { ProjectView } from './project.ts';
import { resolve } from './resolve.ts';

/** One link with where it leads in each tree. */
interface Link {
  readonly text: LinkText;
  readonly here: Trace;
  readonly there: Trace;
  readonly after: Trace;
  /** The module's own path in each tree. */
  readonly fromHere: TreePath;
  readonly fromThere: TreePath;
}

/** What judging one module gave. */
export interface ModuleVerdict {
  readonly findings: readonly Finding[];
  /** Why some or all of it could not be judged. */
  readonly notJudged?: string;
}

/** What a verdict says, before it is put at its place. */
interface Said {
  readonly code: Verdict;
  readonly message: string;
  readonly remedy: string;
  readonly pull?: readonly string[];
  readonly range?: Finding['range'];
}

/**
 * Judges every link of one local module. A link of a managed file that will not resolve in merged is an error whatever the other trees
 * say; the code tells why, and the first cause that applies is the one that is said.
 *
 * @param path relative to the config's folder
 */
export function judgeModule(view: ProjectView, path: string): ModuleVerdict {
  const { project } = view;
  const at = `${project.folder === '/' ? '' : project.folder}/${path}`;
  const located = view.local.locate(at);
  const fromThere = view.toProduction(at);
  if (located.state !== 'known') return { findings: [], notJudged: 'it could not be read' };
  if (fromThere === undefined) return { findings: [] };
  const module = view.local.module(located.value.path);
  if (module.state === 'unreadable') return { findings: [], notJudged: module.reason };
  if (module.state !== 'known') return { findings: [], notJudged: 'it has not been read yet' };

  const findings: Finding[] = [];
  for (const text of module.value.links) {
    const link = followLink(view, text, located.value.path, fromThere);
    const severity = severityOf(view, link);
    for (const said of sayOf(view, link)) findings.push(place(said, path, link, severity));
  }
  const problem = problemOf(module.value);
  return problem === undefined ? { findings } : { findings, notJudged: problem };
}

/** Where one link leads in each tree; also what a hover shows. */
export function followLink(view: ProjectView, text: LinkText, fromHere: TreePath, fromThere: TreePath): Link {
  const { runtime } = view.project;
  return {
    text,
    fromHere,
    fromThere,
    here: resolve(view.local, fromHere, text.kind, text.specifier, runtime),
    there: resolve(view.production, fromThere, text.kind, text.specifier, runtime),
    after: resolve(view.merged, fromThere, text.kind, text.specifier, runtime),
  };
}

function problemOf(module: ModuleFacts): string | undefined {
  if (module.problem === undefined) return undefined;
  const { line, character } = module.problem.range.start;
  return `${module.problem.message} (line ${line + 1}, column ${character + 1})`;
}

/**
 * A failure that is caught is information. One that production has now, in this very file, is not the deploy's doing: production runs with
 * it, so it is listed as a warning.
 */
function severityOf(view: ProjectView, link: Link): (code: Verdict) => Severity {
  if (link.text.caught) return () => 'information';
  if (link.there.outcome.kind !== 'missing' || !isSameFile(view, link)) return (code) => VERDICTS[code];
  return () => 'warning';
}

/** Whether production has this very content of the module; not asked for where it is not known. */
function isSameFile(view: ProjectView, link: Link): boolean {
  const here = view.project.local.identity(link.fromHere);
  const there = view.project.production.identity(link.fromThere);
  return here.state === 'known' && there.state === 'known' && here.value.sha256 === there.value.sha256;
}

function place(said: Said, path: string, link: Link, severity: (code: Verdict) => Severity): Finding {
  return {
    code: said.code,
    severity: severity(said.code),
    file: { tree: 'local', path },
    range: said.range ?? link.text.range,
    specifier: link.text.specifier,
    message: said.message,
    remedy: said.remedy,
    when: link.text.when,
    ...(said.pull && { pull: said.pull }),
    explain: { local: link.here, production: link.there, merged: link.after },
  };
}

function sayOf(view: ProjectView, link: Link): readonly Said[] {
  const { here, after } = link;
  if (isOpen(after) || after.outcome.kind === 'builtin') return [];
  const name = packageName(link.text.specifier);
  if (name !== undefined) {
    const said = sayOfPackage(view, link, name);
    return said === undefined ? namesMissing(view, link) : [said];
  }
  if (isOpen(here)) return [];
  const said = here.outcome.kind === 'missing' ? sayOfMissingHere(view, link) : sayOfFoundHere(view, link);
  return said === undefined ? namesMissing(view, link) : [said];
}

/** An outcome that nobody can judge by. */
function isOpen(trace: Trace): boolean {
  return trace.outcome.kind === 'unknown' || trace.outcome.kind === 'unreadable';
}

function sayOfMissingHere(view: ProjectView, link: Link): Said | undefined {
  const { specifier } = link.text;
  const spelling = otherSpelling(view, link.here);
  if (spelling !== undefined) {
    return {
      code: 'case-mismatch',
      message: `"${specifier}" is spelled ${basename(spelling)} on disk: it resolves only where case does not matter.`,
      remedy: `Write the import as ${basename(spelling)} is spelled.`,
    };
  }
  const { outcome } = link.there;
  if (outcome.kind === 'file') {
    const path = below(view.project.root, outcome.path);
    const canPull = path !== undefined && view.toLocal(outcome.path) !== undefined;
    return {
      code: 'production-only-import',
      message: `"${specifier}" resolves only on production${path === undefined ? '' : ` (${path})`}: this workspace has no such file${fails(link)}.`,
      remedy: canPull ? `Pull it: driftline pull ${path}` : 'Bring the file into the workspace.',
      ...(canPull && { pull: [path] }),
    };
  }
  if (isOpen(link.there)) return undefined;
  return {
    code: 'unresolved-import',
    message: `"${specifier}" resolves neither here nor on production${fails(link)}.`,
    remedy: 'Correct the import, or add the file.',
  };
}

function sayOfFoundHere(view: ProjectView, link: Link): Said | undefined {
  const { here, after } = link;
  if (here.outcome.kind !== 'file') return undefined;
  if (after.outcome.kind === 'missing') return notDeployed(view, link, here.outcome.path);
  if (after.outcome.kind !== 'file') return undefined;

  const image = view.toProduction(here.outcome.path);
  const expected = image === undefined ? undefined : view.merged.locate(image);
  const isImage =
    expected?.state === 'known'
      ? expected.value.path === after.outcome.path
      : relative(dirname(link.fromHere), here.outcome.path) === relative(dirname(link.fromThere), after.outcome.path);
  if (isImage || image === undefined || expected?.state === 'unknown') return undefined;
  const winner = below(view.project.root, after.outcome.path) ?? after.outcome.path;
  const ours = below(view.project.folder, here.outcome.path) ?? here.outcome.path;
  return {
    code: 'shadowed-on-production',
    message: `"${link.text.specifier}" leads to ${ours} here, but after a deploy to ${winner}, which production keeps: ${after.rule} finds it first.`,
    remedy: `Delete ${winner} in the deploy (--delete ${winner}), or name the file exactly in the import.`,
  };
}

function notDeployed(view: ProjectView, link: Link, target: TreePath): Said {
  const local = below(view.project.folder, target);
  const placement = local === undefined ? undefined : view.project.selection.toProduction(local);
  const name = local ?? target;
  const causes = {
    outsideMap: `${name} lies outside "map"`,
    excluded: `${name} is excluded`,
    notIncluded: `${name} is not in "include"`,
  };
  const cause =
    placement === undefined || placement.managed
      ? `a package.json that decides it is not deployed, or production keeps something in its place`
      : causes[placement.why];
  return {
    code: 'not-deployed-import',
    message: `"${link.text.specifier}" resolves here, but will not on production: ${cause}${fails(link)}.`,
    remedy: 'Change "map", "include" or "exclude" in driftline.json so that the file is deployed, or move it.',
  };
}

function sayOfPackage(view: ProjectView, link: Link, name: string): Said | undefined {
  const { after, here } = link;
  // Where production has no node_modules at all, its packages lie where we did not look.
  if (!hasNodeModules(view.merged, link.fromThere)) return undefined;
  const range = declaredRange(view.local, link.fromHere, name);
  if (after.outcome.kind === 'missing') {
    const installed = installedVersion(view.merged, link.fromThere, name);
    if (installed !== undefined) {
      return {
        code: 'package-missing',
        message: `"${link.text.specifier}" is not in ${name}@${installed} as production has it: ${after.outcome.message}.`,
        remedy: `Install the version that this code needs on production.`,
      };
    }
    return {
      code: 'package-missing',
      message: `The package ${name} is not installed on production${fails(link)}.`,
      remedy:
        range === undefined
          ? `Add ${name} to package.json and install it on production.`
          : `Install it on production: npm install ${name}@${range}`,
    };
  }
  const version = installedVersion(view.merged, link.fromThere, name);
  if (range === undefined) {
    if (here.outcome.kind !== 'missing') return undefined;
    return {
      code: 'package-production-only',
      message: `The package ${name} is installed on production${version === undefined ? '' : ` (${version})`}, but package.json here does not declare it.`,
      remedy: `Declare it: npm install ${name}${version === undefined ? '' : `@${version}`}`,
    };
  }
  if (version === undefined || !isOutside(version, range)) return undefined;
  return {
    code: 'package-version',
    message: `Production has ${name} ${version}, which is not in the range ${range} that package.json declares.`,
    remedy: `Install ${name}@${range} on production, or widen the range.`,
  };
}

/** Names that the module reached after the deploy does not export: an ES module fails on these before it runs. */
function namesMissing(view: ProjectView, link: Link): readonly Said[] {
  if (link.text.names.length === 0 || link.after.outcome.kind !== 'file' || /\.[cm]?tsx?$|\.jsx$/.test(link.fromHere))
    return [];
  const target = link.after.outcome.path;
  const names = exportedNames(view.merged, target, view.project.runtime);
  if (names === undefined) return [];
  return link.text.names.flatMap((wanted): Said[] => {
    if (names.has(wanted.name)) return [];
    const file = below(view.project.root, target) ?? target;
    return [
      {
        code: 'missing-export',
        message: `${file}, as it will be on production, exports no "${wanted.name}": the import fails before anything runs.`,
        remedy: `Export "${wanted.name}" from ${file}, or correct the name.`,
        range: wanted.range,
      },
    ];
  });
}

/** A file beside the tried paths whose name differs only in case, read from the listing so that every system says the same. */
function otherSpelling(view: ProjectView, trace: Trace): TreePath | undefined {
  for (const tried of trace.tried) {
    const folder = view.local.locate(dirname(tried));
    if (folder.state !== 'known') {
      const above = respelled(view, dirname(tried));
      if (above !== undefined) return above;
      continue;
    }
    const found = spelledIn(view, folder.value.path, basename(tried));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same for a folder on the way. */
function respelled(view: ProjectView, folder: TreePath): TreePath | undefined {
  const parent = view.local.locate(dirname(folder));
  return parent.state === 'known' ? spelledIn(view, parent.value.path, basename(folder)) : undefined;
}

function spelledIn(view: ProjectView, folder: TreePath, name: string): TreePath | undefined {
  const names = view.local.list(folder);
  if (names.state !== 'known') return undefined;
  for (const sibling of names.value.keys()) {
    if (sibling !== name && sibling.toLowerCase() === name.toLowerCase()) return `${folder}/${sibling}`;
  }
  return undefined;
}

function fails(link: Link): string {
  if (link.text.caught) return '; the failure is caught';
  return link.text.when === 'reached' ? '; it fails when this function is reached, not at start' : '';
}
