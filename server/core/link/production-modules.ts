import { keptLinks } from './kept-links.ts';
import { below, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { Finding, Severity } from './finding.ts';
import type { ModuleVerdict } from './judge.ts';
import { exportedNames, requiredNames } from './names.ts';
import type { ProjectView } from './project.ts';
import { isModulePath } from './project.ts';
import { linkedOf } from './reach.ts';
import { resolve } from './resolve.ts';

/**
 * A module that only production has keeps running after the deploy: what it imports must still be there, and still have the names that it
 * had. Said of the file whose new version, or whose absence, breaks it.
 */
export function judgeProductionModule(view: ProjectView, path: string): ModuleVerdict {
  const { project } = view;
  const from = join(project.root, path);
  const module = view.production.module(from);
  if (module.state !== 'known') return { findings: [] };
  const links = keptLinks(view.production, from, module.value, project.runtime).map((text) => ({
    text,
    after: resolve(view.merged, from, text.kind, text.specifier, project.runtime),
  }));
  const findings: Finding[] = [];
  for (const { text, after } of links) {
    const before = resolve(view.production, from, text.kind, text.specifier, project.runtime);
    if (before.outcome.kind !== 'file') continue;
    const place = { line: text.range.start.line + 1 };
    const isRequire = text.kind === 'require';
    const report = (target: TreePath, gravity: Severity, message: string, remedy: string): void => {
      const local = view.toLocal(target);
      const file = local === undefined ? undefined : below(project.folder, local);
      findings.push({
        code: 'breaks-production',
        severity: text.caught ? 'information' : gravity,
        file: file === undefined ? { tree: 'production', path } : { tree: 'local', path: file },
        range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
        specifier: text.specifier,
        message,
        remedy,
        when: text.when,
        explain: { local: before, production: before, merged: after },
      });
    };
    const target = before.outcome.path;
    const name = below(project.root, target) ?? target;
    if (after.outcome.kind === 'missing') {
      report(
        target,
        'error',
        `${path}:${place.line} on production imports ${name}, which will be gone after the deploy.`,
        `Keep ${name}, or pull ${path} and change it too.`,
      );
      continue;
    }
    if (after.outcome.kind !== 'file' || text.names.length === 0) continue;
    const namesOf = isRequire ? requiredNames : exportedNames;
    const had = namesOf(view.production, target, project.runtime);
    const has = namesOf(view.merged, after.outcome.path, project.runtime);
    if (had === undefined || has === undefined) continue;
    for (const wanted of text.names) {
      if (!had.has(wanted.name) || has.has(wanted.name)) continue;
      report(
        after.outcome.path,
        // There it is undefined, which fails only where it is used.
        isRequire ? 'warning' : 'error',
        `${path}:${place.line} on production imports "${wanted.name}" from ${name}, whose new version does not export it.`,
        `Keep exporting "${wanted.name}", or pull ${path} and change it too.`,
      );
    }
  }
  return { findings, linked: linkedOf(view, { tree: 'production', path }, module.value, from, links) };
}

/** A package that is declared wrongly is wrong once, not at each of its imports. */
export function onePerPackage(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    if (finding.code !== 'package-production-only' && finding.code !== 'package-version') return true;
    if (seen.has(finding.message)) return false;
    seen.add(finding.message);
    return true;
  });
}

/** A file to pull, and the production file that needs it where it was not asked for. */
export interface ClosureFile {
  readonly path: string;
  readonly importedBy?: string;
}

/**
 * Files that only production has, with everything that they import in turn and the workspace lacks.
 *
 * @param paths relative to the root
 */
export function closure(view: ProjectView, paths: readonly string[]): ClosureFile[] {
  const { project } = view;
  const found = new Map<string, ClosureFile>(paths.map((path) => [path, { path }]));
  for (const { path } of found.values()) {
    if (!isModulePath(path)) continue;
    const from = join(project.root, path);
    const module = view.production.module(from);
    if (module.state !== 'known') continue;
    for (const text of keptLinks(view.production, from, module.value, project.runtime)) {
      const { outcome } = resolve(view.production, from, text.kind, text.specifier, project.runtime);
      if (outcome.kind !== 'file') continue;
      const target = below(project.root, outcome.path);
      const local = view.toLocal(outcome.path);
      if (target === undefined || local === undefined || found.has(target)) continue;
      if (view.local.locate(local).state === 'absent') found.set(target, { path: target, importedBy: path });
    }
  }
  return [...found.values()];
}
