import type { Untrusted } from './file-systems.ts';
import { isBelowAny } from './file-systems.ts';
import type { ContentId } from './tree.ts';

/**
 * What a file system says of a file without its bytes being read. A file with the same stamp as when it was hashed has the same bytes, by
 * the rules of this file: nobody but the kernel sets a ctime, and every write sets it to the clock of that moment.
 */
export interface Stamp {
  readonly dev: string;
  readonly ino: string;
  readonly size: number;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** A stamp as one word, to be kept and compared: there may be a million of them. */
export function stampText({ dev, ino, size, mtimeNs, ctimeNs }: Stamp): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

/** The later of two times; both are decimals without a leading zero. */
export function laterOf(a: string, b: string): string {
  return a.length > b.length || (a.length === b.length && a > b) ? a : b;
}

/** When and where a tree was listed, all by the clock of the machine that it lies on. */
export interface Scan {
  /** A name of the machine that no other has and that outlives a restart. */
  readonly machine: string;
  /** Device and inode of the root. */
  readonly rootIdentity: string;
  readonly startNs: string;
  readonly endNs: string;
  readonly untrusted: readonly Untrusted[];
}

/** A content that was hashed once. */
export interface HashedOnce {
  readonly stamp: string;
  readonly content: ContentId;
  /** Milliseconds since the epoch. */
  readonly hashedAtMs: number;
}

/** What was hashed in earlier scans of a tree. */
export interface Hashes {
  readonly machine: string;
  readonly rootIdentity: string;
  /** The last scan's beginning. */
  readonly startNs: string;
  get(path: string): HashedOnce | undefined;
}

/**
 * A file that changed so shortly before a scan may change again without its times telling: clocks of files tick every few milliseconds,
 * and on old file systems once in a second. Git calls such an entry "racily clean".
 */
const FRESH_NS = BigInt(2_100_000_000);

/**
 * Why nothing that was hashed before may be believed, as a clause, or `undefined`.
 *
 * @param latestCtimeNs the latest change that the scan saw
 */
export function whyVoid(earlier: Hashes, scan: Scan, latestCtimeNs: string): string | undefined {
  if (earlier.machine !== scan.machine) return 'it is another machine';
  if (earlier.rootIdentity !== scan.rootIdentity) return 'it is another folder';
  const isBack = BigInt(earlier.startNs) > BigInt(scan.startNs) || BigInt(scan.endNs) < BigInt(scan.startNs);
  // A change that is yet to come: it was made before the clock was set back, as others may have been.
  return isBack || BigInt(latestCtimeNs) > BigInt(scan.endNs) ? 'its clock went back' : undefined;
}

/**
 * The content of a file whose looks prove that nobody has written to it since it was hashed.
 *
 * @param stamp as text
 */
export function recall(earlier: Hashes, scan: Scan, path: string, stamp: string): HashedOnce | undefined {
  const known = earlier.get(path);
  if (known === undefined || known.stamp !== stamp) return undefined;
  return isBelowAny(path, scan.untrusted) ? undefined : known;
}

/** Whether a file that was hashed after a scan's beginning can be known by its looks from now on. */
export function mayBeKept(scan: Scan, path: string, stamp: Stamp): boolean {
  return BigInt(stamp.ctimeNs) + FRESH_NS < BigInt(scan.startNs) && !isBelowAny(path, scan.untrusted);
}
