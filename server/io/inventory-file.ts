import type { ModuleFacts } from '../core/link/module-facts.ts';
import { dirname, join } from '../core/tree/path.ts';
import type { EntryKind, Fact, TreePath } from '../core/tree/tree.ts';
import { endOf, partOf } from '../remote/answers.ts';
import type { HostHello } from '../remote/host.ts';
import type { HostMemory } from './host-memory.ts';
import { fieldsOf, parseInventory } from './inventory-wire.ts';
import { isFacts } from './module-memory.ts';

const FORMAT = 'driftline-inventory/1';

/** What can be judged by without access to production: hashes, states and what modules say, no contents. */
export interface TravellingInventory {
  readonly target: string;
  /** The selection by which it was taken, as JSON: under another one, other files would have been hashed. */
  readonly rules: string;
  /** Without contents. */
  readonly memory: HostMemory;
  readonly modules: KnownModules;
}

/** What modules say, and which contents have been read of packages, which an inventory does not list. */
export interface KnownModules {
  /** By `moduleKey`. */
  readonly facts: ReadonlyMap<string, ModuleFacts>;
  /** SHA-256 by path relative to the root. */
  readonly hashes: ReadonlyMap<string, string>;
}

export function inventoryFileText({ target, rules, memory, modules }: TravellingInventory): string {
  const { address, hello, inventory } = memory;
  const above = foldersAbove(inventory.realRoot);
  const facts = [...memory.facts.values()].flatMap((fact) =>
    fact.ask === 'list' && above.has(fact.path) ? onTheWay(fact) : withoutContent(fact),
  );
  const all = {
    ...{ format: FORMAT, target, rules, address, hello, inventory, facts },
    modules: Object.fromEntries(modules.facts),
    hashes: Object.fromEntries(modules.hashes),
  };
  return `${JSON.stringify(all)}\n`;
}

/** `undefined` for a text that is no such file. What it says is data from outside, as a host's own answers are. */
export function parseInventoryFile(text: string): TravellingInventory | undefined {
  let file: Readonly<Record<string, unknown>>;
  try {
    file = fieldsOf(JSON.parse(text)) ?? {};
  } catch {
    return undefined;
  }
  const { format, target, rules, address } = file;
  const inventory = parseInventory(file['inventory']);
  if (format !== FORMAT || typeof target !== 'string' || typeof rules !== 'string' || typeof address !== 'string')
    return undefined;
  if (inventory === undefined) return undefined;
  let facts: readonly Fact[];
  let hello: HostHello;
  try {
    facts = partOf('facts', { facts: file['facts'] }).facts;
    hello = endOf('hello', file['hello']);
  } catch {
    return undefined;
  }
  const modules = Object.entries(fieldsOf(file['modules']) ?? {});
  const hashes = Object.entries(fieldsOf(file['hashes']) ?? {});
  return {
    target,
    rules,
    memory: {
      format: 1,
      address,
      hello,
      inventory,
      facts: new Map(facts.map((fact) => [`${fact.ask} ${fact.path}`, fact])),
      contents: new Map(),
    },
    modules: {
      facts: new Map(modules.filter((pair): pair is [string, ModuleFacts] => isFacts(pair[1]))),
      hashes: new Map(hashes.filter((pair): pair is [string, string] => typeof pair[1] === 'string')),
    },
  };
}

function foldersAbove(root: TreePath): Set<TreePath> {
  const folders = new Set<TreePath>();
  for (let folder = root; folder !== '/';) folders.add((folder = dirname(folder)));
  return folders;
}

/** What lies beside the root, and above it, is nobody's business but for the names that resolution looks for there. */
function onTheWay(fact: Fact & { readonly ask: 'list' }): Fact[] {
  const { path, answer } = fact;
  if (answer.state !== 'known') return [fact];
  // As it came over the line: pairs.
  const names: Iterable<readonly [string, EntryKind]> = answer.value;
  const kinds = new Map(names);
  return ['package.json', 'node_modules', 'tsconfig.json', 'jsconfig.json'].map((name): Fact => {
    const kind = kinds.get(name);
    const value = kind === undefined ? undefined : { kind };
    return {
      ask: 'entry',
      path: join(path, name),
      answer: value === undefined ? { state: 'absent' } : { state: 'known', value },
    };
  });
}

/** Of a `package.json` what resolution reads, of other texts nothing. */
function withoutContent(fact: Fact): Fact[] {
  if (fact.ask !== 'text' || fact.answer.state !== 'known') return [fact];
  if (!fact.path.endsWith('/package.json')) return [];
  return [{ ...fact, answer: { state: 'known', value: deciding(fact.answer.value) } }];
}

const READ_BY_RESOLUTION = [
  ...['name', 'version', 'type', 'main', 'exports', 'imports', 'dependencies', 'optionalDependencies'],
  ...['peerDependencies', 'devDependencies', '_moduleAliases', '_moduleDirectories'],
];

/** What is no object stays what it is to whoever reads it: none. */
function deciding(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return '';
  }
  const fields = fieldsOf(value);
  if (fields === undefined) return JSON.stringify(value === null ? null : []);
  return JSON.stringify(
    Object.fromEntries(Object.entries(fields).filter(([name]) => READ_BY_RESOLUTION.includes(name))),
  );
}
