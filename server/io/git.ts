import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { Failure } from '../core/failure.ts';
import type { CommitChange } from '../core/drift/history.ts';

/**
 * Git as the workspace's own memory, asked through its command line. Nothing here downloads, takes a lock that others wait for, or runs
 * a program that the repository's own configuration names; only `commit` writes.
 */
export interface Repository {
  /** The work tree's folder, absolute. */
  readonly top: string;
  head(): Promise<Head | undefined>;
  /** HEAD and every branch and tag with their commits, as one text: while it is the same, so is what history says. */
  refs(): Promise<string>;
  /** The blobs of a commit's files under a folder, by path relative to `top`. */
  filesAt(commit: string, folder: string): Promise<Map<string, string>>;
  /** HEAD first, by first parent, each with what it changed under a folder. */
  firstParentHistory(folder: string, signal?: AbortSignal): Promise<CommitChange[]>;
  /** For each blob that some commit of any branch has, a short id of the newest such commit. */
  commitsOf(blobs: ReadonlySet<string>, signal?: AbortSignal): Promise<Map<string, string>>;
  /** Shallow and partial clones lack objects: an absent blob proves nothing there. */
  isWhole(): Promise<boolean>;
  /** Paths (relative to `top`) with uncommitted changes, untracked ones included. */
  uncommitted(paths: readonly string[]): Promise<Set<string>>;
  /** Commits exactly these paths (relative to `top`) and returns the short id. Hooks run as they would for the person. */
  commit(paths: readonly string[], message: string): Promise<string>;
}

export interface Head {
  readonly commit: string;
  readonly branch?: string;
  readonly dirty: boolean;
}

/** The repository that a folder lies in; `undefined` where there is none, or no git. */
export async function openRepository(folder: string): Promise<Repository | undefined> {
  let top: string;
  try {
    top = (await git(folder, ['rev-parse', '--show-toplevel'])).trim();
  } catch {
    return undefined; // No git, or not a work tree: everything that asks has an answer for that.
  }
  return new CommandLineRepository(top);
}

/** A person without a name in git's configuration, a hook, a lock: git's own reason is all that there is to say. */
export class NotCommitted extends Failure {
  readonly kind = 'refused';
  constructor(cause: unknown) {
    const lines = (cause instanceof Error ? cause.message : String(cause))
      .split('\n')
      .filter((line) => line.trim() !== '');
    const why = (lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines.at(-1) ?? 'it gave no reason')
      .trim()
      .replace(/^(?:fatal|error): |\.$/g, '');
    super(
      `The files are in the workspace, but git did not commit them: ${why}.`,
      'See why with `git commit`, which also makes the commit once that is mended.',
      { cause },
    );
  }
}

class CommandLineRepository implements Repository {
  constructor(readonly top: string) {}

  async head(): Promise<Head | undefined> {
    let commit: string;
    try {
      commit = (await git(this.top, ['rev-parse', '--verify', 'HEAD'])).trim();
    } catch {
      return undefined; // A repository without a commit.
    }
    const [branch, status] = await Promise.all([
      git(this.top, ['branch', '--show-current']),
      git(this.top, ['status', '--porcelain', '--untracked-files=no', '-z']),
    ]);
    const name = branch.trim();
    return { commit, ...(name !== '' && { branch: name }), dirty: status !== '' };
  }

  async refs(): Promise<string> {
    const [head, all] = await Promise.all([
      git(this.top, ['rev-parse', '--verify', 'HEAD']),
      git(this.top, ['for-each-ref', '--format=%(objectname) %(refname)']),
    ]);
    return head + all;
  }

  async filesAt(commit: string, folder: string): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    const listing = await git(this.top, ['ls-tree', '-r', '-z', '--full-tree', commit, ...scope(folder)]);
    for (const line of listing.split('\0')) {
      const match = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line);
      if (match?.[1] !== undefined && match[2] !== undefined) files.set(match[2], match[1]);
    }
    return files;
  }

  async firstParentHistory(folder: string, signal?: AbortSignal): Promise<CommitChange[]> {
    const commits: { commit: string; changes: CommitChange['changes'][number][] }[] = [];
    const options = ['--first-parent', '--diff-merges=first-parent', '--root'];
    await this.#log(options, folder, signal, (commit, change) => {
      if (commits.at(-1)?.commit !== commit) commits.push({ commit, changes: [] });
      if (change !== undefined) commits.at(-1)?.changes.push(change);
    });
    return commits;
  }

  async commitsOf(blobs: ReadonlySet<string>, signal?: AbortSignal): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    try {
      await this.#log(['--all', '--diff-merges=separate', '--root'], '.', either, (commit, change) => {
        const blob = change?.after;
        if (typeof blob !== 'string' || !blobs.has(blob) || found.has(blob)) return;
        found.set(blob, commit.slice(0, 8));
        if (found.size === blobs.size) stop.abort();
      });
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
    return found;
  }

  async isWhole(): Promise<boolean> {
    const [shallow, partial] = await Promise.all([
      git(this.top, ['rev-parse', '--is-shallow-repository']),
      git(this.top, ['config', '--get-regexp', '^remote\\..*\\.promisor$']).catch(() => ''), // Status 1: no such key.
    ]);
    return shallow.trim() === 'false' && partial.trim() === '';
  }

  async uncommitted(paths: readonly string[]): Promise<Set<string>> {
    if (paths.length === 0) return new Set();
    const status = await git(this.top, [
      'status',
      '--porcelain',
      '--no-renames',
      '-z',
      '--ignored',
      '--',
      ...paths.map(literal),
    ]);
    return new Set(
      status
        .split('\0')
        .filter((line) => line !== '')
        .map((line) => line.slice(3)),
    );
  }

  async commit(paths: readonly string[], message: string): Promise<string> {
    const literals = paths.map(literal);
    try {
      await git(this.top, ['add', '--force', '--', ...literals], { locks: true });
      await git(this.top, ['commit', '--quiet', '-m', message, '--', ...literals], { locks: true });
    } catch (error) {
      throw new NotCommitted(error);
    }
    return (await git(this.top, ['rev-parse', '--short=8', 'HEAD'])).trim();
  }

  /** One pass over `git log --raw`: calls back for each commit, and for each of its changes. */
  async #log(
    options: readonly string[],
    folder: string,
    signal: AbortSignal | undefined,
    onChange: (commit: string, change?: CommitChange['changes'][number]) => void,
  ): Promise<void> {
    const words = [
      'log',
      '--format=commit %H',
      '--raw',
      '--no-abbrev',
      '--no-renames',
      ...options,
      '--',
      ...scope(folder),
    ];
    const child = spawn('git', [...SAFE, ...words], {
      cwd: this.top,
      env: environment(false),
      stdio: ['ignore', 'pipe', 'ignore'],
      ...(signal && { signal }),
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    // An abort is told by the reading below too; until that has ended, nobody waits for this.
    ended.catch(() => undefined);
    let commit = '';
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('commit ')) {
        commit = line.slice(7);
        onChange(commit);
        continue;
      }
      // :100644 100644 <before> <after> M\tpath
      const match = /^:\d+ (\d+) ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*\t(.*)$/.exec(line);
      if (match === null || match[2] === undefined || match[3] === undefined || match[4] === undefined) continue;
      if (match[1] === '160000') continue; // A submodule's commit is no blob.
      onChange(commit, { path: unquote(match[4]), before: blobOrNull(match[2]), after: blobOrNull(match[3]) });
    }
    const status = await ended;
    if (status !== 0) throw new Error(`git log ended with ${String(status)} in ${this.top}`);
  }
}

/** Given to every call: no pager, no program from the repository's configuration, paths as they are. */
const SAFE = [
  '--no-pager',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.quotePath=false',
  '-c',
  'log.showSignature=false',
];

function environment(locks: boolean): NodeJS.ProcessEnv {
  return {
    ...process.env,
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    ...(!locks && { GIT_OPTIONAL_LOCKS: '0' }),
  };
}

function git(cwd: string, words: readonly string[], options: { locks?: boolean } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      [...SAFE, ...words],
      { cwd, env: environment(options.locks === true), maxBuffer: 1 << 30 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(stderr.trim() || error.message, { cause: error }));
      },
    );
  });
}

function scope(folder: string): string[] {
  return folder === '.' || folder === '' ? [] : [folder.split(path.sep).join('/')];
}

/** A pathspec that means this path and nothing else, whatever characters it has. */
function literal(file: string): string {
  return `:(literal,top)${file}`;
}

function blobOrNull(id: string): string | null {
  return /^0+$/.test(id) ? null : id;
}

/** Git quotes a path with control characters or quotes as a C string. */
function unquote(name: string): string {
  if (!name.startsWith('"')) return name;
  const bytes: number[] = [];
  const body = name.slice(1, -1);
  const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
  for (let at = 0; at < body.length; at++) {
    const char = body.charAt(at);
    if (char !== '\\') {
      bytes.push(...Buffer.from(char));
      continue;
    }
    const octal = /^[0-7]{3}/.exec(body.slice(at + 1))?.[0];
    const next = body.charAt(at + 1);
    bytes.push(octal === undefined ? (escapes[next] ?? next.charCodeAt(0)) : Number.parseInt(octal, 8));
    at += octal === undefined ? 1 : 3;
  }
  return Buffer.from(bytes).toString('utf8');
}
