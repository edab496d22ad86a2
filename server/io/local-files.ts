import { createHash } from 'node:crypto';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { LocalFile } from '../core/drift/compare.ts';
import type { Selection } from '../core/tree/selection.ts';
import type { ContentId } from '../core/tree/tree.ts';

/** Files that are read at once: most of a small file's time is waiting for the thread that reads it. */
const AT_ONCE = 64;
const CHUNK_BYTES = 256 * 1024;

/** The workspace's managed files as saved. */
export interface LocalFiles {
  /** By the production path that each maps to. */
  readonly files: ReadonlyMap<string, LocalFile>;
  /** Names that are no path (not UTF-8), escaped for display, relative to the config's folder. */
  readonly unnamed: readonly string[];
}

/**
 * Reads every managed file's kind, mode and content ids. Folders that cannot hold a managed file are not entered. A folder that cannot be
 * read rejects: a drift or a deploy without it would take unread for absent.
 *
 * @param folder the config's folder, absolute
 */
export async function readLocalFiles(folder: string, selection: Selection, signal?: AbortSignal): Promise<LocalFiles> {
  const found: { readonly path: string; readonly local: string }[] = [];
  const unnamed: string[] = [];
  const visit = async (local: string): Promise<void> => {
    signal?.throwIfAborted();
    const children = await readdir(path.join(folder, local), { withFileTypes: true, encoding: 'buffer' });
    for (const child of children) {
      const name = utf8(child.name);
      if (name === undefined) {
        unnamed.push(`${local}/${escapeBytes(child.name)}`);
        continue;
      }
      const below = local === '.' ? name : `${local}/${name}`;
      if (child.isDirectory()) {
        if (mayHoldManaged(selection, below)) await visit(below);
        continue;
      }
      const place = selection.toProduction(below);
      if (place.managed) found.push({ path: place.path, local: below });
    }
  };
  for (const entry of outermost(selection.rules.map.map((pair) => pair.local))) {
    if (await isFolder(path.join(folder, entry))) await visit(entry);
  }
  const files = new Map<string, LocalFile>();
  for (let at = 0; at < found.length; at += AT_ONCE) {
    signal?.throwIfAborted();
    const some = found.slice(at, at + AT_ONCE);
    const read = await Promise.all(some.map(({ local }) => readLocalFile(folder, local)));
    some.forEach(({ path: place }, index) => {
      const file = read[index];
      if (file !== undefined) files.set(place, file);
    });
  }
  return { files, unnamed };
}

/** A folder is left out only where a pattern excludes it whole: then, as with git, nothing below can be taken back. */
function mayHoldManaged(selection: Selection, folder: string): boolean {
  const place = selection.toProduction(folder);
  if (place.path !== undefined) return !selection.prunes(place.path);
  return selection.rules.map.some((pair) => pair.local.startsWith(`${folder}/`));
}

/** One managed file; `local` is relative to `folder`. A content that cannot be read is a `problem`, never a missing file. */
export async function readLocalFile(folder: string, local: string): Promise<LocalFile> {
  const full = path.join(folder, local);
  const stat = await lstat(full);
  const base = { local, mode: stat.mode & 0o7777, size: stat.size };
  if (stat.isSymbolicLink()) return { ...base, kind: 'symlink', leadsTo: await readlink(full) };
  if (!stat.isFile()) return { ...base, kind: 'other' };
  try {
    return { ...base, kind: 'file', content: await hashFile(full) };
  } catch (error) {
    return { ...base, kind: 'file', problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Both ids of a file's content, in one read and without holding the file in memory. Rejects if it changes meanwhile. */
export async function hashFile(file: string): Promise<ContentId> {
  const handle = await open(file, 'r');
  try {
    const size = (await handle.stat()).size;
    const sha256 = createHash('sha256');
    const blob = createHash('sha1').update(`blob ${size}\0`);
    const buffer = Buffer.allocUnsafe(Math.min(size + 1, CHUNK_BYTES));
    let read = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) break;
      const bytes = buffer.subarray(0, bytesRead);
      read += bytesRead;
      sha256.update(bytes);
      blob.update(bytes);
    }
    if (read !== size) throw new Error(`${file} changed while it was read`);
    return { sha256: sha256.digest('hex'), blob: blob.digest('hex') };
  } finally {
    await handle.close();
  }
}

async function isFolder(full: string): Promise<boolean> {
  try {
    return (await lstat(full)).isDirectory();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

function utf8(name: Buffer): string | undefined {
  const text = name.toString('utf8');
  return Buffer.from(text, 'utf8').equals(name) ? text : undefined;
}

function escapeBytes(name: Buffer): string {
  return name
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function outermost(folders: readonly string[]): string[] {
  return folders.filter(
    (folder) => !folders.some((other) => other !== folder && (other === '.' || folder.startsWith(`${other}/`))),
  );
}
