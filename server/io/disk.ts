import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import type { Answer, Entry, EntryKind, Fact, Need } from '../core/tree/tree.ts';
import type { FactSource } from './facts.ts';
import { hashFile } from './local-files.ts';
import { MAX_MODULE_BYTES, TOO_LARGE } from './modules.ts';
import type { ModuleStore } from './modules.ts';

/** The files of this machine. Blocks while it reads: it belongs into a worker thread or a command line. */
export class DiskSource implements FactSource {
  /** @param hashOf the SHA-256 of a file as it was looked at, where it was: what such a module says may be known without reading it */
  constructor(
    readonly modules: ModuleStore,
    readonly hashOf: (path: string) => string | undefined = () => undefined,
  ) {}

  async answer(needs: readonly Need[], signal: AbortSignal): Promise<readonly Fact[]> {
    const facts: Fact[] = [];
    for (const need of needs) {
      signal.throwIfAborted();
      facts.push(await this.#answer(need));
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

  #module(path: string): ReturnType<ModuleStore['read']> {
    const hash = this.hashOf(path);
    const known = hash === undefined ? undefined : this.modules.get(hash, path);
    if (known !== undefined) return Promise.resolve({ state: 'known', value: known });
    // Asked before reading, so that a huge file is never in memory.
    if (statSync(path).size > MAX_MODULE_BYTES) return Promise.resolve(TOO_LARGE);
    return this.modules.read(path, readFileSync(path));
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
