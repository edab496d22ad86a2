import { accessSync, closeSync, constants, fstatSync, openSync, readSync, statSync } from 'fs';
import type { ProbeResult, ProcessInstance, ProcessReport } from '../../core/plan/host-report.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { count } from '../../core/words.ts';
import { hasCode } from '../names.ts';
import { UNKNOWN_PID } from './command.ts';
import type { Journal } from './journal.ts';
import { isBelow, listenersOf } from './listeners.ts';
import { missingModule } from './missing.ts';
import { probe } from './probe.ts';

const ROUND_MS = 250;
const MAX_LOG_BYTES = 64 * 1024;
/** An app that has served for long says at its start what stands far up in its log by now. */
const MAX_EARLIER_BYTES = 16 * 1024 * 1024;
const LOG_LINES = 40;
/** An app that nobody probes is at least seen to stay up for this long. */
const UNWATCHED_MS = 2_000;

export type Watched = { readonly healthy: true } | { readonly healthy: false; readonly why: string };

export interface WatchOptions {
  readonly plan: Plan;
  readonly journal: Pick<Journal, 'say'>;
  readonly logs: LogTail;
  /** Who ran, and who listened where, before the restart. */
  readonly before: Before;
  readonly inspect: () => Promise<ProcessReport>;
  /** Whether the app's log may say that this module is missing: any other one that it names has failed some request, or will. */
  readonly mayLack: (module: string) => boolean;
  /** Why to stop, once somebody wants to. */
  readonly cancelled: () => string | undefined;
}

export interface Before {
  readonly pids: readonly number[];
  /** The probes' ports on which the app itself listened. */
  readonly ports: readonly number[];
  /** How often the manager had started each instance again, by its id. */
  readonly restarts: ReadonlyMap<string, number>;
}

export const NOBODY_BEFORE: Before = { pids: [], ports: [], restarts: new Map() };

/** What the watch has to know of the time before a restart. */
export function lookBefore(plan: Plan, report: ProcessReport): Before {
  const all = report.state === 'found' ? report.instances : [];
  const up = all.filter((one) => one.pid > 0 && one.pid !== UNKNOWN_PID);
  return {
    pids: up.map((instance) => instance.pid),
    ports: portsOf(plan).filter((port) => isTheirs(listenersOf(port), up)),
    restarts: new Map(all.map(({ id, restarts }) => [id, restarts])),
  };
}

/** Whether an app has a socket: itself, by what it has started, or, in a cluster, by its daemon, which hands out its connections. */
function isTheirs(listeners: ReadonlySet<number>, instances: readonly ProcessInstance[]): boolean {
  const pids = instances.map((instance) => instance.pid);
  const workers = instances.filter((instance) => instance.mode === 'cluster');
  return [...listeners].some((pid) => isBelow(pid, pids) || workers.some((worker) => isBelow(worker.pid, [pid])));
}

/** Ports of this machine that the probes ask. */
function portsOf({ health }: Plan): number[] {
  const urls = (health?.probes ?? []).flatMap((spec) => (spec.kind === 'http' ? [new URL(spec.url)] : []));
  return urls
    .filter(({ hostname }) => /^(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0)$/.test(hostname))
    .map(({ port, protocol }) => Number(port) || (protocol === 'https:' ? 443 : 80));
}

/**
 * Watches an app that was just restarted, on the monotonic clock: healthy once every probe held for `stableFor` without a break and the
 * process stayed the same; failed when its time is up, when it exits, when it is started again and again, when its log names a module that
 * it lacks, or when it keeps answering wrongly for as long as health would have had to hold. An answer counts only where it came from the
 * process that was started.
 */
export async function watch(options: WatchOptions): Promise<Watched> {
  const { plan, journal, logs, before } = options;
  const withinMs = plan.health?.withinMs ?? UNWATCHED_MS * 2;
  const stableForMs = plan.health?.stableForMs ?? UNWATCHED_MS;
  const begin = now();
  let first: readonly ProcessInstance[] | undefined;
  const starts = new Starts(before);
  let goodSince: number | undefined;
  const wrongSince = new Map<string, number>();
  for (;;) {
    const round = now();
    const cancelled = options.cancelled();
    if (cancelled !== undefined) return { healthy: false, why: cancelled };
    if (first === undefined) {
      const report = await options.inspect();
      const up = running(report);
      if (typeof up === 'string') return { healthy: false, why: up };
      const loop = starts.loopIn(report);
      if (up === undefined && loop !== undefined) return { healthy: false, why: loop };
      const old = up?.find((instance) => before.pids.includes(instance.pid));
      if (old !== undefined) {
        return { healthy: false, why: `process ${old.pid} was not restarted: it still runs what it ran before` };
      }
      first = up;
    }
    // Health holds from when it was asked for: looking at the process manager has taken its time too.
    const probed = now();
    const last = await Promise.all((plan.health?.probes ?? []).map((spec) => probe(spec, plan.root.real)));
    for (const { name, ok, latencyMs, saw } of last) journal.say({ type: 'probe', name, ok, latencyMs, saw });

    const missing = missingModule(logs.all(), options.mayLack);
    if (missing !== undefined) return { healthy: false, why: `the app's log says: ${missing}` };
    if (first?.every(isAlive) === false) return { healthy: false, why: await exited(options) };

    const good = first !== undefined && last.every((result) => result.ok);
    const stranger = good ? strangerAt(first ?? [], before) : undefined;
    if (good && stranger === undefined) goodSince ??= probed;
    else goodSince = undefined;
    if (goodSince !== undefined && now() - goodSince >= stableForMs) {
      const again = running(await options.inspect());
      if (typeof again === 'string') return { healthy: false, why: again };
      return again !== undefined && sameProcesses(first ?? [], again)
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
    if (now() - begin >= withinMs) {
      return { healthy: false, why: tooLate(last, stranger, first === undefined, withinMs) };
    }
    await pause(Math.max(0, ROUND_MS - (now() - round)));
  }
}

/** Who answers at a port where the app itself listened before, and is not the app: an old process that did not end, or another program. */
function strangerAt(instances: readonly ProcessInstance[], before: Before): string | undefined {
  for (const port of before.ports) {
    const owners = listenersOf(port);
    if (owners.size > 0 && !isTheirs(owners, instances)) {
      return `port ${port} is answered by process ${[...owners].join(', ')}, which is not what was started`;
    }
  }
  return undefined;
}

async function exited(options: WatchOptions): Promise<string> {
  const report = running(await options.inspect());
  return typeof report === 'string' ? report : 'the app exited and was started again since the restart';
}

function tooLate(
  last: readonly ProbeResult[],
  stranger: string | undefined,
  starting: boolean,
  withinMs: number,
): string {
  const bad = last.find((result) => !result.ok);
  const saw =
    bad !== undefined
      ? `the probe "${bad.name}" saw: ${bad.saw}`
      : (stranger ?? (starting ? 'the process manager still starts it' : 'health did not hold long enough'));
  return `not healthy within ${withinMs / 1000} s; ${saw}`;
}

/** What a process manager calls an app that it has begun to start. */
const STARTING = /^(launching|activating \((?!auto-restart)|reloading)/;

/** The instances that run; `undefined` while one is being started; or why none can be counted on. */
function running(report: ProcessReport): readonly ProcessInstance[] | undefined | string {
  if (report.state === 'notConfigured') return [];
  if (report.state !== 'found') return report.detail;
  const down = report.instances.filter((instance) => instance.pid <= 0);
  const [first] = down.filter((instance) => !STARTING.test(instance.status));
  if (first !== undefined) return `the process manager says that the app is "${first.status}"`;
  return down.length === 0 ? report.instances : undefined;
}

/** How often an app was started since the restart that was ours. */
class Starts {
  /** What the manager counted once it had done what was ordered, by instance. */
  readonly #ordered = new Map<string, number>();

  constructor(readonly before: Before) {}

  /** That an app which is not up yet has exited more than once: exiting once may be its way to begin. */
  loopIn(report: ProcessReport): string | undefined {
    if (report.state !== 'found') return undefined;
    for (const { id, restarts } of report.instances) {
      // By the first look it may have exited already; and systemd begins to count anew with an order.
      const ordered = this.#ordered.get(id) ?? Math.min(restarts, (this.before.restarts.get(id) ?? Infinity) + 1);
      this.#ordered.set(id, ordered);
      if (restarts - ordered > 1)
        return `the app exits while it starts, and was started again ${count(restarts - ordered, 'time')}`;
    }
    return undefined;
  }
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
  readonly #from = new Map<string, Mark>();

  constructor(files: readonly string[]) {
    for (const file of files) this.#from.set(file, markOf(file));
  }

  /** Files that this user cannot read: what the app says there is not seen. */
  unread(): string[] {
    return [...this.#from.keys()].filter(isClosed);
  }

  /** What `pick` finds in the lines before that moment, as far back as is worth reading. */
  picked(pick: (line: string) => string | undefined): Set<string> {
    const found = new Set<string>();
    for (const [file, from] of this.#from) {
      for (const line of linesBefore(file, from)) {
        const one = pick(line);
        if (one !== undefined) found.add(one);
      }
    }
    return found;
  }

  /** Every new line. */
  all(): string[] {
    return [...this.#from].flatMap(([file, from]) => linesFrom(file, from));
  }

  /** The last lines written since, of each file. */
  lines(): string[] {
    return [...this.#from].flatMap(([file, from]) => linesFrom(file, from).slice(-LOG_LINES));
  }
}

function isClosed(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return false;
  } catch (error) {
    return hasCode(error, 'EACCES', 'EPERM');
  }
}

/** Where a log ended. One with another inode was rotated, and is new from its beginning. */
interface Mark {
  readonly size: number;
  readonly inode: number;
}

function markOf(file: string): Mark {
  try {
    const { size, ino } = statSync(file);
    return { size, inode: ino };
  } catch {
    return { size: 0, inode: 0 }; // Not there yet: whatever it gets is new.
  }
}

function linesFrom(file: string, from: Mark): string[] {
  // A smaller one was rotated too.
  return linesOf(file, ({ size, inode }) => {
    const begin = size < from.size || inode !== from.inode ? 0 : from.size;
    return [Math.max(begin, size - MAX_LOG_BYTES), size];
  });
}

function linesBefore(file: string, mark: Mark): string[] {
  return linesOf(file, ({ inode }) =>
    inode === mark.inode ? [Math.max(0, mark.size - MAX_EARLIER_BYTES), mark.size] : [0, 0],
  );
}

function linesOf(file: string, between: (now: Mark) => readonly [begin: number, end: number]): string[] {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return []; // A log that is gone says nothing.
  }
  try {
    const { size, ino } = fstatSync(handle);
    const [begin, end] = between({ size, inode: ino });
    const bytes = Buffer.alloc(Math.max(0, end - begin));
    const count = readSync(handle, bytes, 0, bytes.length, begin);
    return bytes.toString('utf8', 0, count).split('\n').filter(Boolean);
  } catch {
    return []; // A folder or a device in a log's place.
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
