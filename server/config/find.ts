import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

export const CONFIG_NAME = 'driftline.json';

/** Where a search upward ended: at the repository's root, or in the folder itself outside any repository. */
export interface Search {
  readonly file: string | undefined;
  readonly upTo: string;
}

/**
 * The nearest `driftline.json` from a folder upward to the repository's root. Outside a repository only the folder itself counts: a file
 * that somebody else left further up, in a shared `/tmp`, must not name hosts and commands.
 */
export async function findConfig(from: string): Promise<Search> {
  const upTo = await repositoryRoot(from);
  for (const folder of upward(from, upTo)) {
    const file = path.join(folder, CONFIG_NAME);
    if (await isFile(file)) return { file, upTo };
  }
  return { file: undefined, upTo };
}

/** Every `driftline.json` that concerns a workspace folder: the nearest one upward, and all below. Absolute paths, sorted. */
export async function findConfigs(folder: string): Promise<string[]> {
  const found = new Set<string>();
  const { file } = await findConfig(folder);
  if (file !== undefined) found.add(file);
  const folders = [folder];
  for (let current = folders.pop(); current !== undefined; current = folders.pop()) {
    for (const entry of await list(current)) {
      if (entry.isFile() && entry.name === CONFIG_NAME) found.add(path.join(current, entry.name));
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(path.join(current, entry.name));
    }
  }
  return [...found].sort();
}

/** The folder with `.git`, upward; the folder itself where there is none. */
export async function repositoryRoot(from: string): Promise<string> {
  for (const folder of upward(from, path.parse(from).root)) {
    // A work tree and a submodule have a file of that name.
    if (await exists(path.join(folder, '.git'))) return folder;
  }
  return from;
}

const SKIPPED = new Set(['node_modules', '.git', '.driftline']);

/** The folder and those above it, up to and with `upTo`. */
export function upward(from: string, upTo: string): string[] {
  const folders = [from];
  for (let folder = from; folder !== upTo && path.dirname(folder) !== folder; folder = path.dirname(folder))
    folders.push(path.dirname(folder));
  return folders;
}

async function list(folder: string): Promise<Awaited<ReturnType<typeof entriesOf>>> {
  try {
    return await entriesOf(folder);
  } catch {
    return []; // A folder that may not be read, or is gone by now, holds no config for us.
  }
}

function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true });
}

async function exists(file: string): Promise<boolean> {
  return (await kindOf(file)) !== undefined;
}

async function isFile(file: string): Promise<boolean> {
  return (await kindOf(file))?.isFile() === true;
}

async function kindOf(file: string) {
  try {
    return await stat(file);
  } catch {
    return undefined; // Absent, or behind a folder that may not be entered: not there for us.
  }
}
