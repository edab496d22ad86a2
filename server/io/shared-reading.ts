import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { readModuleFile } from './modules.ts';
import type { ReadModule } from './modules.ts';
import { Turn } from './turn.ts';

/** What the second thread is given: files, and how many of them have been taken by either side. */
export interface Share {
  readonly paths: readonly string[];
  readonly taken: Int32Array;
}

/** Fewer files than these are read before another thread has begun. */
const WORTH_A_THREAD = 200;

/** Where the build puts the program of the second thread; run from its sources there is none. */
declare const MODULE_READER: string | undefined;

/**
 * Reads many modules with a second thread's help: it takes files from the list's beginning, this one from its end, until they meet. What
 * the other thread cannot do, because it could not start or has died, is left undone: whoever asks for such a file reads it alone.
 *
 * @param paths absolute; those that need the slow parser come first
 * @returns what was read, by path
 */
export async function readTogether(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadModule>> {
  const done = new Map<string, ReadModule>();
  if (typeof MODULE_READER !== 'string' || paths.length < WORTH_A_THREAD || availableParallelism() < 2) return done;
  const taken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const share: Share = { paths, taken };
  const thread = new Worker(path.join(__dirname, 'reader.js'), { workerData: share });
  try {
    const theirs = partOf(thread);
    const turn = new Turn(signal);
    for (let own = paths.length - 1; Atomics.add(taken, 0, 1) < paths.length; own--) {
      if (turn.isOver) await turn.end();
      const file = paths[own] ?? '';
      const module = await readUnlessItFails(file);
      if (module !== undefined) done.set(file, module);
    }
    for (const [file, module] of await theirs) done.set(file, module);
    return done;
  } finally {
    await thread.terminate();
  }
}

/** What fails is left to whoever asks for it alone, and can say why. */
export async function readUnlessItFails(path: string): Promise<ReadModule | undefined> {
  try {
    return await readModuleFile(path);
  } catch {
    return undefined;
  }
}

/** What the other thread has read, all of it at its end; nothing if it does not come to that. */
function partOf(thread: Worker): Promise<readonly (readonly [string, ReadModule])[]> {
  return new Promise((resolve) => {
    thread.once('message', (done: readonly (readonly [string, ReadModule])[]) => resolve(done));
    thread.once('error', () => resolve([]));
    thread.once('exit', () => resolve([]));
  });
}
