import type { DriftEntry } from '../core/drift/drift.ts';
import type { DriftGroupId, DriftItem, DriftView } from '../protocol.ts';

/** The order of the view, as an audit has it: what only production has first, then what a deploy could lose, last what it is for. */
const ORDER: readonly DriftGroupId[] = [
  'needed',
  'productionOnly',
  'hotfix',
  'conflict',
  'otherKind',
  'changedThere',
  'unreadable',
  'toDeploy',
];

/**
 * Drift as the sidebar shows it: grouped by what it means for a person, in the order of weight, groups without entries left out.
 *
 * @param uriOf the URI of a path relative to the config's folder
 */
export function driftView(entries: readonly DriftEntry[], uriOf: (local: string) => string): DriftView {
  const groups = new Map<DriftGroupId, DriftItem[]>(ORDER.map((id) => [id, []]));
  for (const entry of entries) {
    const id = groupOf(entry);
    if (id !== undefined) groups.get(id)?.push(driftItem(entry, uriOf));
  }
  return { groups: [...groups].filter(([, items]) => items.length > 0).map(([id, items]) => ({ id, items })) };
}

export function driftItem(entry: DriftEntry, uriOf: (local: string) => string): DriftItem {
  return {
    path: entry.path,
    uri: uriOf(entry.local),
    kind: entry.kind,
    here: entry.kind !== 'productionOnly',
    there: entry.kind !== 'localOnly',
    why: why(entry),
  };
}

function groupOf(entry: DriftEntry): DriftGroupId | undefined {
  switch (entry.kind) {
    case 'same':
      return undefined;
    case 'unreadable':
      return 'unreadable';
    case 'productionOnly':
      return entry.neededBy !== undefined && entry.neededBy.length > 0 ? 'needed' : 'productionOnly';
    case 'changedBoth':
      return 'conflict';
    case 'caseOnly':
    case 'typeChanged':
      return 'otherKind';
    case 'changedThere':
      return entry.hotfix === true ? 'hotfix' : 'changedThere';
    case 'changedHere':
      return entry.hotfix === true ? 'hotfix' : 'toDeploy';
    case 'localOnly':
      return 'toDeploy';
  }
}

function why(entry: DriftEntry): string {
  const [first, ...others] = entry.neededBy ?? entry.perhapsNeededBy ?? [];
  const by =
    first === undefined
      ? undefined
      : `${entry.neededBy === undefined ? 'perhaps ' : ''}imported by ${first.file}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  return [by, ...changeOf(entry)].filter((part) => part !== undefined).join(', ');
}

function changeOf({ kind, why: reason }: DriftEntry): (string | undefined)[] {
  if (kind === 'localOnly') return [reason ?? 'new'];
  if (kind !== 'changedHere') return [reason];
  return ['changed here', reason?.startsWith('as ') === true ? `production has it ${reason}` : reason];
}
