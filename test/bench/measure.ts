import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One comparison: what we take, what the other takes, in milliseconds. */
export interface Measured {
  readonly what: string;
  readonly ours: { readonly name: string; readonly ms: number };
  readonly other: { readonly name: string; readonly ms: number };
}

/** The middle of several rounds, after one that warms caches up. */
export async function median(rounds: number, once: () => Promise<number>): Promise<number> {
  await once();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await once());
  return percentile(times, 0.5);
}

/** The time that this share of them does not exceed. */
export function percentile(times: readonly number[], share: number): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Runs a program to its end and gives what it printed. Rejects where it ends otherwise than it should. */
export async function program(
  name: string,
  words: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { stdout } = await run(name, words, { ...options, encoding: 'utf8', maxBuffer: 1 << 28 });
  return stdout;
}

/** A row a comparison: how many times as long the other takes. */
export function table(results: readonly Measured[]): string {
  const rows = results.map(({ what, ours, other }) => [
    what,
    `${ours.name} ${duration(ours.ms)}`,
    `${other.name} ${duration(other.ms)}`,
    `${(other.ms / ours.ms).toFixed(2)} x`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')).join('\n');
}

function duration(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}
