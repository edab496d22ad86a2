import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { compareTrees } from '../core/drift/compare.ts';
import type { DriftEntry } from '../core/drift/drift.ts';
import type { Inventory } from '../core/tree/inventory.ts';
import { selectionOf } from '../core/tree/selection.ts';
import type { Selection } from '../core/tree/selection.ts';
import { openRepository } from '../io/git.ts';
import type { Repository } from '../io/git.ts';
import { HashMemory } from '../io/hash-memory.ts';
import { HistoryMemory } from '../io/history-memory.ts';
import { takeInventory } from '../io/inventory.ts';
import { readLocalFiles } from '../io/local-files.ts';
import type { LocalFiles } from '../io/local-files.ts';
import { loadBaselines } from './baseline.ts';
import type { VerbContext } from './context.ts';
import { gatherHistory } from './history.ts';
import type { KnownHistory } from './history.ts';

/** Both sides as they are now, and what is known of how they came to differ. Every verb begins with this. */
export interface Look {
  readonly selection: Selection;
  readonly inventory: Inventory;
  readonly local: LocalFiles;
  readonly repository: Repository | undefined;
  /** From the repository's top to the config's folder, with a slash at its end; empty where they are the same. */
  readonly prefix: string;
  readonly history: KnownHistory;
  readonly drift: readonly DriftEntry[];
}

export interface LookOptions {
  /** Reads every content on both sides, where otherwise a file that nobody wrote to since it was hashed is known by that. */
  readonly rehash?: boolean;
}

/** Lists production, reads the workspace and compares. Writes nothing on the host. */
export async function look(context: VerbContext, options: LookOptions = {}): Promise<Look> {
  const { target, config, signal, progress } = context;
  const selection = selectionOf(target.rules);
  const host = await context.host();
  const memory = new HashMemory(context.places.cache, [config.folder, JSON.stringify(target.rules)]);
  progress.report({ message: `Listing ${target.root} on ${host.address}` });
  const [inventory, local, repository, baselines] = await Promise.all([
    takeInventory(host, target, { signal, ...options }),
    readLocalFiles(config.folder, selection, { signal, memory, ...options }),
    openRepository(config.folder),
    loadBaselines(context),
  ]);
  progress.report({ message: 'Comparing with the workspace' });
  const history = await gatherHistory(
    repository,
    await realpath(config.folder),
    selection,
    inventory,
    baselines,
    new HistoryMemory(context.places.cache, [config.folder, target.name]),
    signal,
  );
  const drift = compareTrees(local.files, inventory, selection, history);
  return {
    selection,
    inventory,
    local,
    repository,
    prefix: prefixOf(repository, await realpath(config.folder)),
    history,
    drift,
  };
}

function prefixOf(repository: Repository | undefined, folder: string): string {
  const relative = repository === undefined ? '' : path.relative(repository.top, folder).split(path.sep).join('/');
  return relative === '' ? '' : `${relative}/`;
}
