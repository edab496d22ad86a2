import { readdirSync, readFileSync, readlinkSync } from 'fs';

const LISTEN = '0A';

/** The processes that listen on a TCP port, as far as `/proc` shows them to this user; empty where that is not known. */
export function listenersOf(port: number): Set<number> {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(readText(table), port)),
  );
  const owners = new Set<number>();
  if (inodes.size === 0) return owners;
  for (const pid of names('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    if (names(`/proc/${pid}/fd`).some((handle) => inodes.has(linkOf(`/proc/${pid}/fd/${handle}`)))) {
      owners.add(Number(pid));
    }
  }
  return owners;
}

/** From the kernel's table (proc(5)): the local address ends in the port in hex, the state is the fourth column, the inode the tenth. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [, local = '', , state, , , , , , inode] = columns;
    return local.endsWith(suffix) && state === LISTEN && inode !== undefined ? [`socket:[${inode}]`] : [];
  });
}

/** Whether a process is one of these, or hangs on one of them. */
export function isBelow(pid: number, of: readonly number[]): boolean {
  return ancestors(pid).some((each) => of.includes(each));
}

/** A process and those above it, without `init`. */
function ancestors(pid: number): number[] {
  const found: number[] = [];
  for (let at = pid; at > 1 && !found.includes(at); at = parentOf(at)) found.push(at);
  return found;
}

function parentOf(pid: number): number {
  const stat = readText(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; state and parent follow its last parenthesis.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0) || 0;
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Another user's process, or one that has just ended.
  }
}

function linkOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
