import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LocalFile } from '../core/drift/compare.ts';
import { untrustedBelow } from '../core/tree/file-systems.ts';
import { withLf } from '../core/tree/line-endings.ts';
import type { Selection } from '../core/tree/selection.ts';
import { laterOf, stampText, whyVoid } from '../core/tree/stamps.ts';
import type { Scan, Stamp } from '../core/tree/stamps.ts';
import type { ContentId } from '../core/tree/tree.ts';
import { Contents } from './contents.ts';
import type { HashMemory } from './hash-memory.ts';
import { Turn } from './turn.ts';

/** The workspace's managed files as saved. */
export interface LocalFiles {
  /** By the production path that each maps to. */
  readonly files: ReadonlyMap<string, LocalFile>;
  /** Names that are no path (not UTF-8), escaped for display, relative to the config's folder. */
  readonly unnamed: readonly string[];
}

export interface LocalOptions {
  readonly signal?: AbortSignal;
  /** What was hashed before; without it every file is read. */
  readonly memory?: HashMemory;
  readonly rehash?: boolean;
}

interface Named {
  /** On production. */
  readonly path: string;
  /** Relative to the config's folder. */
  readonly local: string;
}

/**
 * Every managed file's kind, mode and content ids. Folders that cannot hold a managed file are not entered. A folder that cannot be
 * read rejects: a drift or a deploy without it would take unread for absent. Blocks for short turns: it belongs into a worker thread or
 * a command line.
 *
 * @param folder the config's folder, absolute
 */
export async function readLocalFiles(
  folder: string,
  selection: Selection,
  options: LocalOptions = {},
): Promise<LocalFiles> {
  const turn = new Turn(options.signal);
  const startMs = Date.now();
  const { found, unnamed } = await nameFiles(folder, selection, turn);
  const looks = new Map<string, Look>();
  let latest = '0';
  for (const { local } of found) {
    if (turn.isOver) await turn.end();
    const look = lookAt(folder, local);
    if (look === undefined) continue; // Gone since its folder was read.
    looks.set(local, look);
    latest = laterOf(latest, look.ctimeNs);
  }
  const scan = scanOf(folder, startMs);
  const kept = await options.memory?.load();
  const isVoid = kept !== undefined && whyVoid(kept, scan, latest) !== undefined;
  const contents = new Contents(scan, isVoid || options.rehash === true ? undefined : kept, startMs);
  const files = new Map<string, LocalFile>();
  for (const { path: place, local } of found) {
    const look = looks.get(local);
    if (look === undefined) continue;
    if (look.file.kind !== 'file') {
      files.set(place, look.file);
      continue;
    }
    const content = contents.recall(local, look.stamp);
    if (turn.isOver) await turn.end();
    files.set(place, content === undefined ? read(folder, look, contents) : { ...look.file, content });
  }
  if (contents.hasNews) await options.memory?.save(scan, contents.kept());
  return { files, unnamed };
}

async function nameFiles(
  folder: string,
  selection: Selection,
  turn: Turn,
): Promise<{ found: readonly Named[]; unnamed: readonly string[] }> {
  const found: Named[] = [];
  const unnamed: string[] = [];
  const visit = async (local: string): Promise<void> => {
    if (turn.isOver) await turn.end();
    for (const child of readdirSync(path.join(folder, local), { withFileTypes: true, encoding: 'buffer' })) {
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
    if (isFolder(path.join(folder, entry))) await visit(entry);
  }
  return { found, unnamed };
}

/** A folder is left out only where a pattern excludes it whole: then, as with git, nothing below can be taken back. */
function mayHoldManaged(selection: Selection, folder: string): boolean {
  const place = selection.toProduction(folder);
  if (place.path !== undefined) return !selection.prunes(place.path);
  return selection.rules.map.some((pair) => pair.local.startsWith(`${folder}/`));
}

interface Look {
  readonly file: LocalFile;
  /** As text. */
  readonly stamp: string;
  readonly ctimeNs: string;
}

function lookAt(folder: string, local: string): Look | undefined {
  const full = `${folder}/${local}`;
  try {
    const stat = lstatSync(full, { bigint: true });
    const looks = stampOf(stat);
    const known = { stamp: stampText(looks), ctimeNs: looks.ctimeNs };
    const base = { local, mode: Number(stat.mode) & 0o7777, size: looks.size };
    if (stat.isSymbolicLink()) return { file: { ...base, kind: 'symlink', leadsTo: readlinkSync(full) }, ...known };
    return { file: { ...base, kind: stat.isFile() ? 'file' : 'other' }, ...known };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** A content that cannot be read is a `problem`, never a missing file. */
function read(folder: string, { file }: Look, contents: Contents): LocalFile {
  try {
    const { content, stamp } = hashWithLooks(path.join(folder, file.local));
    contents.learn(file.local, content, stamp);
    return { ...file, size: stamp.size, content };
  } catch (error) {
    return { ...file, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Both ids of a file's content, in one read and without holding the file in memory. Throws if it changes meanwhile. */
export function hashFile(file: string): ContentId {
  return hashWithLooks(file).content;
}

/** Used again for every file: what a file has is hashed before anything else is read. */
const chunk = Buffer.allocUnsafeSlow(1 << 20);

function hashWithLooks(file: string): { content: ContentId; stamp: Stamp } {
  // A FIFO that took a file's place would block until somebody writes to it.
  const handle = openSync(file, process.platform === 'win32' ? 'r' : constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(handle, { bigint: true });
    if (!stat.isFile()) throw new Error('it is not a regular file any more');
    const before = stampOf(stat);
    const sha256 = createHash('sha256');
    const blob = createHash('sha1').update(`blob ${before.size}\0`);
    let lf: string | undefined;
    for (let isFirst = true; ; isFirst = false) {
      const bytes = readSync(handle, chunk, 0, chunk.length, null);
      const some = chunk.subarray(0, bytes);
      sha256.update(some);
      blob.update(some);
      if (isFirst && bytes < chunk.length && some.includes('\r\n')) lf = lfBlob(some);
      // A regular file gives less than was asked for at its end only.
      if (bytes < chunk.length) break;
    }
    const after = stampOf(fstatSync(handle, { bigint: true }));
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs || after.ctimeNs !== before.ctimeNs) {
      throw new Error('it changed while it was read');
    }
    const ids = { sha256: sha256.digest('hex'), blob: blob.digest('hex') };
    return { content: lf === undefined ? ids : { ...ids, lf }, stamp: before };
  } finally {
    closeSync(handle);
  }
}

function lfBlob(bytes: Uint8Array): string | undefined {
  const text = withLf(bytes);
  return text && createHash('sha1').update(`blob ${text.length}\0`).update(text).digest('hex');
}

function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): Stamp {
  return {
    dev: dev.toString(),
    ino: ino.toString(),
    size: Number(size),
    mtimeNs: mtimeNs.toString(),
    ctimeNs: ctimeNs.toString(),
  };
}

/** Where no `/proc` tells on what the folder lies (macOS, Windows), nothing is remembered. */
function scanOf(folder: string, startMs: number): Scan {
  const { dev, ino } = lstatSync(folder, { bigint: true });
  let mounts: string | undefined;
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    mounts = undefined;
  }
  return {
    machine: os.hostname(),
    rootIdentity: `${dev}:${ino}`,
    startNs: nanoseconds(startMs),
    endNs: nanoseconds(Date.now() + 1),
    untrusted: untrustedBelow(realpathSync(folder), mounts),
  };
}

function nanoseconds(ms: number): string {
  return (BigInt(ms) * 1_000_000n).toString();
}

function isFolder(full: string): boolean {
  try {
    return lstatSync(full).isDirectory();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function utf8(name: Buffer): string | undefined {
  const text = name.toString('utf8');
  return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(name) ? undefined : text;
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
