import { readdirSync, readFileSync, readlinkSync } from 'fs';
import * as path from 'path';

/**
 * The folders that NODE_PATH names for the Node that runs from this root now (Node's documentation, "Loading from the global folders"). Of
 * its environment nothing else is looked at. Without `/proc`, and for another user's process, nobody can tell.
 */
export function nodePathOf(realRoot: string): string[] {
  for (const pid of namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      if (cwd !== realRoot && !cwd.startsWith(`${realRoot}/`)) continue;
      if (!/(^|\/)node(js)?[\d.]*$/.test(readlinkSync(`/proc/${pid}/exe`))) continue;
      const variable = readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .find((each) => each.startsWith('NODE_PATH='));
      if (variable !== undefined) return foldersOf(variable.slice('NODE_PATH='.length), cwd);
    } catch {
      continue; // Another user's, or it has just ended.
    }
  }
  return [];
}

function foldersOf(value: string, cwd: string): string[] {
  return value
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.resolve(cwd, folder));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
