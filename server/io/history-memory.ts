import { createHash } from 'node:crypto';
import path from 'node:path';
import { fieldsOf, isCount } from './inventory-wire.ts';
import { readIfThere, writePrivately } from './private-files.ts';

const FORMAT = 1;

/** What a repository's history says of one state of production. */
export interface ToldByHistory {
  /** For each of production's blobs that some commit has, a short id of the newest such commit. */
  readonly committed: ReadonlyMap<string, string>;
  readonly nearest: { readonly commit: string; readonly differing: number };
}

/**
 * The last answer of a repository's history, kept on this machine: to the same question, of the same commits, it is the same for ever.
 * It may be lost at any time; one that is damaged is as good as none.
 */
export class HistoryMemory {
  readonly #file: string;

  /**
   * @param folder where memories are kept
   * @param tree names what is asked about: a repository and a target
   */
  constructor(folder: string, tree: readonly string[]) {
    this.#file = path.join(folder, 'history', digest(JSON.stringify(tree)).slice(0, 24));
  }

  /** @param question all that the answer depends on */
  async load(question: string): Promise<ToldByHistory | undefined> {
    const bytes = await readIfThere(this.#file);
    return bytes === undefined ? undefined : parse(bytes.toString('utf8'), digest(question));
  }

  async save(question: string, { committed, nearest }: ToldByHistory): Promise<void> {
    const body = JSON.stringify([[...committed], nearest]);
    const text = JSON.stringify({ format: FORMAT, question: digest(question), sha256: digest(body), body });
    await writePrivately(this.#file, text);
  }
}

function parse(text: string, question: string): ToldByHistory | undefined {
  try {
    const { format, question: asked, sha256, body } = fieldsOf(JSON.parse(text)) ?? {};
    if (format !== FORMAT || asked !== question || typeof body !== 'string' || sha256 !== digest(body))
      return undefined;
    const value: unknown = JSON.parse(body);
    if (!Array.isArray(value)) return undefined;
    const [pairs, found] = value as readonly unknown[];
    const { commit, differing } = fieldsOf(found) ?? {};
    if (typeof commit !== 'string' || !isCount(differing) || !Array.isArray(pairs)) return undefined;
    return { committed: new Map(pairs.filter(isPair)), nearest: { commit, differing } };
  } catch {
    return undefined; // Cut short by a full disk of old.
  }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'string');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
