import type { Pm2 } from '../support/pm2.ts';
import type { Scene } from './scene.ts';

const ROUND_MS = 40;

/** How requests from outside fared while something else went on. */
export interface Seen {
  /** Statuses in their order, repetitions left out; 0 where nobody answered. */
  readonly statuses: readonly number[];
  /** From the first answer that was wrong to the first good one after the last wrong one; 0 where all were good. Milliseconds. */
  readonly wrongMs: number;
  /** What PM2 called the app while requests were answered with an error. */
  readonly calledWhileWrong: ReadonlySet<string>;
}

/** Asks `/calls` again and again until told to stop. */
export function watchRequests(scene: Scene): { stop(): Promise<Seen> } {
  const statuses: number[] = [];
  const calledWhileWrong = new Set<string>();
  let firstWrong: number | undefined;
  let goodAgain: number | undefined;
  const stopping = new AbortController();
  let asking: Promise<void> | undefined;
  const round = async (): Promise<void> => {
    const { status } = await scene.get('/calls');
    if (status !== statuses.at(-1)) statuses.push(status);
    if (status === 200) {
      if (firstWrong !== undefined) goodAgain ??= performance.now();
    } else {
      firstWrong ??= performance.now();
      goodAgain = undefined;
    }
    if (status >= 500) asking ??= ask(scene.pm2, calledWhileWrong).finally(() => (asking = undefined));
  };
  const going = (async () => {
    while (!stopping.signal.aborted) {
      await round();
      await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await going;
      await asking;
      const wrongMs = firstWrong === undefined ? 0 : (goodAgain ?? performance.now()) - firstWrong;
      return { statuses, wrongMs, calledWhileWrong };
    },
  };
}

async function ask(pm2: Pm2, into: Set<string>): Promise<void> {
  for (const { status } of await pm2.list()) into.add(status);
}
