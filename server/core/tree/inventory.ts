import type { TypeScriptRunner } from '../link/typescript-runner.ts';
import type { ContentId, EntryKind } from './tree.ts';

/**
 * Everything that was found under a target's root, with what could not be: the facts that make the production tree. Paths are POSIX and
 * relative to the root; nanoseconds and inode numbers are decimal strings, since JSON has no 64-bit integers.
 */
export interface Inventory {
  /** The root as configured, and where it really leads. */
  readonly root: string;
  readonly realRoot: string;
  /** Device and inode of the root: another folder under the same name is another root. */
  readonly rootIdentity: string;
  /** The host's clock when the listing began, ISO 8601. */
  readonly takenAt: string;
  /** True only where every folder in scope was listed and every managed file was hashed. */
  readonly complete: boolean;
  readonly platform: HostPlatform;
  /** How contents came to be known; not said where all were hashed just now and nothing was remembered before. */
  readonly contents?: KnownContents;
  readonly entries: readonly InventoryEntry[];
  /** What is known to be there and was deliberately not listed (`node_modules`, a folder over its limit). */
  readonly unlisted: readonly { readonly path: string; readonly reason: string; readonly count?: number }[];
  /** What could not be read, or has a name that is no path (escaped for display). Never taken for empty or absent. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/** Where contents are remembered, how many of them were hashed this time, and what was believed of the rest. */
export interface KnownContents {
  readonly hashed: number;
  /** Files that look in every way as when they were hashed. */
  readonly remembered: number;
  /** The earliest time at which one of the remembered was hashed, ISO 8601. */
  readonly hashedSince?: string;
  /** Why contents were hashed although they could be remembered, one clause each: "uploads lies on nfs4". */
  readonly notRemembered: readonly string[];
}

/** What the inventory was taken with. Without Node, links are resolved by our own rules' default version and plans say so. */
export interface HostPlatform {
  readonly by: 'node' | 'posix';
  readonly node?: string;
  readonly os: string;
  /** Folders that NODE_PATH names for what runs from the root now; absolute. */
  readonly nodePath?: readonly string[];
  /** Conditions of `exports` and `imports` that what runs from the root now has beside Node's own. */
  readonly conditions?: readonly string[];
  /** What the processes that run from the root now were started with, as their commands name it; absolute. */
  readonly starts?: readonly string[];
  /** What runs TypeScript there now, where one thing does; `null` where several do, or what we do not know. */
  readonly typescript?: TypeScriptRunner | null;
}

export interface InventoryEntry {
  readonly path: string;
  readonly kind: EntryKind;
  readonly size: number;
  readonly mtimeNs: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** A symlink's text, and where it leads. */
  readonly leadsTo?: string;
  readonly link?: 'inside' | 'outside' | 'loop' | 'dangling';
  /** Of every managed regular file that could be read whole. */
  readonly content?: ContentId;
  /** Why a managed file has no `content`. */
  readonly problem?: string;
}

/** Where an inventory stops looking. Counts are per folder that is not managed. */
export interface InventoryLimits {
  readonly unmanagedEntriesPerFolder: number;
  readonly hashBytesPerFile: number;
  readonly totalEntries: number;
}
