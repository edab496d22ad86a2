import { createHash } from 'node:crypto';
import { fieldsOf, isCount } from './inventory-wire.ts';
import { MemoryFile } from './memory-file.ts';

const FORMAT = 2;

/** What a repository's history says of one state of production. */
export interface ToldByHistory {
  /** For each of production's blobs that some commit has, a short id of the newest such commit. */
  readonly committed: ReadonlyMap<string, string>;
  readonly nearest: { readonly commit: string; readonly differing: number };
}

/** The last answer of a repository's history: to the same question, of the same commits, it is the same for ever. */
export class HistoryMemory {
  readonly #file: MemoryFile;

  /**
   * @param folder where memories are kept
   * @param tree names what is asked about: a repository and a target
   */
  constructor(folder: string, tree: readonly string[]) {
    this.#file = new MemoryFile(folder, 'history', tree, FORMAT);
  }

  /** @param question all that the answer depends on */
  async load(question: string): Promise<ToldByHistory | undefined> {
    const kept = await this.#file.load();
    return kept?.about['question'] === digest(question) ? parse(kept.body.toString('utf8')) : undefined;
  }

  async save(question: string, { committed, nearest }: ToldByHistory): Promise<void> {
    await this.#file.save({ question: digest(question) }, Buffer.from(JSON.stringify([[...committed], nearest])));
  }
}

function parse(body: string): ToldByHistory | undefined {
  const value: unknown = JSON.parse(body);
  if (!Array.isArray(value)) return undefined;
  const [pairs, found] = value as readonly unknown[];
  const { commit, differing } = fieldsOf(found) ?? {};
  if (typeof commit !== 'string' || !isCount(differing) || !Array.isArray(pairs)) return undefined;
  return { committed: new Map(pairs.filter(isPair)), nearest: { commit, differing } };
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'string');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
