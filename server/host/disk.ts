import { execFileSync } from 'child_process';
import { statfsSync } from 'fs';

export interface FreeSpace {
  readonly freeBytes: number;
  readonly freeInodes: number;
}

/** A file system without a fixed number of inodes (btrfs, some network ones) reports none at all: there the bytes are the limit. */
const UNCOUNTED = Number.MAX_SAFE_INTEGER;

/** What this user may still write on the file system of a path that exists. Throws what the file system throws. */
export function freeSpace(path: string): FreeSpace {
  // `statfs` came with Node 18.15.
  return typeof statfsSync === 'function' ? byStatfs(path) : byDf(path);
}

function byStatfs(path: string): FreeSpace {
  const stat = statfsSync(path);
  return { freeBytes: stat.bavail * stat.bsize, freeInodes: stat.files === 0 ? UNCOUNTED : stat.ffree };
}

function byDf(path: string): FreeSpace {
  const kilobytes = dfAvailable(['-kP', path]);
  if (kilobytes === undefined) throw new Error(`df does not tell how much is free at ${path}`);
  return { freeBytes: kilobytes * 1024, freeInodes: dfAvailable(['-iP', path]) ?? UNCOUNTED };
}

/** What `df -P` says is available, in its unit. The name before the columns and the mount point after them may hold spaces. */
export function parseDf(output: string): number | undefined {
  const available = /\s\d+\s+\d+\s+(\d+)\s+(?:\d+%|-)\s+\//.exec(output)?.[1];
  return available === undefined ? undefined : Number(available);
}

function dfAvailable(args: string[]): number | undefined {
  try {
    return parseDf(execFileSync('df', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return undefined; // A userland whose df does not know the option.
  }
}
