import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import type { ModuleFacts } from '../core/link/module-facts.ts';
import type { Answer, Entry, EntryKind, Fact, Need } from '../core/tree/tree.ts';
import type { FactSource } from './facts.ts';
import { hashFile } from './local-files.ts';
import { isParsed, readModuleFile } from './modules.ts';
import type { ModuleStore } from './modules.ts';
import { readTogether } from './shared-reading.ts';
import { Turn } from './turn.ts';

/** The files of this machine. Blocks while it reads: it belongs into a worker thread or a command line. */
export class DiskSource implements FactSource {
  /** @param hashOf the SHA-256 of a file as it was looked at, where it was: what such a module says may be known without reading it */
  constructor(
    readonly modules: ModuleStore,
    readonly hashOf: (path: string) => string | undefined = () => undefined,
  ) {}

  async answer(needs: readonly Need[], signal: AbortSignal): Promise<readonly Fact[]> {
    signal.throwIfAborted();
    const together = await readTogether(this.#unread(needs), signal);
    for (const [path, module] of together) this.modules.take(path, module);
    const facts: Fact[] = [];
    const turn = new Turn(signal);
    for (const need of needs) {
      if (turn.isOver) await turn.end();
      const read = need.ask === 'module' ? together.get(need.path) : undefined;
      facts.push(
        read === undefined ? await this.#answer(need) : { ask: 'module', path: need.path, answer: read.answer },
      );
    }
    return facts;
  }

  async #answer({ ask, path }: Need): Promise<Fact> {
    switch (ask) {
      case 'entry':
        return { ask, path, answer: look(() => entryOf(path)) };
      case 'list':
        return { ask, path, answer: look(() => listOf(path)) };
      case 'text':
        return { ask, path, answer: look(() => readFileSync(path, 'utf8')) };
      case 'identity':
        return { ask, path, answer: look(() => hashFile(path)) };
      case 'module':
        return { ask, path, answer: await lookAsync(() => this.#module(path)) };
    }
  }

  async #module(path: string): Promise<Answer<ModuleFacts>> {
    const known = this.#known(path);
    if (known !== undefined) return { state: 'known', value: known };
    const module = await readModuleFile(path);
    this.modules.take(path, module);
    return module.answer;
  }

  #known(path: string): ModuleFacts | undefined {
    const hash = this.hashOf(path);
    return hash === undefined ? undefined : this.modules.get(hash, path);
  }

  /** The modules that nobody has read yet, first those that take longest. */
  #unread(needs: readonly Need[]): string[] {
    const paths = needs.filter(({ ask, path }) => ask === 'module' && this.#known(path) === undefined);
    const names = paths.map(({ path }) => path);
    return [...names.filter(isParsed), ...names.filter((name) => !isParsed(name))];
  }
}

function entryOf(path: string): Entry {
  const kind = kindOf(lstatSync(path));
  return kind === 'symlink' ? { kind, leadsTo: readlinkSync(path) } : { kind };
}

function listOf(path: string): ReadonlyMap<string, EntryKind> {
  return new Map(readdirSync(path, { withFileTypes: true }).map((child) => [child.name, kindOf(child)]));
}

function kindOf(stat: Stats | Dirent): EntryKind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}

function look<T>(read: () => T): Answer<T> {
  try {
    return { state: 'known', value: read() };
  } catch (error) {
    return failed(error);
  }
}

async function lookAsync<T>(read: () => Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await read();
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): Answer<never> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'absent' };
  return { state: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
}
