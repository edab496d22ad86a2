import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { parseVersion } from '../../server/core/link/builtins.ts';
import { resolve } from '../../server/core/link/resolve.ts';
import { SnapshotTree } from '../../server/core/tree/snapshot.ts';
import { View } from '../../server/core/tree/view.ts';
import { DiskSource } from '../../server/io/disk.ts';
import { ModuleStore } from '../../server/io/modules.ts';

/** One link of one module on disk, as both are asked. */
export interface Question {
  /** The module's real path. */
  readonly from: string;
  readonly kind: 'require' | 'import';
  readonly specifier: string;
}

export type Answer = { readonly file: string } | { readonly builtin: string } | { readonly code: string };

export interface Difference extends Question {
  readonly node: Answer;
  readonly ours: Answer;
}

/** The Node that judges: this one, or the one named by `LINKS_NODE`. */
const JUDGE = process.env['LINKS_NODE'] ?? process.execPath;

/** What that Node calls itself. */
export function judgeVersion(): string {
  return spawnSync(JUDGE, ['--version'], { encoding: 'utf8' }).stdout.trim();
}

/** Node's own answers, from a process of its own that looks at the same tree. */
export function askNode(questions: readonly Question[], environment: Readonly<Record<string, string>> = {}): Answer[] {
  const asked = spawnSync(JUDGE, ['--no-warnings', path.join(import.meta.dirname, 'ask.mjs')], {
    input: JSON.stringify(questions),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...environment },
  });
  if (asked.status !== 0) throw new Error(`Node did not answer: ${asked.stderr}`);
  return JSON.parse(asked.stdout) as Answer[];
}

/** Our answers, from a tree that learns from the same disk what it is asked. */
export async function askOurs(
  questions: readonly Question[],
  globalFolders: readonly string[] = [],
): Promise<Answer[]> {
  const tree = new SnapshotTree();
  const disk = new DiskSource(new ModuleStore());
  const runtime = { node: parseVersion(judgeVersion()) ?? [20, 0], globalFolders } as const;
  const { signal } = new AbortController();
  for (;;) {
    const view = new View(tree);
    const answers = questions.map(({ from, kind, specifier }): Answer => {
      const { outcome } = resolve(view, from, kind, specifier, runtime);
      switch (outcome.kind) {
        case 'file':
          return { file: outcome.path };
        case 'builtin':
          return { builtin: outcome.name };
        case 'missing':
          return { code: outcome.code };
        case 'unreadable':
        case 'unknown':
          return { code: outcome.kind };
      }
    });
    if (view.lacking.length === 0) return answers;
    tree.learn(await disk.answer(view.lacking, signal));
  }
}

/** Where the two disagree; files are compared by their real paths. */
export async function differences(questions: readonly Question[]): Promise<Difference[]> {
  const node = askNode(questions);
  const ours = await askOurs(questions);
  return questions.flatMap((question, index): Difference[] => {
    const [theirs, own] = [node[index], ours[index]];
    if (theirs === undefined || own === undefined) throw new Error('an answer is lacking');
    return JSON.stringify(real(theirs)) === JSON.stringify(own) ? [] : [{ ...question, node: theirs, ours: own }];
  });
}

/** `import` keeps a file's slash at the end; a path has none. */
function real(answer: Answer): Answer {
  return 'file' in answer ? { file: realpathSync(answer.file) } : answer;
}
