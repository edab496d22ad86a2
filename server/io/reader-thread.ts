import { parentPort, workerData } from 'node:worker_threads';
import type { ReadModule } from './modules.ts';
import { readUnlessItFails } from './shared-reading.ts';
import type { Share } from './shared-reading.ts';

/** The second thread of `shared-reading.ts`: reads from the beginning of the list until both have met. */
async function readShare({ paths, taken }: Share): Promise<void> {
  const done: [string, ReadModule][] = [];
  for (let own = 0; Atomics.add(taken, 0, 1) < paths.length; own++) {
    const file = paths[own] ?? '';
    const module = await readUnlessItFails(file);
    if (module !== undefined) done.push([file, module]);
  }
  parentPort?.postMessage(done);
}

const share: unknown = workerData;
if (isShare(share)) void readShare(share);

function isShare(value: unknown): value is Share {
  if (typeof value !== 'object' || value === null) return false;
  const { paths, taken }: { readonly [K in keyof Share]?: unknown } = value;
  return Array.isArray(paths) && taken instanceof Int32Array;
}
