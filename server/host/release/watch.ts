import { closeSync, fstatSync, openSync, readSync, statSync } from 'fs';
import type { ProbeResult, ProcessInstance, ProcessReport } from '../../core/plan/host-report.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { UNKNOWN_PID } from './command.ts';
import type { Journal } from './journal.ts';
import { probe } from './probe.ts';

const ROUND_MS = 250;
const MAX_LOG_BYTES = 64 * 1024;
const LOG_LINES = 40;
/** An app that nobody probes is at least seen to stay up for this long. */
const UNWATCHED_MS = 2_000;

/** What an app writes when a file that it needs is not there: whatever the probes say, some request has failed or will. */
const MISSING_MODULE = /Cannot find (?:module|package)\b|ERR_MODULE_NOT_FOUND/;

export type Watched = { readonly healthy: true } | { readonly healthy: false; readonly why: string };

export interface WatchOptions {
  readonly plan: Plan;
  readonly journal: Journal;
  readonly logs: LogTail;
  readonly inspect: () => Promise<ProcessReport>;
  /** Why to stop, once somebody wants to. */
  readonly cancelled: () => string | undefined;
}

/**
 * Watches an app that was just restarted, on the monotonic clock: healthy once every probe held for `stableFor` without a break and the
 * process stayed the same; failed when its time is up, when it exits, when its log names a missing module, or when it keeps answering
 * wrongly for as long as health would have had to hold.
 */
export async function watch(options: WatchOptions): Promise<Watched> {
  const { plan, journal, logs } = options;
  const withinMs = plan.health?.withinMs ?? UNWATCHED_MS * 2;
  const stableForMs = plan.health?.stableForMs ?? UNWATCHED_MS;
  const first = running(await options.inspect());
  if (typeof first === 'string') return { healthy: false, why: first };

  const begin = now();
  let goodSince: number | undefined;
  const wrongSince = new Map<string, number>();
  let last: readonly ProbeResult[] = [];
  for (;;) {
    const round = now();
    const cancelled = options.cancelled();
    if (cancelled !== undefined) return { healthy: false, why: cancelled };
    last = await Promise.all((plan.health?.probes ?? []).map((spec) => probe(spec, plan.root.real)));
    for (const { name, ok, latencyMs, saw } of last) journal.say({ type: 'probe', name, ok, latencyMs, saw });

    const missing = logs.find(MISSING_MODULE);
    if (missing !== undefined) return { healthy: false, why: `the app's log says: ${missing}` };
    if (!first.every(isAlive)) return { healthy: false, why: await exited(options) };

    if (last.every((result) => result.ok)) goodSince ??= round;
    else goodSince = undefined;
    if (goodSince !== undefined && now() - goodSince >= stableForMs) {
      const again = running(await options.inspect());
      if (typeof again === 'string') return { healthy: false, why: again };
      return sameProcesses(first, again)
        ? { healthy: true }
        : { healthy: false, why: 'the app exited and was started again since the restart' };
    }
    for (const result of last) {
      if (result.ok || !result.answered) wrongSince.delete(result.name);
      else if (!wrongSince.has(result.name)) wrongSince.set(result.name, round);
      else if (now() - (wrongSince.get(result.name) ?? round) >= stableForMs) {
        return { healthy: false, why: `the probe "${result.name}" keeps seeing: ${result.saw}` };
      }
    }
    if (now() - begin >= withinMs) return { healthy: false, why: tooLate(last, withinMs) };
    await pause(Math.max(0, ROUND_MS - (now() - round)));
  }
}

async function exited(options: WatchOptions): Promise<string> {
  const report = running(await options.inspect());
  return typeof report === 'string' ? report : 'the app exited and was started again since the restart';
}

function tooLate(last: readonly ProbeResult[], withinMs: number): string {
  const bad = last.find((result) => !result.ok);
  const saw = bad === undefined ? 'health did not hold long enough' : `the probe "${bad.name}" saw: ${bad.saw}`;
  return `not healthy within ${withinMs / 1000} s; ${saw}`;
}

/** The instances that run, or why none can be counted on. */
function running(report: ProcessReport): readonly ProcessInstance[] | string {
  if (report.state === 'notConfigured') return [];
  if (report.state !== 'found') return report.detail;
  const down = report.instances.find((instance) => instance.pid <= 0);
  return down === undefined ? report.instances : `the process manager says that the app is "${down.status}"`;
}

function sameProcesses(first: readonly ProcessInstance[], again: readonly ProcessInstance[]): boolean {
  const known = new Map(first.map((instance) => [instance.id, instance]));
  return again.every((instance) => {
    const before = known.get(instance.id);
    return before !== undefined && before.pid === instance.pid && before.restarts === instance.restarts;
  });
}

function isAlive(instance: ProcessInstance): boolean {
  if (instance.pid === UNKNOWN_PID) return true;
  try {
    process.kill(instance.pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The app's logs from a moment on. */
export class LogTail {
  readonly #from = new Map<string, number>();

  constructor(files: readonly string[]) {
    for (const file of files) this.#from.set(file, sizeOf(file));
  }

  find(pattern: RegExp): string | undefined {
    return this.lines().find((line) => pattern.test(line));
  }

  /** The last lines written since, of each file. */
  lines(): string[] {
    return [...this.#from].flatMap(([file, from]) =>
      readFrom(file, from).split('\n').filter(Boolean).slice(-LOG_LINES),
    );
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0; // Not there yet: whatever it gets is new.
  }
}

function readFrom(file: string, from: number): string {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return ''; // A log that is gone says nothing.
  }
  try {
    const { size } = fstatSync(handle);
    const begin = Math.max(size < from ? 0 : from, size - MAX_LOG_BYTES); // A smaller one was rotated.
    const bytes = Buffer.alloc(Math.max(0, size - begin));
    const count = readSync(handle, bytes, 0, bytes.length, begin);
    return bytes.toString('utf8', 0, count);
  } finally {
    closeSync(handle);
  }
}

/** Milliseconds on the monotonic clock. */
export function now(): number {
  return Number(process.hrtime.bigint() / BigInt(1e6));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
