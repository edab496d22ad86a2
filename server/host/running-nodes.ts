import { readdirSync, readFileSync, readlinkSync } from 'fs';
import * as path from 'path';

/** What the Nodes that run an application of this root tell of it; all paths are absolute. */
export interface RunningNodes {
  /** The folders of `NODE_PATH` (Node's documentation, "Loading from the global folders"). */
  readonly nodePath: readonly string[];
  /** The files that they were started with, as the command named them: perhaps without an extension, or by another name for the root. */
  readonly starts: readonly string[];
}

/**
 * Looks at the Nodes that stand in this root, or whose script does. Of their environment nothing is looked at but `NODE_PATH` and where PM2
 * says that the script lies. Without `/proc` nobody can tell, and of another user's process only what its command line says.
 */
export function runningNodes(realRoot: string): RunningNodes {
  const isBelow = (place: string): boolean => place === realRoot || place.startsWith(`${realRoot}/`);
  let nodePath: string[] | undefined;
  const starts = new Set<string>();
  for (const pid of namesIn('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const node = nodeAt(`/proc/${pid}`);
    if (node === undefined) continue;
    if (node.script !== undefined && isBelow(node.script)) starts.add(node.script);
    if (node.cwd !== undefined && isBelow(node.cwd)) nodePath ??= node.nodePath;
  }
  return { nodePath: nodePath ?? [], starts: [...starts].sort() };
}

interface Node {
  readonly cwd?: string;
  readonly nodePath?: string[];
  readonly script?: string;
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
  const script = variable('pm_exec_path') ?? ofCluster(variable('pm2_env')) ?? scriptOf(title, cwd);
  return {
    ...(cwd !== undefined && { cwd }),
    ...(cwd !== undefined && folders !== undefined && { nodePath: foldersOf(folders, cwd) }),
    ...(script !== undefined && { script }),
  };
}

/** PM2 gives a worker of a cluster all that it knows of the app, in one variable. */
function ofCluster(text: string | undefined): string | undefined {
  const said: unknown = text === undefined ? undefined : attempt(() => JSON.parse(text) as unknown);
  if (typeof said !== 'object' || said === null) return undefined;
  const { pm_exec_path: script }: { readonly pm_exec_path?: unknown } = said;
  return typeof script === 'string' ? script : undefined;
}

/** The first word that is no option; in a title that was changed, as PM2 changes it, the words are one. */
function scriptOf(title: string, cwd: string | undefined): string | undefined {
  const words = title.split('\0').filter((word) => word !== '');
  const all = words.length === 1 ? (words[0] ?? '').split(' ') : words;
  for (let at = 1; at < all.length; at++) {
    const word = all[at] ?? '';
    if (EVALUATES.has(word)) return undefined;
    if (TAKES_A_WORD.has(word)) at++;
    else if (!word.startsWith('-')) {
      if (path.isAbsolute(word)) return path.normalize(word);
      return cwd === undefined ? undefined : path.resolve(cwd, word);
    }
  }
  return undefined;
}

/** Options of Node's whose value may be a word of its own, and those with which there is no script ("Command-line API"). */
const TAKES_A_WORD: ReadonlySet<string> = new Set([
  ...['-r', '--require', '--import', '--loader', '--experimental-loader', '-C', '--conditions', '--env-file'],
  ...['--input-type', '--title', '--inspect-port', '--max-http-header-size'],
]);
const EVALUATES: ReadonlySet<string> = new Set(['-e', '--eval', '-p', '--print', '-pe', '-']);

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
