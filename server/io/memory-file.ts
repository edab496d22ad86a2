import { createHash } from 'node:crypto';
import path from 'node:path';
import { fieldsOf } from './inventory-wire.ts';
import { readIfThere, savedIfPossible, writePrivately } from './private-files.ts';

/**
 * Something worth remembering, kept on this machine for this user only. It may be lost at any time; one that is damaged, or of another
 * version, is as good as none. In the file: a line of JSON about it, then its body.
 */
export class MemoryFile {
  readonly #file: string;

  /**
   * @param folder where memories are kept
   * @param kind names what is remembered; a folder
   * @param name tells one of this kind from another
   * @param format of the body and of what stands about it: another one is not read
   */
  constructor(
    folder: string,
    kind: string,
    name: readonly string[],
    readonly format: number | string,
  ) {
    this.#file = path.join(folder, kind, digest(JSON.stringify(name)).slice(0, 24));
  }

  async load(): Promise<{ about: Readonly<Record<string, unknown>>; body: Buffer } | undefined> {
    const bytes = await readIfThere(this.#file);
    const line = bytes?.indexOf(10) ?? -1;
    if (bytes === undefined || line < 0) return undefined;
    const about = parseAbout(bytes.toString('utf8', 0, line));
    const body = bytes.subarray(line + 1);
    return about?.['format'] === this.format && about['sha256'] === digest(body) ? { about, body } : undefined;
  }

  /** Where it cannot be written, it is lost. */
  async save(about: Readonly<Record<string, unknown>>, body: Uint8Array): Promise<void> {
    const line = JSON.stringify({ ...about, format: this.format, sha256: digest(body) });
    await savedIfPossible(writePrivately(this.#file, Buffer.concat([Buffer.from(`${line}\n`), body])));
  }
}

function parseAbout(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return fieldsOf(JSON.parse(line));
  } catch {
    return undefined; // Cut short by a full disk of old.
  }
}

function digest(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
