import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { runHere } from '../io/commands.ts';
import type { VerbContext } from './context.ts';
import { Refused } from './failures.ts';

const BUILD_MS = 15 * 60_000;

/** Runs the target's build, where it has one. Rejects where it fails: a plan of half-built files is none. */
export async function build(context: VerbContext): Promise<void> {
  const { target, config, signal, progress } = context;
  if (target.build === undefined) return;
  progress.report({ message: `Building: ${target.build.command}` });
  const end = await runHere(target.build.command, config.folder, { timeoutMs: BUILD_MS, signal });
  if (end.ok) return;
  throw new Refused(
    `The build failed: ${end.saw}. Nothing was planned.`,
    `Run it yourself and see: ${target.build.command}`,
  );
}

/** The newest source where it is newer than everything that was built from it; relative to the config's folder. */
export async function staleSource(context: VerbContext): Promise<string | undefined> {
  const { target, config, signal } = context;
  if (target.build === undefined) return undefined;
  const [source, output] = await Promise.all([
    newestBelow(config.folder, target.build.from, target.build.to, signal),
    newestBelow(config.folder, target.build.to, undefined, signal),
  ]);
  if (source === undefined) return undefined;
  return output === undefined || source.mtimeMs > output.mtimeMs ? source.path : undefined;
}

const NEVER_SOURCES = new Set(['node_modules', '.git']);

/** @param except a folder inside that is left out: the output may lie below the sources */
async function newestBelow(
  top: string,
  folder: string,
  except: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly mtimeMs: number } | undefined> {
  let newest: { path: string; mtimeMs: number } | undefined;
  const open = [folder];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    signal.throwIfAborted();
    for (const entry of await entriesOf(path.join(top, current))) {
      const below = path.posix.join(current, entry.name);
      if (entry.isDirectory()) {
        if (below !== except && !NEVER_SOURCES.has(entry.name)) open.push(below);
      } else if (entry.isFile()) {
        const { mtimeMs } = await stat(path.join(top, below));
        if (newest === undefined || mtimeMs > newest.mtimeMs) newest = { path: below, mtimeMs };
      }
    }
  }
  return newest;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
