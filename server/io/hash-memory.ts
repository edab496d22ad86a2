import type { HashedOnce, Hashes, Scan } from '../core/tree/stamps.ts';
import { MemoryFile } from './memory-file.ts';

const FORMAT = 3;
const SHA256_CHARS = 64;
const BLOB_CHARS = 40;
/** Milliseconds since the epoch, base 36, for some thousand years. */
const TIME_CHARS = 9;
const STAMP_AT = SHA256_CHARS + 2 * BLOB_CHARS + TIME_CHARS;
const NO_LF = '-'.repeat(BLOB_CHARS);

/** What was hashed of one tree: per file its path, a NUL, its ids, time and stamp, a NUL. */
export class HashMemory {
  readonly #file: MemoryFile;

  /**
   * @param folder where memories are kept
   * @param tree names the tree: a host's address and a root
   */
  constructor(folder: string, tree: readonly string[]) {
    this.#file = new MemoryFile(folder, 'hashes', tree, FORMAT);
  }

  async load(): Promise<Hashes | undefined> {
    const kept = await this.#file.load();
    const about = kept && parseAbout(kept.about);
    if (kept === undefined || about === undefined) return undefined;
    const fields = kept.body.toString('utf8').split('\0');
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
    await this.#file.save({ machine, rootIdentity, startNs }, body);
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
}

function parseAbout({ machine, rootIdentity, startNs }: Readonly<Record<string, unknown>>): About | undefined {
  if (typeof machine !== 'string' || typeof rootIdentity !== 'string') return undefined;
  if (typeof startNs !== 'string' || !/^\d{1,30}$/.test(startNs)) return undefined;
  return { machine, rootIdentity, startNs };
}
