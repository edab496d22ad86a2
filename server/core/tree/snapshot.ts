import { basename, dirname } from './path.ts';
import type { Answer, ContentId, Entry, EntryKind, Fact, Need, Question, Tree, TreePath } from './tree.ts';
import type { ModuleFacts } from '../link/module-facts.ts';

const UNKNOWN: Answer<never> = { state: 'unknown' };
const ABSENT: Answer<never> = { state: 'absent' };

/** A tree made of facts that somebody went and got. What nobody looked at is `unknown`. */
export class SnapshotTree implements Tree {
  readonly #entry = new Map<TreePath, Answer<Entry>>();
  readonly #list = new Map<TreePath, Answer<ReadonlyMap<string, EntryKind>>>();
  readonly #identity = new Map<TreePath, Answer<ContentId>>();
  readonly #text = new Map<TreePath, Answer<string>>();
  readonly #module = new Map<TreePath, Answer<ModuleFacts>>();

  constructor(facts: readonly Fact[] = []) {
    this.learn(facts);
  }

  learn(facts: readonly Fact[]): void {
    for (const fact of facts) {
      switch (fact.ask) {
        case 'entry':
          this.#entry.set(fact.path, fact.answer);
          break;
        case 'list':
          this.#list.set(fact.path, fact.answer);
          break;
        case 'identity':
          this.#identity.set(fact.path, fact.answer);
          break;
        case 'text':
          this.#text.set(fact.path, fact.answer);
          break;
        case 'module':
          this.#module.set(fact.path, fact.answer);
      }
    }
  }

  /** Forgets all that was known of a path and of its folder's listing, because it may have changed. */
  forget(path: TreePath): void {
    const facts: Readonly<Record<Question, Map<TreePath, unknown>>> = {
      entry: this.#entry,
      list: this.#list,
      identity: this.#identity,
      text: this.#text,
      module: this.#module,
    };
    for (const map of Object.values(facts)) map.delete(path);
    this.#list.delete(dirname(path));
  }

  entry(path: TreePath): Answer<Entry> {
    const own = this.#entry.get(path);
    if (own !== undefined) return own;
    if (path === '/') return { state: 'known', value: { kind: 'folder' } };
    const parent = dirname(path);
    const list = this.#list.get(parent);
    if (list?.state === 'known') {
      const kind = list.value.get(basename(path));
      if (kind === undefined) return ABSENT;
      // Where a link leads is not in a listing.
      return kind === 'symlink' ? UNKNOWN : { state: 'known', value: { kind } };
    }
    if (list?.state === 'absent') return ABSENT;
    return UNKNOWN;
  }

  list(path: TreePath): Answer<ReadonlyMap<string, EntryKind>> {
    return this.#list.get(path) ?? this.#unlessAbsent(path, 'folder');
  }

  identity(path: TreePath): Answer<ContentId> {
    return this.#identity.get(path) ?? this.#unlessAbsent(path, 'file');
  }

  text(path: TreePath): Answer<string> {
    return this.#text.get(path) ?? this.#unlessAbsent(path, 'file');
  }

  module(path: TreePath): Answer<ModuleFacts> {
    return this.#module.get(path) ?? this.#unlessAbsent(path, 'file');
  }

  /** What is known of one question, `undefined` where nobody has looked. */
  fact({ ask, path }: Need): Fact | undefined {
    const fact = this.#answered(ask, path);
    return fact.answer.state === 'unknown' ? undefined : fact;
  }

  #answered(ask: Question, path: TreePath): Fact {
    switch (ask) {
      case 'entry':
        return { ask, path, answer: this.entry(path) };
      case 'list':
        return { ask, path, answer: this.list(path) };
      case 'identity':
        return { ask, path, answer: this.identity(path) };
      case 'text':
        return { ask, path, answer: this.text(path) };
      case 'module':
        return { ask, path, answer: this.module(path) };
    }
  }

  /** A question about what is known to be absent, or to be another kind of thing, has its answer already. */
  #unlessAbsent(path: TreePath, wanted: EntryKind): Answer<never> {
    const entry = this.entry(path);
    if (entry.state === 'absent') return ABSENT;
    if (entry.state === 'known' && entry.value.kind !== wanted && entry.value.kind !== 'symlink') return ABSENT;
    return UNKNOWN;
  }
}
