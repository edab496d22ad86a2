import { readdirSync, readFileSync, readlinkSync } from 'fs';
import * as path from 'path';
import { EVALUATES, TAKES_A_WORD } from '../core/link/node-options.ts';
import { onlyRunner, runnerIn } from '../core/link/typescript-runner.ts';
import type { TypeScriptRunner } from '../core/link/typescript-runner.ts';

/** What the Nodes that run an application of this root tell of it; all paths are absolute. */
export interface RunningNodes {
  /** The folders of `NODE_PATH` (Node's documentation, "Loading from the global folders"). */
  readonly nodePath: readonly string[];
  /** Conditions of `exports` and `imports` beside Node's own, of `--conditions`. */
  readonly conditions: readonly string[];
  /** The files that they were started with, as the command named them: perhaps without an extension, or by another name for the root. */
  readonly starts: readonly string[];
  /** What runs TypeScript in them; `null` where that is not one thing, or none that we know. Not said where nothing does. */
  readonly typescript?: TypeScriptRunner | null;
}

/**
 * Looks at the Nodes that stand in this root, or whose script does. Of their environment nothing is looked at but `NODE_PATH`, `NODE_OPTIONS`,
 * and where PM2 says that the script lies and what options it gave to Node. Without `/proc` nobody can tell, and of another user's process only what its command line says.
 */
export function runningNodes(realRoot: string): RunningNodes {
  const isBelow = (place: string): boolean => place === realRoot || place.startsWith(`${realRoot}/`);
  let nodePath: string[] | undefined;
  let conditions: string[] | undefined;
  const starts = new Set<string>();
  const runners: (TypeScriptRunner | 'other')[] = [];
  for (const pid of namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const node = nodeAt(`/proc/${pid}`);
    if (node === undefined) continue;
    if (node.script !== undefined && isBelow(node.script)) starts.add(node.script);
    if (node.cwd !== undefined && isBelow(node.cwd)) nodePath ??= node.nodePath;
    if (![node.script, node.cwd].some((place) => place !== undefined && isBelow(place))) continue;
    conditions ??= node.conditions;
    if (node.runner !== undefined) runners.push(node.runner);
  }
  return {
    nodePath: nodePath ?? [],
    conditions: conditions ?? [],
    starts: [...starts].sort(),
    ...(runners.length > 0 && { typescript: onlyRunner(runners) ?? null }),
  };
}

interface Node {
  readonly cwd?: string;
  readonly nodePath?: string[];
  readonly conditions?: string[];
  readonly script?: string;
  readonly runner?: TypeScriptRunner | 'other';
}

function nodeAt(folder: string): Node | undefined {
  const title = attempt(() => readFileSync(`${folder}/cmdline`, 'utf8')) ?? '';
  const executable = attempt(() => readlinkSync(`${folder}/exe`)) ?? title.split(/[\0 ]/)[0] ?? '';
  if (!/(^|\/)node(js)?[\d.]*( \(deleted\))?$/.test(executable)) return undefined;
  const cwd = attempt(() => readlinkSync(`${folder}/cwd`));
  const environment = (attempt(() => readFileSync(`${folder}/environ`, 'utf8')) ?? '').split('\0');
  const variable = (name: string): string | undefined =>
    environment.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  const folders = variable('NODE_PATH');
  const cluster = ofCluster(variable('pm2_env'));
  const { words, script: started } = commandOf(title, cwd);
  const script = variable('pm_exec_path') ?? cluster?.script ?? started;
  const given = [...(variable('NODE_OPTIONS') ?? '').split(/\s+/), ...(variable('node_args') ?? '').split(/[\s,]+/)];
  const options = [...words, ...given, ...(cluster?.options ?? [])];
  const runner = runnerIn(options, script);
  const conditions = conditionsIn(options);
  return {
    ...(cwd !== undefined && { cwd }),
    ...(cwd !== undefined && folders !== undefined && { nodePath: foldersOf(folders, cwd) }),
    ...(conditions.length > 0 && { conditions }),
    ...(script !== undefined && { script }),
    ...(runner !== undefined && { runner }),
  };
}

/** PM2 gives a worker of a cluster all that it knows of the app, in one variable. */
function ofCluster(text: string | undefined): { script?: string; options: string[] } | undefined {
  const said: unknown = text === undefined ? undefined : attempt(() => JSON.parse(text) as unknown);
  if (typeof said !== 'object' || said === null) return undefined;
  const { pm_exec_path: script, node_args: options }: { pm_exec_path?: unknown; node_args?: unknown } = said;
  const words: readonly unknown[] = Array.isArray(options) ? options : [];
  return {
    ...(typeof script === 'string' && { script }),
    options: words.filter((word): word is string => typeof word === 'string'),
  };
}

/** A command up to its script, the first word that is no option; in a title that was changed, as PM2 changes it, the words are one. */
function commandOf(title: string, cwd: string | undefined): { words: string[]; script?: string } {
  const words = title.split('\0').filter((word) => word !== '');
  const all = words.length === 1 ? (words[0] ?? '').split(' ') : words;
  for (let at = 1; at < all.length; at++) {
    const word = all[at] ?? '';
    if (EVALUATES.has(word)) break;
    if (TAKES_A_WORD.has(word)) at++;
    else if (!word.startsWith('-')) {
      const script = path.isAbsolute(word) ? path.normalize(word) : cwd && path.resolve(cwd, word);
      return { words: all.slice(0, at + 1), ...(script !== undefined && { script }) };
    }
  }
  return { words: [] };
}

/** `-C x`, `--conditions x`, `--conditions=x`, each once. */
function conditionsIn(options: readonly string[]): string[] {
  const found = options.flatMap((option, at) => {
    if (option.startsWith('--conditions=')) return [option.slice('--conditions='.length)];
    const value = option === '-C' || option === '--conditions' ? options[at + 1] : undefined;
    return value === undefined ? [] : [value];
  });
  return [...new Set(found)];
}

function foldersOf(value: string, cwd: string): string[] {
  return value
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.resolve(cwd, folder));
}

function namesIn(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

/** Another user's, or it has just ended: what cannot be looked at tells nothing. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
