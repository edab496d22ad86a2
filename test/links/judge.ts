import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseVersion } from '../../server/core/link/builtins.ts';
import type { Version } from '../../server/core/link/builtins.ts';
import { hasChange } from '../../server/core/link/node-rules.ts';
import { resolve } from '../../server/core/link/resolve.ts';
import type { Runtime } from '../../server/core/link/runtime.ts';
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

/** Its version. */
export const JUDGED_NODE = versionOf(JUDGE);

export function versionOf(node: string): Version {
  const said = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout;
  const version = parseVersion(said);
  if (version === undefined) throw new Error(`${node} tells no version: ${said}`);
  return version;
}

/**
 * Node's own answers, from a process of its own that looks at the same tree.
 *
 * @param preload a module that teaches this Node to resolve otherwise
 */
export function askNode(
  questions: readonly Question[],
  environment: Readonly<Record<string, string>> = {},
  { node = JUDGE, preload }: { readonly node?: string; readonly preload?: string } = {},
): Answer[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'driftline-ask-'));
  const asked = path.join(folder, 'questions.json');
  writeFileSync(asked, JSON.stringify(questions));
  try {
    const loader = pathToFileURL(path.join(import.meta.dirname, 'ask-hooks.mjs')).href;
    const answered = spawnSync(
      node,
      ['--no-warnings', ...hooksOf(loader, preload), path.join(import.meta.dirname, 'ask.mjs')],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 30,
        env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', DRIFTLINE_QUESTIONS: asked, ...environment },
      },
    );
    if (answered.status !== 0) throw new Error(`Node did not answer: ${answered.stderr}`);
    return JSON.parse(answered.stdout) as Answer[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Who registers last is asked first, and has all others behind it. */
function hooksOf(loader: string, preload: string | undefined): string[] {
  if (preload === undefined) return ['--experimental-loader', loader];
  const registering = `import { register } from 'node:module'; register(${JSON.stringify(loader)});`;
  return ['--import', preload, '--import', `data:text/javascript,${encodeURIComponent(registering)}`];
}

/** Our answers, from a tree that learns from the same disk what it is asked. */
export async function askOurs(questions: readonly Question[], special: Partial<Runtime> = {}): Promise<Answer[]> {
  const tree = new SnapshotTree();
  const disk = new DiskSource(new ModuleStore());
  const runtime = { node: JUDGED_NODE, ...special };
  const { signal } = new AbortController();
  for (;;) {
    const view = new View(tree);
    const answers = questions.map(({ from, kind, specifier }): Answer => {
      // A declaration becomes a `require` where a loader makes CommonJS of its module; a call stays what it is.
      const { outcome } = resolve(view, from, kind === 'import' ? 'dynamic-import' : kind, specifier, runtime);
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

/**
 * Where the two disagree; files are compared by their real paths. Before Node 18.19 some failures have the file system's own codes, or none:
 * of those Nodes it is compared that they fail.
 */
export async function differences(questions: readonly Question[]): Promise<Difference[]> {
  return compared(questions, askNode(questions), await askOurs(questions), hasChange(JUDGED_NODE, 'typedFields'));
}

/** @param hasCodes whether the codes of failures are compared too */
export function compared(
  questions: readonly Question[],
  node: readonly Answer[],
  ours: readonly Answer[],
  hasCodes = true,
): Difference[] {
  const comparable = (answer: Answer): string => JSON.stringify('code' in answer && !hasCodes ? { code: '' } : answer);
  return questions.flatMap((question, index): Difference[] => {
    const [theirs, own] = [node[index], ours[index]];
    if (theirs === undefined || own === undefined) throw new Error('an answer is lacking');
    return comparable(real(theirs)) === comparable(own) ? [] : [{ ...question, node: theirs, ours: own }];
  });
}

/** `import` keeps a file's slash at the end; a path has none. */
function real(answer: Answer): Answer {
  return 'file' in answer ? { file: realpathSync(answer.file) } : answer;
}
