import type { DriftEntry } from '../../drift/drift.ts';
import type { Inventory, InventoryEntry } from '../../tree/inventory.ts';
import { dirname } from '../../tree/path.ts';
import type { Operation } from '../plan.ts';
import type { Concern } from './concern.ts';

/**
 * Paths where production has something that a file cannot simply be put at, or that nobody could look at.
 *
 * @param unnamed files here whose names are no paths, as they are shown
 */
export function nameConcerns(
  operations: readonly Operation[],
  wanted: readonly DriftEntry[],
  inventory: Inventory,
  unnamed: readonly string[] = [],
): Concern[] {
  const apart = new Set(wanted.filter(({ kind }) => kind === 'typeChanged').map(({ path }) => path));
  // What differs in kind has been said of itself, and need not be said of all that lies below.
  const there = new Map(inventory.entries.filter(({ path }) => !apart.has(path)).map((entry) => [entry.path, entry]));
  return [
    ...wanted.flatMap(ofEntry),
    ...operations.flatMap((operation) => onTheWay(operation, there)),
    ...operations.flatMap((operation) => outOfSight(operation, inventory)),
    ...foldedTwins(operations, inventory),
    ...unnamed.map(notUtf8),
  ];
}

function ofEntry(entry: DriftEntry): Concern[] {
  const why = entry.why ?? 'no reason is known';
  switch (entry.kind) {
    case 'typeChanged':
      return [
        {
          guard: 'type-changed',
          severity: 'error',
          path: entry.path,
          message: `${entry.path} is ${why}.`,
          remedy: 'Rename one of the two, or exclude it.',
          blocking: 'always',
        },
      ];
    case 'unreadable':
      return [
        {
          guard: 'unreadable',
          severity: 'error',
          path: entry.path,
          message: `${entry.path} could not be compared: ${why}.`,
          remedy: 'See to it that it can be read and that nobody writes to it meanwhile, or exclude it.',
          blocking: 'always',
        },
      ];
    case 'caseOnly':
      return [
        {
          guard: 'case-changed',
          severity: 'warning',
          path: entry.path,
          message: `${entry.path} on production is ${why}: it stays as it is.`,
          remedy: `To rename it there: driftline deploy --delete ${entry.path}`,
          blocking: 'never',
        },
      ];
    case 'localOnly':
      return entry.here === undefined
        ? [
            {
              guard: 'not-a-file',
              severity: 'warning',
              path: entry.path,
              message: `${entry.path} is a symbolic link or no regular file here: it is not deployed.`,
              remedy: 'Put a file in its place, or exclude it.',
              blocking: 'never',
            },
          ]
        : [];
    case 'productionOnly':
    case 'changedHere':
    case 'changedThere':
    case 'changedBoth':
    case 'same':
      return [];
  }
}

function notUtf8(path: string): Concern {
  return {
    guard: 'not-a-file',
    severity: 'warning',
    path,
    message: `The name of ${path} here is not UTF-8: it is not deployed.`,
    remedy: 'Rename it.',
    blocking: 'never',
  };
}

/** Every folder above a written file must be a folder there, and not a link to one: a link leads to files that nobody compared. */
function onTheWay(operation: Operation, there: ReadonlyMap<string, InventoryEntry>): Concern[] {
  for (const folder of foldersAbove(operation.path)) {
    const entry = there.get(folder);
    if (entry === undefined || entry.kind === 'folder') continue;
    const what = entry.kind === 'symlink' ? `a symbolic link to ${entry.leadsTo ?? 'nowhere'}` : `a ${entry.kind}`;
    return [
      {
        guard: 'type-changed',
        severity: 'error',
        path: operation.path,
        message: `${operation.path} cannot be written: ${folder} is ${what} on production, and a folder here.`,
        remedy: `Rename ${folder} on one of the two sides, or exclude it.`,
        blocking: 'always',
      },
    ];
  }
  return [];
}

function outOfSight(operation: Operation, inventory: Inventory): Concern[] {
  const blind = [...inventory.unreadable, ...inventory.unlisted].find(
    ({ path }) => path === '.' || operation.path === path || operation.path.startsWith(`${path}/`),
  );
  if (blind === undefined) return [];
  return [
    {
      guard: 'unreadable',
      severity: 'error',
      path: operation.path,
      message: `What production has at ${operation.path} is not known: ${blind.path}: ${blind.reason}.`,
      remedy: 'Let the user that deploys read it, or exclude it.',
      blocking: 'always',
    },
  ];
}

/** A new file whose name differs only in case from one that is there: two files on this host, one on many others. */
function foldedTwins(operations: readonly Operation[], inventory: Inventory): Concern[] {
  const deleted = new Set(operations.flatMap((operation) => (operation.kind === 'delete' ? [operation.path] : [])));
  const byFold = new Map<string, string>();
  for (const entry of inventory.entries) {
    if (entry.kind !== 'folder' && !deleted.has(entry.path)) byFold.set(entry.path.toLowerCase(), entry.path);
  }
  return operations.flatMap((operation): Concern[] => {
    const twin = operation.kind === 'create' ? byFold.get(operation.path.toLowerCase()) : undefined;
    if (operation.kind !== 'create' || twin === undefined || twin === operation.path) return [];
    return [
      {
        guard: 'case-changed',
        severity: 'error',
        path: operation.path,
        message: `Production would have both ${twin} and ${operation.path}, which differ only in case.`,
        remedy: `Delete the old one with it: --delete ${twin}.`,
        blocking: 'untilAccepted',
      },
    ];
  });
}

function* foldersAbove(path: string): Generator<string> {
  const parts = dirname(`/${path}`).slice(1).split('/');
  for (let depth = 1; depth <= parts.length; depth++) {
    const folder = parts.slice(0, depth).join('/');
    if (folder !== '') yield folder;
  }
}
