import path from 'node:path';
import type { History } from '../core/drift/compare.ts';
import { nearestCommit } from '../core/drift/history.ts';
import type { NearestCommit } from '../core/drift/history.ts';
import type { Inventory } from '../core/tree/inventory.ts';
import type { ContentId } from '../core/tree/tree.ts';
import type { Selection } from '../core/tree/selection.ts';
import type { Repository } from '../io/git.ts';
import type { HistoryMemory, ToldByHistory } from '../io/history-memory.ts';
import type { Baselines } from './baseline.ts';

/** What is known of the past, and what production as a whole looks like. */
export interface KnownHistory extends History {
  readonly evidence: 'git' | 'baseline' | 'git and baseline' | 'twoWay';
  /** The commit that production is nearest to. */
  readonly nearest?: NearestCommit;
}

/**
 * Asks the repository and the last release what they know of production's contents.
 *
 * @param folder the config's folder, absolute; the repository may begin above it
 */
export async function gatherHistory(
  repository: Repository | undefined,
  folder: string,
  selection: Selection,
  inventory: Inventory,
  { own, all }: Baselines,
  memory: HistoryMemory,
  signal: AbortSignal,
): Promise<KnownHistory> {
  const isBaseline = own !== undefined || all !== undefined;
  const anyRelease = (file: string): string | undefined => all?.files.get(file) ?? own?.files.get(file);
  const head = await repository?.head();
  if (repository === undefined || head === undefined) {
    return {
      baseline: anyRelease,
      base: () => undefined,
      commitOf: () => 'unknown',
      evidence: isBaseline ? 'baseline' : 'twoWay',
    };
  }

  const prefix = path.relative(repository.top, folder).split(path.sep).join('/');
  const toProduction = (inRepository: string): string | undefined => {
    if (prefix !== '' && !inRepository.startsWith(`${prefix}/`)) return undefined;
    const place = selection.toProduction(prefix === '' ? inRepository : inRepository.slice(prefix.length + 1));
    return place.managed ? place.path : undefined;
  };
  const contents = new Map<string, ContentId>();
  for (const entry of inventory.entries) {
    if (entry.content !== undefined && selection.toLocal(entry.path).managed) contents.set(entry.path, entry.content);
  }
  const scope = prefix === '' ? '.' : prefix;
  const question = async (): Promise<string> =>
    JSON.stringify([await repository.refs(), scope, selection.rules, [...contents]]);
  const [asked, whole] = await Promise.all([question(), repository.isWhole()]);
  const known = await memory.load(asked);
  const told = known ?? (await askHistory(repository, head.commit, scope, toProduction, contents, signal));
  if (known === undefined) await memory.save(asked, told);
  const { committed } = told;
  const files = placed(await repository.filesAt(told.nearest.commit, scope), toProduction);
  const nearest = { ...told.nearest, files };

  return {
    // What a colleague released of a file that git knows is in a commit, or it is work that only production has. What no commit ever
    // has, as what is built, only releases know.
    baseline: (file) => (nearest.files.has(file) ? own?.files.get(file) : anyRelease(file)),
    base: (file) => nearest.files.get(file) ?? null,
    commitOf: (blob) => {
      const commit = committed.get(blob);
      if (commit !== undefined) return { commit };
      // A clone without all its objects cannot say that no commit has this content.
      return whole ? 'none' : 'unknown';
    },
    evidence: isBaseline ? 'git and baseline' : 'git',
    nearest,
  };
}

/** Goes through all commits once for what they have, and once back from HEAD for the one that production is nearest to. */
async function askHistory(
  repository: Repository,
  head: string,
  scope: string,
  toProduction: (inRepository: string) => string | undefined,
  contents: ReadonlyMap<string, ContentId>,
  signal: AbortSignal,
): Promise<ToldByHistory> {
  const blobs = [...contents.values()].flatMap(({ blob, lf }) => (lf === undefined ? [blob] : [blob, lf]));
  const [atHead, commits, committed] = await Promise.all([
    repository.filesAt(head, scope),
    repository.firstParentHistory(scope, signal),
    repository.commitsOf(new Set(blobs), signal),
  ]);
  // A tree that was deployed from Windows is compared by the texts that git keeps.
  const production = new Map(
    [...contents].map(([file, { blob, lf }]) => [file, lf !== undefined && !committed.has(blob) ? lf : blob] as const),
  );
  const { commit, differing } = nearestCommit(
    { commit: head, files: placed(atHead, toProduction) },
    commits.map((each) => ({
      commit: each.commit,
      changes: each.changes.flatMap((change) => {
        const place = toProduction(change.path);
        return place === undefined ? [] : [{ ...change, path: place }];
      }),
    })),
    production,
  );
  return { committed, nearest: { commit, differing } };
}

function placed(
  files: ReadonlyMap<string, string>,
  toProduction: (inRepository: string) => string | undefined,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const [file, blob] of files) {
    const place = toProduction(file);
    if (place !== undefined) found.set(place, blob);
  }
  return found;
}
