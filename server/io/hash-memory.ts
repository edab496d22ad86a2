import { createHash } from 'node:crypto';
import path from 'node:path';
import type { HashedOnce, Hashes, Scan } from '../core/tree/stamps.ts';
import { fieldsOf } from './inventory-wire.ts';
import { readIfThere, writePrivately } from './private-files.ts';

const FORMAT = 2;
const SHA256_CHARS = 64;
const BLOB_CHARS = 40;
/** Milliseconds since the epoch, base 36, for some thousand years. */
const TIME_CHARS = 9;
const STAMP_AT = SHA256_CHARS + 2 * BLOB_CHARS + TIME_CHARS;
const NO_LF = '-'.repeat(BLOB_CHARS);

/**
 * What was hashed of one tree, kept on this machine for this user only. It may be lost at any time; one that is damaged, or of another
 * version, is as good as none. A line about itself, then per file its path, a NUL, its ids, time and stamp, a NUL.
 */
export class HashMemory {
  readonly #file: string;

  /**
   * @param folder where memories are kept
   * @param tree names the tree: a host's address and a root
   */
  constructor(folder: string, tree: readonly string[]) {
    const name = createHash('sha256').update(JSON.stringify(tree)).digest('hex').slice(0, 24);
    this.#file = path.join(folder, 'hashes', name);
  }

  async load(): Promise<Hashes | undefined> {
    const bytes = await readIfThere(this.#file);
    const line = bytes?.indexOf(10) ?? -1;
    if (bytes === undefined || line < 0) return undefined;
    const body = bytes.subarray(line + 1);
    const about = parseAbout(bytes.toString('utf8', 0, line));
    if (about === undefined || about.sha256 !== digest(body)) return undefined;
    const fields = body.toString('utf8').split('\0');
    const known = new Map<string, string>();
    for (let at = 0; at + 1 < fields.length; at += 2) known.set(fields[at] ?? '', fields[at + 1] ?? '');
    return {
      ...about,
      get: (file) => {
        const text = known.get(file);
        return text === undefined ? undefined : parseHashed(text);
      },
    };
  }

  async save(scan: Scan, files: Iterable<readonly [path: string, hashed: HashedOnce]>): Promise<void> {
    const parts: string[] = [];
    for (const [file, { stamp, content, hashedAtMs }] of files) {
      const time = Math.trunc(hashedAtMs).toString(36).padStart(TIME_CHARS, '0');
      const { sha256, blob, lf = NO_LF } = content;
      parts.push(file, sha256 + blob + lf + time + stamp);
    }
    const body = Buffer.from(parts.length === 0 ? '' : `${parts.join('\0')}\0`);
    const { machine, rootIdentity, startNs } = scan;
    const about = JSON.stringify({ format: FORMAT, machine, rootIdentity, startNs, sha256: digest(body) });
    await writePrivately(this.#file, Buffer.concat([Buffer.from(`${about}\n`), body]));
  }
}

function parseHashed(text: string): HashedOnce {
  const lf = text.slice(SHA256_CHARS + BLOB_CHARS, STAMP_AT - TIME_CHARS);
  const ids = {
    sha256: text.slice(0, SHA256_CHARS),
    blob: text.slice(SHA256_CHARS, SHA256_CHARS + BLOB_CHARS),
  };
  return {
    content: lf === NO_LF ? ids : { ...ids, lf },
    hashedAtMs: Number.parseInt(text.slice(STAMP_AT - TIME_CHARS, STAMP_AT), 36),
    stamp: text.slice(STAMP_AT),
  };
}

interface About {
  readonly machine: string;
  readonly rootIdentity: string;
  readonly startNs: string;
  readonly sha256: string;
}

function parseAbout(line: string): About | undefined {
  let fields: ReturnType<typeof fieldsOf>;
  try {
    fields = fieldsOf(JSON.parse(line));
  } catch {
    return undefined;
  }
  const { format, machine, rootIdentity, startNs, sha256 } = fields ?? {};
  if (format !== FORMAT) return undefined;
  if (typeof machine !== 'string' || typeof rootIdentity !== 'string' || typeof sha256 !== 'string') return undefined;
  if (typeof startNs !== 'string' || !/^\d{1,30}$/.test(startNs)) return undefined;
  return { machine, rootIdentity, startNs, sha256 };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
