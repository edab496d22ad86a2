import { readFile } from 'node:fs/promises';
import { entryPoints } from '../core/link/entries.ts';
import { isModulePath } from '../core/link/project.ts';
import type { ProjectView } from '../core/link/project.ts';
import { resolve } from '../core/link/resolve.ts';
import { basename, below, dirname, join } from '../core/tree/path.ts';
import type { TreePath } from '../core/tree/tree.ts';
import type { HostMemory } from '../io/host-memory.ts';
import { inventoryFileText, parseInventoryFile } from '../io/inventory-file.ts';
import type { KnownModules } from '../io/inventory-file.ts';
import { moduleKey } from '../io/modules.ts';
import { RecordingHost, ReplayingHost } from '../io/replaying-host.ts';
import { settle } from '../io/settle.ts';
import { auditResult, needsOf } from './audit.ts';
import { check } from './check.ts';
import type { VerbContext } from './context.ts';
import { UsageFailure } from './failures.ts';
import { judge, layOut, packagesApart, wholeOverlay } from './links.ts';
import type { Links } from './links.ts';
import { look } from './look.ts';
import type { Look, LookOptions } from './look.ts';
import type { AuditResult, CheckResult } from './results.ts';

/** An audit, and all that a check needs to know of production as the text of a file: hashes, states, what modules say; no contents. */
export async function auditToTravel(
  context: VerbContext,
  options: LookOptions,
): Promise<{ result: AuditResult; text: string }> {
  let memory: HostMemory | undefined;
  const recording = new RecordingHost(
    await context.host(),
    (begun) => (memory = begun),
    () => undefined, // A line that drops ends this verb anyway.
  );
  const recorded: VerbContext = { ...context, host: () => Promise.resolve(recording) };
  const both = await look(recorded, options);
  const links = await layOut(recorded, both, wholeOverlay(both.drift));
  const needs = await needsOf(recorded, both, links, await judge(recorded, links));
  await packagesApart(recorded, links);
  await settle(links.project, links.sources, context.signal, entryPoints);
  await settle(links.project, links.sources, context.signal, (view) => followPackages(view, both));
  if (memory === undefined) throw new Error('the look was not recorded');
  const modules = await modulesThere(context, memory, links);
  return {
    result: auditResult(context, both, needs, recording.address),
    text: inventoryFileText({ target: context.target.name, rules: rulesOf(context), memory, modules }),
  };
}

/** Judges the workspace by an inventory that was written down, without any access to production. Throws a `UsageFailure` for another file. */
export async function checkByInventory(context: VerbContext, file: string): Promise<CheckResult> {
  const { target } = context;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageFailure(`The inventory file ${file} cannot be read: ${why}.`, WRITE_ONE);
  }
  const travelled = parseInventoryFile(text);
  if (travelled === undefined) throw new UsageFailure(`${file} holds no inventory.`, WRITE_ONE);
  if (travelled.target !== target.name || travelled.memory.inventory.root !== target.root) {
    const whose = `${travelled.target} (${travelled.memory.inventory.root} on ${travelled.memory.address})`;
    throw new UsageFailure(`${file} is of ${whose}, not of ${target.name} (${target.root}).`, WRITE_ONE);
  }
  if (travelled.rules !== rulesOf(context)) {
    throw new UsageFailure(
      `${file} was taken when driftline.json had another "map", "include" or "exclude": other files were hashed.`,
      WRITE_ONE,
    );
  }
  const host = new ReplayingHost(travelled.memory, undefined, NOT_TOLD);
  const result = await check({
    ...context,
    knownModules: travelled.modules,
    progress: { report: () => undefined }, // Nothing is listed, and nothing waited for.
    host: () => Promise.resolve(host),
  });
  // Of the folders above the root single names are told, never all of them.
  const open = [...host.unanswered].filter((path) => below(path, result.root) === undefined);
  return {
    ...result,
    inventory: { file, ageMs: Date.now() - Date.parse(result.takenAt) },
    notJudged: [...result.notJudged, ...open.sort().map((path) => ({ path, reason: NOT_TOLD }))],
  };
}

const WRITE_ONE = 'Write one where production can be reached: driftline audit -o FILE';
const NOT_TOLD = 'the inventory file does not tell of it';

function rulesOf({ target }: VerbContext): string {
  return JSON.stringify(target.rules);
}

/**
 * Where each installed package leads, so that an import of one which nobody imports yet can be judged too. What lies deeper in a package
 * is told only where something leads there now.
 */
function followPackages(view: ProjectView, { inventory }: Look): void {
  const { root, runtime } = view.project;
  const installed = inventory.unlisted
    .map(({ path }) => join(root, path))
    .filter((path) => basename(path) === 'node_modules');
  for (const folder of new Set([...installed, ...above(root)])) {
    for (const name of packagesIn(view, folder)) {
      for (const kind of ['require', 'import'] as const)
        resolve(view.production, join(dirname(folder), '_.js'), kind, name, runtime);
    }
  }
}

function above(root: TreePath): TreePath[] {
  const folders: TreePath[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    folders.push(join(folder, 'node_modules'));
    if (folder === '/') return folders;
  }
}

function packagesIn(view: ProjectView, folder: TreePath): string[] {
  const there = view.production.locate(folder);
  if (there.state !== 'known' || there.value.kind !== 'folder') return [];
  const names = view.production.list(there.value.path);
  if (names.state !== 'known') return [];
  return [...names.value.keys()].flatMap((name) => {
    if (name.startsWith('.')) return [];
    if (!name.startsWith('@')) return [name];
    const scoped = view.production.list(join(there.value.path, name));
    return scoped.state === 'known' ? [...scoped.value.keys()].map((inner) => `${name}/${inner}`) : [];
  });
}

/** What production's own modules say, and those of packages that were read. */
async function modulesThere(
  context: VerbContext,
  { inventory, contents }: HostMemory,
  links: Links,
): Promise<KnownModules> {
  const { entries, realRoot } = inventory;
  const hashes = new Map(
    entries.flatMap(({ kind, path, content }) =>
      kind === 'file' && content !== undefined && isModulePath(path) ? [[path, content.sha256] as const] : [],
    ),
  );
  const needs = [...hashes.keys()].map((path) => ({ ask: 'module', path: join(realRoot, path) }) as const);
  await links.sources.production.answer(needs, context.signal);
  const listed = new Set(entries.map((entry) => entry.path));
  const ofPackages = [...contents]
    .filter(([path]) => !listed.has(path))
    .map(([path, { sha256 }]) => [path, sha256] as const);
  const facts = new Map(
    [...hashes, ...ofPackages].flatMap(([path, sha256]) => {
      const known = links.kept.modules.get(sha256, path);
      return known === undefined ? [] : [[moduleKey(sha256, path), known] as const];
    }),
  );
  return { facts, hashes: new Map(ofPackages) };
}
