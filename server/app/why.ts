import { keptLinks } from '../core/link/kept-links.ts';
import path from 'node:path';
import { realpath } from 'node:fs/promises';
import type { Range, Trace } from '../core/link/finding.ts';
import { followLink } from '../core/link/link.ts';
import type { LinkText } from '../core/link/module-facts.ts';
import type { ProjectView } from '../core/link/project.ts';
import { join } from '../core/tree/path.ts';
import { settle } from '../io/settle.ts';
import type { VerbContext } from './context.ts';
import { UsageFailure } from './failures.ts';
import { layOut, wholeOverlay } from './links.ts';
import { look } from './look.ts';

/** `driftline why`: where one import leads in each tree, and how that was found. */
export interface WhyResult {
  readonly target: string;
  readonly takenAt: string;
  /** The config's folder and the root's real path: what paths are shown relative to. */
  readonly folder: string;
  readonly root: string;
  /** Relative to the config's folder. */
  readonly file: string;
  readonly specifier: string;
  /** Each place where the file names it; usually one. */
  readonly links: readonly WhyLink[];
}

export interface WhyLink {
  readonly kind: LinkText['kind'];
  readonly range: Range;
  readonly local: Trace;
  readonly production: Trace;
  readonly merged: Trace;
}

/**
 * Explains one import: the paths that were tried in each tree, and the rule that decided. Writes nothing on the host.
 *
 * @param file as a person types it: absolute, or relative to `cwd`
 */
export async function why(context: VerbContext, cwd: string, file: string, specifier: string): Promise<WhyResult> {
  const both = await look(context);
  const links = await layOut(context, both, wholeOverlay(both.drift));
  const folder = await realpath(context.config.folder);
  const local = path
    .relative(folder, path.resolve(await realpath(cwd), file))
    .split(path.sep)
    .join('/');
  const found = await settle(links.project, links.sources, context.signal, (view) => linksOf(view, local));
  if (found === undefined) {
    throw new UsageFailure(
      `${local} is no module that is deployed.`,
      'Name a managed file: see `driftline audit --all`.',
    );
  }
  const named = found.filter((link) => link.text.specifier === specifier);
  if (named.length === 0) {
    const others = [...new Set(found.map((link) => link.text.specifier))];
    throw new UsageFailure(
      `${local} does not import "${specifier}".`,
      others.length === 0 ? 'It names no import in constant words.' : `It imports: ${others.join(', ')}.`,
    );
  }
  return {
    target: context.target.name,
    takenAt: both.inventory.takenAt,
    folder,
    root: both.inventory.realRoot,
    file: local,
    specifier,
    links: named.map(({ text, here, there, after }) => ({
      kind: text.kind,
      range: text.range,
      local: here,
      production: there,
      merged: after,
    })),
  };
}

/** Every link of a local module, followed in each tree; `undefined` for what is no managed module. */
function linksOf(view: ProjectView, local: string): ReturnType<typeof followLink>[] | undefined {
  const at = join(view.project.folder, local);
  const fromThere = view.toProduction(at);
  const located = view.local.locate(at);
  if (fromThere === undefined || located.state !== 'known' || located.value.kind !== 'file') return undefined;
  const module = view.local.module(located.value.path);
  if (module.state !== 'known') return undefined;
  return keptLinks(view.local, located.value.path, module.value, view.runtimeHere).map((text) =>
    followLink(view, text, located.value.path, fromThere),
  );
}
