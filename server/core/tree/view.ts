import { basename, dirname, join } from './path.ts';
import type { Answer, ContentId, Entry, EntryKind, Need, Tree, TreePath } from './tree.ts';
import type { ModuleFacts } from '../link/module-facts.ts';

/** What a path is once links are followed, and where it really lies. */
export interface Located {
  readonly path: TreePath;
  readonly kind: Exclude<EntryKind, 'symlink'>;
}

/** A `package.json` that was read: its fields, or why it is none. */
export type PackageJson = { readonly fields: Readonly<Record<string, unknown>> } | BrokenPackage;

export interface BrokenPackage {
  readonly broken: string;
  /** JSON all right, but `null`, a list or a plain value, which only some versions of Node refuse. */
  readonly isJson: false | 'null' | 'other';
  /** Whether its text holds the name of a field that resolution reads: without, older versions of Node do not parse it. */
  readonly namesField: boolean;
}

const ABSENT: Answer<never> = { state: 'absent' };

/** What a view is asked, with what it answers; all that is computed by it follows from these. */
export interface Answers {
  readonly locate: Answer<Located>;
  readonly nearestPackage: TreePath | undefined;
  readonly text: Answer<string>;
  readonly list: Answer<ReadonlyMap<string, EntryKind>>;
  readonly identity: Answer<ContentId>;
  readonly identityIfKnown: Answer<ContentId>;
  readonly module: Answer<ModuleFacts>;
}

/** Hears every question that is not part of another one, also where the view remembered the answer; not where it could not tell. */
export type Hear = <A extends keyof Answers>(ask: A, path: TreePath, answer: Answers[A]) => void;

/**
 * One look at a tree: follows links, parses `package.json`s, remembers both, and writes down what the tree did not know. Made for one
 * computation and thrown away, so it never outlives a change of the tree.
 */
export class View {
  readonly #needs = new Map<string, Need>();
  readonly #located = new Map<TreePath, Answer<Located>>();
  readonly #packages = new Map<TreePath, Answer<PackageJson>>();
  /** Empty for none. */
  readonly #nearest = new Map<TreePath, TreePath>();

  #misses = 0;
  #folder: TreePath = '/';

  constructor(
    readonly tree: Tree,
    readonly hear?: Hear,
  ) {}

  /** How often the answer was `unknown` so far: what was computed while this stood still is final. */
  get misses(): number {
    return this.#misses;
  }

  /** The folder that holds a path, as one and the same text for one path after the other: a text that was looked up before is found faster. */
  folderOf(path: TreePath): TreePath {
    const end = path.lastIndexOf('/');
    if (end !== this.#folder.length || !path.startsWith(this.#folder)) this.#folder = dirname(path);
    return this.#folder;
  }

  /** What has to be fetched before asking again. */
  get lacking(): readonly Need[] {
    return [...this.#needs.values()];
  }

  /** Like `realpath` and `stat` in one. A loop is absent, as it is for Node. */
  locate(path: TreePath): Answer<Located> {
    const answer = this.#find(path);
    if (answer.state !== 'unknown') this.hear?.('locate', path, answer);
    return answer;
  }

  #find(path: TreePath): Answer<Located> {
    let answer = this.#located.get(path);
    if (answer === undefined) {
      this.#located.set(path, { state: 'absent' });
      answer = this.#locate(path);
      this.#located.set(path, answer);
    }
    if (answer.state === 'unknown') this.#misses++;
    return answer;
  }

  #locate(path: TreePath): Answer<Located> {
    if (path === '/') return { state: 'known', value: { path, kind: 'folder' } };
    const parent = this.#find(this.folderOf(path));
    if (parent.state !== 'known') return parent;
    if (parent.value.kind !== 'folder') return { state: 'absent' };
    const real = join(parent.value.path, basename(path));
    const entry = this.#entry(real);
    if (entry.state !== 'known') return entry;
    if (entry.value.kind !== 'symlink') return { state: 'known', value: { path: real, kind: entry.value.kind } };
    return entry.value.leadsTo === undefined
      ? { state: 'absent' }
      : this.#follow(parent.value.path, entry.value.leadsTo);
  }

  /** A link's text is walked part by part, since `..` behind another link leaves the folder that that one leads to. */
  #follow(folder: TreePath, leadsTo: string): Answer<Located> {
    let at: Answer<Located> = {
      state: 'known',
      value: { path: leadsTo.startsWith('/') ? '/' : folder, kind: 'folder' },
    };
    for (const part of leadsTo.split('/')) {
      if (part === '' || part === '.') continue;
      if (at.state !== 'known') return at;
      if (at.value.kind !== 'folder') return { state: 'absent' };
      at = this.#find(part === '..' ? dirname(at.value.path) : join(at.value.path, part));
    }
    return at;
  }

  #entry(path: TreePath): Answer<Entry> {
    const answer = this.tree.entry(path);
    if (answer.state === 'unknown') {
      // A listing answers for all the neighbours too; where it is known already, or refused, only the entry itself will do.
      const folder = this.tree.list(dirname(path));
      this.#lack(folder.state === 'unknown' ? { ask: 'list', path: dirname(path) } : { ask: 'entry', path });
    }
    return answer;
  }

  list(path: TreePath): Answer<ReadonlyMap<string, EntryKind>> {
    const answer = this.#noting({ ask: 'list', path }, this.tree.list(path));
    if (answer.state !== 'unknown') this.hear?.('list', path, answer);
    return answer;
  }

  identity(path: TreePath): Answer<ContentId> {
    const answer = this.#noting({ ask: 'identity', path }, this.tree.identity(path));
    if (answer.state !== 'unknown') this.hear?.('identity', path, answer);
    return answer;
  }

  /** What is not known is left at that: nothing will be fetched for it. */
  identityIfKnown(path: TreePath): Answer<ContentId> {
    const answer = this.tree.identity(path);
    this.hear?.('identityIfKnown', path, answer);
    return answer;
  }

  module(path: TreePath): Answer<ModuleFacts> {
    const answer = this.#noting({ ask: 'module', path }, this.tree.module(path));
    if (answer.state !== 'unknown') this.hear?.('module', path, answer);
    return answer;
  }

  /** The `package.json` of exactly this folder. */
  packageJson(folder: TreePath): Answer<PackageJson> {
    if (this.hear === undefined) return this.#packageJson(folder);
    // Its text tells more cheaply than its fields whether it is the same.
    this.text(join(folder, 'package.json'));
    return this.#packageJson(folder);
  }

  #packageJson(folder: TreePath): Answer<PackageJson> {
    let answer = this.#packages.get(folder);
    if (answer === undefined) {
      answer = this.#readPackage(join(folder, 'package.json'));
      this.#packages.set(folder, answer);
    }
    if (answer.state === 'unknown') this.#misses++;
    return answer;
  }

  /** The nearest `package.json` upward of a folder, readable or not, and not beyond a `node_modules`; the folder that has it. */
  nearestPackage(of: TreePath): TreePath | undefined {
    const before = this.#misses;
    const nearest = this.#nearestPackage(of);
    if (this.#misses === before) this.hear?.('nearestPackage', of, nearest);
    return nearest;
  }

  #nearestPackage(of: TreePath): TreePath | undefined {
    const known = this.#nearest.get(of);
    if (known !== undefined) return known === '' ? undefined : known;
    const isInstalled = basename(of) === 'node_modules';
    const { state } = isInstalled ? ABSENT : this.#packageJson(of);
    if (state === 'unknown') return of;
    const goesOn = state === 'absent' && of !== '/' && !isInstalled;
    const before = this.#misses;
    const nearest = goesOn ? this.#nearestPackage(dirname(of)) : state === 'absent' ? undefined : of;
    if (this.#misses === before) this.#nearest.set(of, nearest ?? '');
    return nearest;
  }

  /** The text of a small file that decides something, through links. */
  text(path: TreePath): Answer<string> {
    const answer = this.#text(path);
    if (answer.state !== 'unknown') this.hear?.('text', path, answer);
    return answer;
  }

  #text(path: TreePath): Answer<string> {
    const file = this.#find(path);
    if (file.state !== 'known') return file;
    if (file.value.kind !== 'file') return { state: 'absent' };
    return this.#noting({ ask: 'text', path: file.value.path }, this.tree.text(file.value.path));
  }

  #readPackage(path: TreePath): Answer<PackageJson> {
    const text = this.#text(path);
    if (text.state !== 'known') return text;
    return { state: 'known', value: parsePackage(text.value) };
  }

  #noting<T>(need: Need, answer: Answer<T>): Answer<T> {
    if (answer.state === 'unknown') {
      this.#misses++;
      this.#lack(need);
    }
    return answer;
  }

  #lack(need: Need): void {
    this.#needs.set(`${need.ask} ${need.path}`, need);
  }
}

const READ_FIELD = /"(?:exports|imports|main|name|type)"/;

function parsePackage(text: string): PackageJson {
  const namesField = READ_FIELD.test(text);
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    return { broken: error instanceof Error ? error.message : 'it is no JSON', isJson: false, namesField };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { fields: Object.fromEntries(Object.entries(value)) };
  }
  return { broken: 'it holds no object', isJson: value === null ? 'null' : 'other', namesField };
}
