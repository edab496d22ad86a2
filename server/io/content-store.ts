import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Host } from '../remote/host.ts';
import { readIfThere, writePrivately } from './private-files.ts';

/** Contents larger than this are never fetched: nobody reads or compares them as text. */
export const MAX_CONTENT_BYTES = 64 * 1024 * 1024;

/** How a file on production was got: its bytes, or why not. */
export type Fetched =
  | { readonly path: string; readonly bytes: Uint8Array; readonly mode: number; readonly sha256: string }
  | { readonly path: string; readonly problem: string };

/** Contents by their SHA-256, kept on this machine for this user only, and never believed unread: what comes out has the hash asked for. */
export class ContentStore {
  /** @param folder where they are kept; it may be lost at any time */
  constructor(readonly folder: string) {}

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const bytes = await readIfThere(this.#file(sha256));
    return bytes !== undefined && hashOf(bytes) === sha256 ? bytes : undefined;
  }

  /** Keeps a content and returns its hash. */
  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = hashOf(bytes);
    await writePrivately(this.#file(sha256), bytes);
    return sha256;
  }

  #file(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError('not a SHA-256');
    return path.join(this.folder, sha256.slice(0, 2), sha256);
  }
}

/**
 * Production's files as they are now, in the order asked. A file that no longer has the hash that the inventory saw is a problem, not a
 * surprise, and what the host sends under a hash is hashed here again.
 *
 * @param root the target's root; `files` are relative to it
 */
export async function fetchFiles(
  host: Host,
  root: string,
  files: readonly { readonly path: string; readonly sha256?: string }[],
  signal: AbortSignal,
): Promise<Fetched[]> {
  if (files.length === 0) return [];
  const asked = new Map(files.map((file) => [file.path, file.sha256]));
  const fetched = new Map<string, Fetched>();
  await host.request(
    'read',
    { root, files: files.map((file) => ({ ...file })), maxBytes: MAX_CONTENT_BYTES },
    {
      signal,
      onPart: (part, body) => {
        if (asked.has(part.path)) fetched.set(part.path, judge(part, asked.get(part.path), body));
      },
    },
  );
  return files.map((file) => fetched.get(file.path) ?? { path: file.path, problem: 'the host did not send it' });
}

function judge(
  part: { readonly path: string; readonly mode?: number; readonly problem?: string },
  expected: string | undefined,
  body: Uint8Array,
): Fetched {
  const { path: file, problem, mode } = part;
  if (problem !== undefined) return { path: file, problem };
  const sha256 = hashOf(body);
  if (expected !== undefined && sha256 !== expected) {
    return { path: file, problem: 'what arrived is not what was listed' };
  }
  if (typeof mode !== 'number' || !Number.isInteger(mode) || mode < 0 || mode > 0o7777) {
    return { path: file, problem: 'the host sent no mode with it' };
  }
  // A view into the frame would keep the whole frame alive.
  return { path: file, bytes: Uint8Array.from(body), mode, sha256 };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
