import type { ModuleFacts } from '../core/link/module-facts.ts';
import { fieldsOf } from './inventory-wire.ts';
import { MemoryFile } from './memory-file.ts';

/** Names the code that reads modules, by its own content: the build defines it, and what another build has read is not believed. */
declare const MODULE_READER: string | undefined;

/** What was read of a workspace's modules: per module its key, a tab, its facts as JSON, and a line's end. */
export class ModuleMemory {
  readonly #file: MemoryFile | undefined;

  /**
   * @param folder where memories are kept
   * @param workspace names whose modules they are
   */
  constructor(folder: string, workspace: readonly string[]) {
    // Run from its sources, nothing tells one version of the reader from the next.
    if (typeof MODULE_READER === 'string') this.#file = new MemoryFile(folder, 'modules', workspace, MODULE_READER);
  }

  /** Facts by key, to be read by `parseFacts` when they are asked for. */
  async load(): Promise<ReadonlyMap<string, string> | undefined> {
    const kept = await this.#file?.load();
    if (kept === undefined) return undefined;
    const lines = kept.body.toString('utf8').split('\n');
    return new Map(lines.map((line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]));
  }

  async save(facts: ReadonlyMap<string, ModuleFacts>): Promise<void> {
    const lines = [...facts].map(([key, value]) => `${key}\t${JSON.stringify(value)}`);
    await this.#file?.save({}, Buffer.from(lines.join('\n')));
  }
}

/** A memory's facts; `undefined` where they have another shape, which a digest alone does not rule out. */
export function parseFacts(text: string): ModuleFacts | undefined {
  const value: unknown = JSON.parse(text);
  return isFacts(value) ? value : undefined;
}

export function isFacts(value: unknown): value is ModuleFacts {
  const { syntax, links, dynamic, exports, braced = [], starFrom } = fieldsOf(value) ?? {};
  return (
    (syntax === 'esm' || syntax === 'script') &&
    [exports, braced, starFrom].every((names) => isListOf(names, (name) => typeof name === 'string')) &&
    isListOf(dynamic, (each) => typeof fieldsOf(each)?.['prefix'] === 'string') &&
    isListOf(links, (each) => {
      const { kind, specifier, range, names } = fieldsOf(each) ?? {};
      return typeof kind === 'string' && typeof specifier === 'string' && range !== undefined && Array.isArray(names);
    })
  );
}

function isListOf(value: unknown, isOne: (value: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}
