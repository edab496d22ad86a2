import { keptLinks } from './kept-links.ts';
import { below } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { Finding, Severity, Verdict } from './finding.ts';
import { NODE_PATH } from './commonjs.ts';
import { VERDICTS } from './finding.ts';
import { sayOfDynamic } from './judge-dynamic.ts';
import { sayOfFile } from './judge-file.ts';
import { sayOfPackage } from './judge-package.ts';
import { followLink, isOpen, isSameFile } from './link.ts';
import type { Link, Said } from './link.ts';
import type { DynamicText, ModuleFacts } from './module-facts.ts';
import { sayOfKind, sayOfSystem } from './module-system.ts';
import { exportedNames, requiredNames } from './names.ts';
import { packageName } from './packages.ts';
import type { ProjectView } from './project.ts';
import { linkedOf } from './reach.ts';
import type { Linked } from './reach.ts';
import { isByOwnRules } from './resolve.ts';
import { isCompiled } from './typescript.ts';

export { followLink } from './link.ts';

/** A link that nobody can follow. */
export interface UnreadableLink {
  /** The module that has it, relative to the config's folder. */
  readonly module: string;
  readonly specifier: string;
  readonly reason: string;
}

/** What judging one module gave. */
export interface ModuleVerdict {
  readonly findings: readonly Finding[];
  /** Where it leads in merged; `undefined` where it is no module of production's. */
  readonly linked?: Linked;
  /** Why some or all of it could not be judged. */
  readonly notJudged?: string;
  /** Links that lead on production to what could not be read: nothing can be said of them. */
  readonly unreadable?: readonly UnreadableLink[];
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
  const links = keptLinks(view.local, located.value.path, module.value, view.runtimeHere).map((text) =>
    followLink(view, text, located.value.path, fromThere),
  );
  const kind = sayOfKind(view, module.value, at, fromThere);
  if (kind !== undefined) findings.push(placeKind(view, kind, path, at, fromThere));
  for (const link of links) {
    for (const said of sayOf(view, link)) findings.push(place(view, said, path, link));
  }
  for (const dynamic of module.value.dynamic) {
    const said = sayOfDynamic(view, dynamic, fromThere);
    if (said !== undefined) findings.push(placeDynamic(said, path, dynamic));
  }
  const problem = problemOf(module.value);
  const linked = linkedOf(view, { tree: 'local', path }, module.value, fromThere, links);
  const unreadable = unreadableIn(path, links);
  return {
    ...{ findings, linked },
    ...(problem !== undefined && { notJudged: problem }),
    ...(unreadable.length > 0 && { unreadable }),
  };
}

function unreadableIn(module: string, links: readonly Link[]): UnreadableLink[] {
  return links.flatMap(({ text: { specifier }, after: { outcome } }) =>
    outcome.kind === 'unreadable' ? [{ module, specifier, reason: outcome.reason }] : [],
  );
}

function problemOf(module: ModuleFacts): string | undefined {
  if (module.problem === undefined) return undefined;
  const { line, character } = module.problem.range.start;
  return `${module.problem.message} (line ${line + 1}, column ${character + 1})`;
}

/** The first cause that applies to a link; names are looked at only where the module itself is there. */
function sayOf(view: ProjectView, link: Link): readonly Said[] {
  const { after, here } = link;
  if (isOpen(after) || after.outcome.kind === 'builtin') return [];
  const isOfFiles = link.text.kind === 'file' || link.text.kind === 'worker' || link.text.kind === 'fork';
  const isOwn = isByOwnRules(here) || isByNodePath(view, link);
  const name = isOfFiles || isOwn ? undefined : packageName(link.text.specifier);
  const said = name === undefined ? sayOfFile(view, link) : sayOfPackage(view, link, name);
  const first = said ?? sayOfSystem(view, link);
  return first === undefined ? namesMissing(view, link) : [first];
}

/** Whether a folder of NODE_PATH within the application holds it, here or there: it names a file of the application's. */
function isByNodePath(view: ProjectView, link: Link): boolean {
  const { root, runtime } = view.project;
  if ((runtime.globalFolders ?? []).length === 0) return false;
  if (link.here.rule === NODE_PATH) return true;
  const { rule, outcome } = link.there;
  return rule === NODE_PATH && outcome.kind === 'file' && below(root, outcome.path) !== undefined;
}

/**
 * Names that the module reached after the deploy does not export. An ES module fails on these before it runs; a `require` gives
 * `undefined`, which fails where it is used.
 */
function namesMissing(view: ProjectView, link: Link): readonly Said[] {
  const { text, after, fromHere } = link;
  if (text.names.length === 0 || after.outcome.kind !== 'file' || isCompiled(fromHere, view.project.runtime)) return [];
  const target = after.outcome.path;
  const isRequire = text.kind === 'require';
  const names = (isRequire ? requiredNames : exportedNames)(view.merged, target, view.project.runtime);
  if (names === undefined) return [];
  const file = below(view.project.root, target) ?? target;
  const then = isRequire ? 'it is undefined there' : 'the import fails before anything runs';
  return text.names
    .filter((wanted) => !names.has(wanted.name))
    .map((wanted): Said => ({
      code: 'missing-export',
      message: `${file}, as it will be on production, exports no "${wanted.name}": ${then}.`,
      remedy: `Export "${wanted.name}" from ${file}, or correct the name.`,
      range: wanted.range,
      ...(isRequire && { atMost: 'warning' }),
    }));
}

function place(view: ProjectView, said: Said, path: string, link: Link): Finding {
  return {
    code: said.code,
    severity: severityOf(view, link, said),
    file: { tree: 'local', path },
    range: said.range ?? link.text.range,
    specifier: link.text.specifier,
    message: said.message,
    remedy: said.remedy,
    when: link.text.when,
    ...(said.pull && { pull: said.pull }),
    ...(said.deletes && { deletes: said.deletes }),
    explain: { local: link.here, production: link.there, merged: link.after },
  };
}

/** On the whole module; production may be just as broken now. */
function placeKind(view: ProjectView, said: Said, path: string, fromHere: TreePath, fromThere: TreePath): Finding {
  const start = { line: 0, character: 0 };
  return {
    code: said.code,
    severity: isSameFile(view, { fromHere, fromThere }) ? 'warning' : severityOfCode(said.code),
    file: { tree: 'local', path },
    range: { start, end: start },
    message: said.message,
    remedy: said.remedy,
    when: 'start',
  };
}

function placeDynamic(said: Said, path: string, dynamic: DynamicText): Finding {
  return {
    code: said.code,
    severity: 'information',
    file: { tree: 'local', path },
    range: dynamic.range,
    message: said.message,
    remedy: said.remedy,
    when: 'reached',
    ...(said.couldReach && { couldReach: said.couldReach }),
  };
}

const GRAVITY: Readonly<Record<Severity, number>> = { information: 0, warning: 1, error: 2 };

/**
 * A failure that is caught is information. A file that is no module is missed only when it is opened, and a failure that production has
 * now, in this very file, is not the deploy's doing: warnings.
 */
function severityOf(view: ProjectView, link: Link, said: Said): Severity {
  const limits: Severity[] = [severityOfCode(said.code)];
  if (said.atMost !== undefined) limits.push(said.atMost);
  if (link.text.caught) limits.push('information');
  if (link.text.kind === 'file') limits.push('warning');
  if (link.there.outcome.kind === 'missing' && isSameFile(view, link)) limits.push('warning');
  return limits.reduce((least, limit) => (GRAVITY[limit] < GRAVITY[least] ? limit : least));
}

function severityOfCode(code: Verdict): Severity {
  return VERDICTS[code];
}
