import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
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
  #facts = new Map<string, ModuleFacts>();
  #earlier: ReadonlyMap<string, ModuleFacts> = new Map();
  #remembered: ReadonlyMap<string, string> = new Map();
  #hasNews = false;

  constructor(readonly memory?: ModuleMemory) {}

  /** Takes what earlier runs have read: the last one of this process, else those that the memory knows. What that did not ask for goes. */
  async recall(): Promise<void> {
    if (this.#facts.size > 0) {
      this.#earlier = this.#facts;
      this.#facts = new Map();
      this.#remembered = new Map();
      return;
    }
    this.#remembered = (await this.memory?.load()) ?? new Map<string, string>();
  }

  /** What came from elsewhere, by key. */
  learn(facts: ReadonlyMap<string, ModuleFacts>): void {
    for (const [name, value] of facts) this.#facts.set(name, value);
  }

  /** Keeps what this run has asked for, if any of it is new. */
  async keep(): Promise<void> {
    if (this.#hasNews) await this.memory?.save(this.#facts);
    this.#hasNews = false;
  }

  get(sha256: string, path: string): ModuleFacts | undefined {
    const name = moduleKey(sha256, path);
    const known = this.#facts.get(name);
    if (known !== undefined) return known;
    const text = this.#remembered.get(name);
    const facts = this.#earlier.get(name) ?? (text === undefined ? undefined : parseFacts(text));
    if (facts !== undefined) this.#facts.set(name, facts);
    return facts;
  }

  /** Reads a module's text. Bytes that are no text, and texts that are too large, are unreadable with a reason. */
  async read(path: string, bytes: Uint8Array): Promise<Answer<ModuleFacts>> {
    const module = await readBytes(path, bytes, (sha256) => this.get(sha256, path));
    this.take(path, module);
    return module.answer;
  }

  /** Takes what was read elsewhere in this run. */
  take(path: string, { sha256, answer }: ReadModule): void {
    if (answer.state !== 'known') return;
    const name = moduleKey(sha256, path);
    if (this.#facts.has(name)) return;
    this.#facts.set(name, answer.value);
    this.#hasNews = true;
  }
}

/** What a file says as a module, and the content that says it; empty where that was not looked at. */
export interface ReadModule {
  readonly sha256: string;
  readonly answer: Answer<ModuleFacts>;
}

/** Reads a module of this machine's disk. Blocks while it reads; throws what the file system says. */
export async function readModuleFile(path: string): Promise<ReadModule> {
  // Asked before reading, so that a huge file is never in memory.
  if (statSync(path).size > MAX_MODULE_BYTES) return { sha256: '', answer: TOO_LARGE };
  return readBytes(path, readFileSync(path), () => undefined);
}

async function readBytes(
  path: string,
  bytes: Uint8Array,
  known: (sha256: string) => ModuleFacts | undefined,
): Promise<ReadModule> {
  if (bytes.length > MAX_MODULE_BYTES) return { sha256: '', answer: TOO_LARGE };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const facts = known(sha256);
  if (facts !== undefined) return { sha256, answer: { state: 'known', value: facts } };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (text.includes('\0')) return { sha256, answer: { state: 'unreadable', reason: 'binary data, not a module' } };
  return { sha256, answer: { state: 'known', value: await readModule(path, text) } };
}

/** Whether reading it needs the slow parser, as far as its name tells. */
export function isParsed(path: string): boolean {
  return /\.([cm]?ts|tsx|jsx)$/.test(path);
}

/** The lexer where it can answer, a parser where the text is TypeScript or JSX. */
export async function readModule(path: string, text: string): Promise<ModuleFacts> {
  if (isParsed(path)) return parse(path, text);
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
