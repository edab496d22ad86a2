import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Content, Operation, Plan } from '../../server/core/plan/plan.ts';
import { temporaryFolder } from './home.ts';

/** A tree's files by path, as text; a mode beside it where it is not 0644. */
export type Files = Readonly<Record<string, string | { readonly text: string; readonly mode: number }>>;

/** A real root with its old files, the plan that brings the new ones, and what stands for the workspace. */
export interface Planned {
  /** Holds the root; removed by `remove`. */
  readonly folder: string;
  readonly root: string;
  readonly state: string;
  readonly plan: Plan;
  /** The new bytes of an operation. */
  contentOf(operation: Operation): Uint8Array;
  remove(): void;
}

export interface PlannedOptions {
  readonly old: Files;
  /** What is to be there after: files that are not named stay; `null` deletes. */
  readonly next: Readonly<Record<string, Files[string] | null>>;
  readonly more?: Partial<Plan>;
  /** An existing folder to lay the root out in, in place of a temporary one. */
  readonly folder?: string;
}

let made = 0;

/** An id as real plans have it: unique here, and later ones sort later. */
export function planId(): string {
  return `20261125-150756-${String(++made).padStart(3, '0')}-${process.pid.toString(16)}`;
}

export async function layOutPlanned(options: PlannedOptions): Promise<Planned> {
  const folder = options.folder ?? (await temporaryFolder('planned'));
  const root = path.join(folder, 'app');
  mkdirSync(root, { recursive: true });
  writeFiles(root, options.old);
  return {
    folder,
    root,
    state: path.join(root, '.driftline'),
    plan: planFor(root, options.next, options.more),
    contentOf: contentsOf(options.next),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function contentsOf(next: PlannedOptions['next']): Planned['contentOf'] {
  return (operation) => Buffer.from(textOf(next[operation.path] ?? ''));
}

export function writeFiles(root: string, files: Files): void {
  for (const [name, file] of Object.entries(files)) {
    const at = path.join(root, name);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, textOf(file));
    chmodSync(at, typeof file === 'string' ? 0o644 : file.mode);
  }
}

/** The plan that turns what lies below a root into `next`. */
export function planFor(root: string, next: PlannedOptions['next'], more: Partial<Plan> = {}): Plan {
  const stat = lstatSync(root, { bigint: true });
  const operations: Operation[] = [];
  for (const [name, file] of Object.entries(next)) {
    const before = contentAt(path.join(root, name));
    if (file === null) {
      if (before !== undefined) operations.push({ kind: 'delete', path: name, before });
    } else {
      const wanted = contentOfText(textOf(file), typeof file === 'string' ? (before?.mode ?? 0o644) : file.mode);
      if (before === undefined) operations.push({ kind: 'create', path: name, after: wanted });
      else operations.push({ kind: 'replace', path: name, before, after: wanted });
    }
  }
  const order = { create: 0, replace: 1, delete: 2 };
  return {
    format: 1,
    id: planId(),
    target: 'production',
    madeAt: '2026-11-25T15:07:56.000Z',
    by: { user: 'maria', machine: 'laptop' },
    host: 'local',
    root: { path: root, real: root, identity: `${stat.dev}:${stat.ino}` },
    state: path.join(root, '.driftline'),
    operations: operations.sort((a, b) => order[a.kind] - order[b.kind]),
    relies: [],
    guards: [],
    accepted: [],
    process: null,
    runs: [],
    health: null,
    confirm: 'host',
    keep: 6,
    reason: { kind: 'deploy' },
    ...more,
  };
}

export function contentOfText(text: string, mode = 0o644): Content {
  return { sha256: sha256(text), size: Buffer.byteLength(text), mode };
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Everything below a folder, by path: kind, permission bits, owner, and a hash of the contents. Two trees that are equal by this are the
 * same to whoever reads them. The state folder is left out.
 */
export function treeOf(root: string): Map<string, string> {
  const tree = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const at = path.join(entry.parentPath, entry.name);
    const name = path.relative(root, at);
    if (name === '.driftline' || name.startsWith('.driftline/')) continue;
    const stat = lstatSync(at);
    const rights = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
    const what = stat.isFile()
      ? sha256(readFileSync(at))
      : stat.isSymbolicLink()
        ? `-> ${readlinkSync(at)}`
        : stat.isDirectory()
          ? 'folder'
          : 'other';
    tree.set(name, `${rights} ${what}`);
  }
  return new Map([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function contentAt(file: string): Content | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  return { sha256: sha256(readFileSync(file)), size: stat.size, mode: stat.mode & 0o7777 };
}

function textOf(file: Files[string]): string {
  return typeof file === 'string' ? file : file.text;
}
