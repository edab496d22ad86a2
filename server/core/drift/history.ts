/** What one commit changed against its first parent. Paths are relative to the repository's root; blobs are git's ids. */
export interface CommitChange {
  readonly commit: string;
  readonly changes: readonly { readonly path: string; readonly before: string | null; readonly after: string | null }[];
}

/** A set of files as git names them: path to blob id. */
export type BlobTree = ReadonlyMap<string, string>;

export interface NearestCommit {
  readonly commit: string;
  /** How many of production's paths differ from this commit: changed, missing there, or unknown to it. */
  readonly differing: number;
  /** The blob of each of the asked paths at that commit. */
  readonly files: BlobTree;
}

/**
 * The commit that production looks most like: fewest differing files, the newest among equals. Walks the first-parent history backwards
 * from HEAD's tree and keeps one running count, so the cost is the number of changes in the history, not commits times files.
 *
 * @param head HEAD's commit and its files within the scope that production covers
 * @param commits HEAD first, each with its changes against its first parent
 */
export function nearestCommit(
  head: { readonly commit: string; readonly files: BlobTree },
  commits: Iterable<CommitChange>,
  production: BlobTree,
): NearestCommit {
  const files = new Map(head.files);
  let differing = 0;
  for (const path of union(files, production)) if (files.get(path) !== production.get(path)) differing++;

  let best = { commit: head.commit, differing };
  // The walk goes on past the best commit, so what it undid since then is kept to restore the best commit's files.
  let since: (readonly [path: string, blob: string | undefined])[] = [];
  let undo: CommitChange | undefined;
  for (const commit of commits) {
    if (undo !== undefined) {
      for (const change of undo.changes) {
        const current = files.get(change.path);
        const wanted = production.get(change.path);
        const before = change.before ?? undefined;
        if (current !== wanted) differing--;
        if (before !== wanted) differing++;
        since.push([change.path, current]);
        if (before === undefined) files.delete(change.path);
        else files.set(change.path, before);
      }
      if (differing < best.differing) {
        best = { commit: commit.commit, differing };
        since = [];
      }
    }
    undo = commit;
  }
  for (const [path, blob] of since.reverse()) {
    if (blob === undefined) files.delete(path);
    else files.set(path, blob);
  }
  return { ...best, files };
}

function union(a: BlobTree, b: BlobTree): Set<string> {
  return new Set([...a.keys(), ...b.keys()]);
}
