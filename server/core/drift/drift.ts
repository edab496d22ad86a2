import type { ContentId } from '../tree/tree.ts';

export const DRIFT_KINDS = [
  'productionOnly',
  'localOnly',
  'changedHere',
  'changedThere',
  'changedBoth',
  'caseOnly',
  'typeChanged',
  'unreadable',
  'same',
] as const;

export type DriftKind = (typeof DRIFT_KINDS)[number];

/** A line of a file, counted from one. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** One managed path, compared. */
export interface DriftEntry {
  /** POSIX, relative to the target's root. */
  readonly path: string;
  /** POSIX, relative to the config's folder: where the file is, or would be, here. */
  readonly local: string;
  readonly kind: DriftKind;
  readonly here?: ContentId;
  readonly there?: ContentId;
  /** What the kind rests on, or why it is unreadable. One clause: "in no commit", "as in 840d627", "permission denied". */
  readonly why?: string;
  /** Production's content is in no commit and in no baseline: a deploy must not overwrite it unseen. */
  readonly hotfix?: boolean;
  /** Local files whose imports lead to this path and to nothing here. Only on `productionOnly`. */
  readonly neededBy?: readonly Place[];
  /** Local files with a specifier that is computed, or a folder that is listed, which could lead to this path. Only on `productionOnly`. */
  readonly perhapsNeededBy?: readonly Place[];
}
