import type { LocalFile } from '../drift/compare.ts';
import type { DriftEntry } from '../drift/drift.ts';
import type { InventoryEntry } from '../tree/inventory.ts';
import type { Content, Operation } from './plan.ts';

/** What operations are chosen from. */
export interface OperationFacts {
  readonly drift: readonly DriftEntry[];
  /** Both by path relative to the root. */
  readonly here: ReadonlyMap<string, LocalFile>;
  readonly there: ReadonlyMap<string, InventoryEntry>;
  /** Whether a path is among those that were asked for. */
  readonly wanted: (path: string) => boolean;
  /** Production paths that were ticked for deletion. */
  readonly deletes: ReadonlySet<string>;
}

/**
 * The operations that make production like the workspace. Nothing that only production has is touched unless it was ticked. New files come
 * first and deletions last, so that a process that looks in the middle finds everything that some version needs.
 */
export function operationsOf(facts: OperationFacts): Operation[] {
  const creates: Operation[] = [];
  const replaces: Operation[] = [];
  const deletes: Operation[] = [];
  for (const entry of facts.drift) {
    if (facts.deletes.has(entry.path)) {
      const before = contentThere(facts.there.get(entry.path));
      if (before !== undefined) deletes.push({ kind: 'delete', path: entry.path, before });
    } else if (facts.wanted(entry.path)) {
      const operation = write(entry, facts);
      if (operation?.kind === 'create') creates.push(operation);
      else if (operation !== undefined) replaces.push(operation);
    }
  }
  for (const [path, file] of renamedInCase(facts)) creates.push({ kind: 'create', path, after: file });
  return [...creates, ...replaces, ...deletes];
}

function write(entry: DriftEntry, facts: OperationFacts): Operation | undefined {
  const { path } = entry;
  const file = facts.here.get(path);
  if (file?.kind !== 'file' || file.content === undefined) return undefined;
  const after: Content = { sha256: file.content.sha256, size: file.size, mode: newMode(file.mode) };
  switch (entry.kind) {
    case 'localOnly':
      return { kind: 'create', path, after };
    case 'changedHere':
    case 'changedThere':
    case 'changedBoth': {
      const before = contentThere(facts.there.get(path));
      return before && { kind: 'replace', path, before, after: { ...after, mode: before.mode } };
    }
    case 'productionOnly':
    case 'caseOnly':
    case 'typeChanged':
    case 'unreadable':
    case 'same':
      return undefined;
  }
}

/** A name that changes only its case is written under its new spelling once the old one was ticked for deletion. */
function* renamedInCase(facts: OperationFacts): Generator<[string, Content]> {
  const byFold = new Map([...facts.here].map(([path, file]) => [path.toLowerCase(), { path, file }]));
  for (const entry of facts.drift) {
    if (entry.kind !== 'caseOnly' || !facts.deletes.has(entry.path)) continue;
    const twin = byFold.get(entry.path.toLowerCase());
    if (twin?.file.content === undefined) continue;
    const { content, size, mode } = twin.file;
    yield [twin.path, { sha256: content.sha256, size, mode: newMode(mode) }];
  }
}

function contentThere(entry: InventoryEntry | undefined): Content | undefined {
  if (entry?.kind !== 'file' || entry.content === undefined) return undefined;
  return { sha256: entry.content.sha256, size: entry.size, mode: entry.mode & 0o7777 };
}

/** A new file is executable or not, as git keeps it: the rest of the bits are this machine's habit. A replaced file keeps its mode. */
function newMode(mode: number): number {
  return (mode & 0o100) === 0 ? 0o644 : 0o755;
}
