import { createHash } from 'node:crypto';
import { extractModule } from '../core/link/extract.ts';
import type { ModuleFacts } from '../core/link/module-facts.ts';
import { JSX } from '../core/link/tokenizer.ts';
import type { Answer } from '../core/tree/tree.ts';
import type { ModuleMemory } from './module-memory.ts';
import { parseFacts } from './module-memory.ts';

/** Larger than this is generated or data: it is named as not judged, not read. */
export const MAX_MODULE_BYTES = 8 * 1024 * 1024;

export const TOO_LARGE: Answer<never> = {
  state: 'unreadable',
  reason: `larger than ${MAX_MODULE_BYTES / 1024 / 1024} MB, so its imports are not judged`,
};

/**
 * What modules say, by the hash of their content, shared between trees: the same bytes are read once, and where a memory is given, once
 * for many runs.
 */
export class ModuleStore {
  readonly #facts = new Map<string, ModuleFacts>();
  #remembered: ReadonlyMap<string, string> = new Map();
  #hasNews = false;

  constructor(readonly memory?: ModuleMemory) {}

  /** Takes what earlier runs have read. */
  async recall(): Promise<void> {
    this.#remembered = (await this.memory?.load()) ?? new Map<string, string>();
  }

  /** What came from elsewhere, by key. */
  learn(facts: ReadonlyMap<string, ModuleFacts>): void {
    for (const [name, value] of facts) this.#facts.set(name, value);
  }

  /** Keeps what this run has asked for, if any of it is new; it is only a memory, so that a full disk costs the next run some time. */
  async keep(): Promise<void> {
    if (this.#hasNews) await this.memory?.save(this.#facts).catch(() => undefined);
    this.#hasNews = false;
  }

  get(sha256: string, path: string): ModuleFacts | undefined {
    const name = moduleKey(sha256, path);
    const known = this.#facts.get(name);
    if (known !== undefined) return known;
    const text = this.#remembered.get(name);
    const facts = text === undefined ? undefined : parseFacts(text);
    if (facts !== undefined) this.#facts.set(name, facts);
    return facts;
  }

  /** Reads a module's text. Bytes that are no text, and texts that are too large, are unreadable with a reason. */
  async read(path: string, bytes: Uint8Array): Promise<Answer<ModuleFacts>> {
    if (bytes.length > MAX_MODULE_BYTES) return TOO_LARGE;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    let facts = this.get(sha256, path);
    if (facts === undefined) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      if (text.includes('\0')) return { state: 'unreadable', reason: 'binary data, not a module' };
      facts = await readModule(path, text);
      this.#facts.set(moduleKey(sha256, path), facts);
      this.#hasNews = true;
    }
    return { state: 'known', value: facts };
  }
}

/** The lexer where it can answer, a parser where the text is TypeScript or JSX. */
export async function readModule(path: string, text: string): Promise<ModuleFacts> {
  if (/\.([cm]?ts|tsx|jsx)$/.test(path)) return parse(path, text);
  const facts = extractModule(text);
  return facts.problem?.message === JSX ? parse(path, text) : facts;
}

async function parse(path: string, text: string): Promise<ModuleFacts> {
  const { parseModule } = await import('./ast.ts');
  return parseModule(path, text);
}

/** The extension decides how a text is read, so it is part of what the facts are known by. */
export function moduleKey(sha256: string, path: string): string {
  return `${path.slice(path.lastIndexOf('.'))} ${sha256}`;
}
