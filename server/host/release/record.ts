import { readFileSync } from 'fs';
import type { Operation, Plan } from '../../core/plan/plan.ts';
import { exists, writeDurably } from './durable.ts';
import type { ReleaseFolder } from './folder.ts';

/** What is written, with `fsync`, before the first rename: enough to finish or undo by looking at the disk alone. */
export interface Record {
  readonly root: string;
  readonly identity: string;
  readonly operations: readonly Operation[];
  /** Folders that were made for new files, the outermost first. */
  readonly madeFolders: readonly string[];
}

/** Whether live files may have been touched: the record is written before the first rename. */
export function hasBegun(folder: ReleaseFolder): boolean {
  return exists(folder.file('record.json'));
}

export function writeRecord(plan: Plan, folder: ReleaseFolder, madeFolders: readonly string[]): void {
  const { root, operations } = plan;
  const record: Record = { root: root.real, identity: root.identity, operations, madeFolders };
  writeDurably(folder.file('record.json'), JSON.stringify(record));
}

export function readRecord(folder: ReleaseFolder): Record | undefined {
  if (!hasBegun(folder)) return undefined;
  return JSON.parse(readFileSync(folder.file('record.json'), 'utf8')) as Record; // Written by this program, whole or not at all.
}
