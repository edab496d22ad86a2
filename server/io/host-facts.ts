import { below } from '../core/tree/path.ts';
import type { Answer, EntryKind, Fact, Need } from '../core/tree/tree.ts';
import type { ModuleFacts } from '../core/link/module-facts.ts';
import type { Host } from '../remote/host.ts';
import type { FactSource } from './facts.ts';
import { MAX_MODULE_BYTES } from './modules.ts';
import type { ModuleStore } from './modules.ts';

/**
 * The files of a host, asked through its program in batches. Modules whose content is known by its hash, from the inventory, are not
 * fetched again.
 */
export class HostSource implements FactSource {
  /**
   * @param root the root's real path
   * @param hashOf the inventory's SHA-256 of a path relative to the root
   */
  constructor(
    readonly host: Host,
    readonly root: string,
    readonly hashOf: (path: string) => string | undefined,
    readonly modules: ModuleStore,
  ) {}

  async answer(needs: readonly Need[], signal: AbortSignal): Promise<readonly Fact[]> {
    const plain = needs.filter((need) => need.ask !== 'module');
    const modules = needs.filter((need) => need.ask === 'module');
    const [facts, read] = await Promise.all([
      this.#ask(plain, signal),
      this.#readModules(
        modules.map((need) => need.path),
        signal,
      ),
    ]);
    return [...facts, ...read];
  }

  async #ask(needs: Need[], signal: AbortSignal): Promise<Fact[]> {
    if (needs.length === 0) return [];
    const facts: Fact[] = [];
    await this.host.request('facts', { needs }, { signal, onPart: (part) => facts.push(...part.facts.map(fromWire)) });
    return facts;
  }

  async #readModules(paths: readonly string[], signal: AbortSignal): Promise<Fact[]> {
    const answers = new Map<string, Answer<ModuleFacts>>();
    const fetched = new Map<string, string>();
    for (const path of paths) {
      const relative = below(this.root, path);
      if (relative === undefined) {
        answers.set(path, { state: 'unreadable', reason: 'outside the root' });
        continue;
      }
      const hash = this.hashOf(relative);
      const known = hash === undefined ? undefined : this.modules.get(hash, path);
      if (known !== undefined) answers.set(path, { state: 'known', value: known });
      else fetched.set(relative, path);
    }
    const bodies: [string, Uint8Array][] = [];
    if (fetched.size > 0) {
      const files = [...fetched.keys()].map((path) => ({ path }));
      await this.host.request(
        'read',
        { root: this.root, files, maxBytes: MAX_MODULE_BYTES },
        {
          signal,
          onPart: (part, body) => {
            const path = fetched.get(part.path);
            if (path === undefined) return;
            if (part.problem === undefined) bodies.push([path, body]);
            else answers.set(path, { state: 'unreadable', reason: part.problem });
          },
        },
      );
    }
    for (const [path, body] of bodies) answers.set(path, await this.modules.read(path, body));
    return paths.map((path) => ({
      ask: 'module',
      path,
      answer: answers.get(path) ?? { state: 'unreadable', reason: 'the host did not send it' },
    }));
  }
}

/** JSON has no maps: a listing travels as pairs (`server/remote/answers.ts` checks them), unless it did not travel. */
function fromWire(fact: Fact): Fact {
  if (fact.ask !== 'list' || fact.answer.state !== 'known') return fact;
  const names: Iterable<readonly [string, EntryKind]> = fact.answer.value;
  return { ask: 'list', path: fact.path, answer: { state: 'known', value: new Map(names) } };
}
