import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  writeSync,
} from 'fs';
import { hostname } from 'os';
import * as path from 'path';
import type { Plan } from '../../core/plan/plan.ts';
import { HostFailure } from '../handlers.ts';
import { hasCode } from '../names.ts';
import { exists, readIfThere, removeIfThere, syncFolder } from './durable.ts';
import { openOurs } from './ours.ts';

/** Who holds a root, so that a second deploy can say it and a dead holder can be told from a living one. */
export interface LockHolder extends LockProcess {
  readonly release: string;
  readonly does: 'deploy' | 'rollback';
  readonly by: string;
  readonly since: string;
  /** The other process that would finish the release if this one died. */
  readonly guardian: LockProcess | null;
  readonly boot: string | null;
  /** A pid means something only in its own namespace: two containers may share a root. */
  readonly namespace: string | null;
  readonly machine: string;
  /** What people call that machine, or the container there. */
  readonly host?: string;
}

/** The host program that prepares, then the runner. */
export interface LockProcess {
  readonly pid: number;
  /** The process's start in clock ticks since boot: a pid alone may be somebody else's by now. `null` where `/proc` is not there. */
  readonly started: string | null;
}

export type HolderLife = 'alive' | 'dead' | 'unknown';

/** One size for every lock, so that handing it over can never need another block of the disk. */
const LOCK_BYTES = 1024;
const ATTEMPTS = 5;
let files = 0;

/**
 * Takes the root for one release. Throws a `HostFailure` that says who holds it.
 *
 * @param settled whether a dead holder's release needs nothing more, so that its lock may be taken over
 */
export function takeLock(plan: Plan, settled: (holder: LockHolder) => boolean): void {
  const mine = describe(plan, process.pid, null);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (createWhole(lockFile(plan.state), mine)) break;
    const other = readLock(plan.state);
    if (other === undefined) continue;
    const life = lifeOf(other);
    if (life !== 'dead' || !settled(other)) throw held(other, life);
    if (seizeLock(plan.state, other, mine)) break;
  }
  const now = readLock(plan.state);
  if (now === undefined || !sameHolder(now, mine)) {
    throw new HostFailure('locked', 'Another deploy took the root just now.', 'Wait for it: driftline releases');
  }
  sweep(plan.state);
}

/** Who was killed while it made a lock has left what it made, under its own number. */
function sweep(state: string): void {
  for (const name of readdirSync(state)) {
    const pid = /^lock\.(\d+)\.\d+$/.exec(name)?.[1];
    if (pid !== undefined && !lives({ pid: Number(pid), started: null })) removeIfThere(path.join(state, name));
  }
}

export function held(other: LockHolder, life: HolderLife): HostFailure {
  const doing = other.does === 'rollback' ? 'rollback' : 'deploy';
  const who = `${other.by} since ${other.since} (release ${other.release})`;
  if (life === 'dead') return interrupted(other.release, other.by);
  return life === 'alive'
    ? new HostFailure('locked', `Another ${doing} is running: ${who}.`, 'Wait for it: driftline releases')
    : new HostFailure(
        'locked',
        `A ${doing} holds this root: ${who}, on ${placeOf(other)}; whether it still runs can't be told from here.`,
        `Ask ${other.by}. If it is gone, recover where it ran, or have the lock taken away: driftline unlock ${other.release} --holder ${other.by} --reason "…"`,
      );
}

/** Where a holder runs, as people call it. */
export function placeOf({ host, machine: on }: LockHolder): string {
  return typeof host === 'string' ? host : on;
}

export function interrupted(release: string, by: string): HostFailure {
  return new HostFailure(
    'interrupted',
    `Release ${release} of ${by} was cut off in its middle, and nobody finished it.`,
    'Finish or undo it first: driftline recover',
  );
}

/** Hands the lock over within one release: from the session that prepared it to the runner, and from one runner to the other. */
export function passLock(plan: Plan, pid: number, guardian: number | null): void {
  const file = lockFile(plan.state);
  const holder = describe(plan, pid, guardian);
  try {
    replaceWhole(file, holder);
  } catch (error) {
    if (!hasCode(error, 'ENOSPC', 'EDQUOT')) throw error;
    // In its own block: a full disk must not keep a release from being finished or undone.
    writeInto(openSync(file, 'r+'), holder);
  }
}

/**
 * Takes the lock of a dead holder over. Two may find the same one: the one that makes the claim first goes on.
 *
 * @returns false where it is not that holder's any more, or somebody else is taking it over
 */
export function seizeLock(state: string, from: LockHolder, to: LockHolder): boolean {
  const claim = `${lockFile(state)}.claim`;
  if (!createWhole(claim, to)) {
    const other = parseHolder(readIfThere(claim));
    // Whoever died while it claimed has left the lock as it was.
    if (other === undefined || lifeOf(other) !== 'dead') return false;
    removeIfThere(claim);
    return false;
  }
  try {
    const now = readLock(state);
    if (now === undefined || !sameHolder(now, from)) return false;
    replaceWhole(lockFile(state), to);
    return true;
  } finally {
    removeIfThere(claim);
  }
}

export function releaseLock(state: string, release: string): void {
  if (readLock(state)?.release === release) removeIfThere(lockFile(state));
}

/** Throws a `HostFailure` where a lock is there that says nothing. */
export function readLock(state: string): LockHolder | undefined {
  const file = lockFile(state);
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  const holder = parseHolder(text);
  if (holder !== undefined) return holder;
  throw new HostFailure(
    'locked',
    `The lock ${file} is there, but cannot be read as one: who holds this root is not known.`,
    `If nobody deploys to it now, remove that file and run: driftline recover`,
  );
}

function parseHolder(text: string | undefined): LockHolder | undefined {
  let value: Partial<LockHolder> | null;
  try {
    value = JSON.parse(text ?? '') as Partial<LockHolder> | null; // Written by this program; whole and ours, or see below.
  } catch {
    return undefined;
  }
  if (value === null) return undefined;
  const { release, by, since, pid, machine: on } = value;
  const known = [release, by, since, on].every((each) => typeof each === 'string') && typeof pid === 'number';
  return known ? (value as LockHolder) : undefined; // Its other fields may be missing, and are read as unknown.
}

/** Dead only where that is certain: another boot of this machine, or no such process here, or another one under its number. */
export function lifeOf(holder: LockHolder): HolderLife {
  if (holder.machine !== machine()) return 'unknown';
  const boot = bootId();
  if (boot !== null && typeof holder.boot === 'string' && boot !== holder.boot) return 'dead';
  const here = namespace();
  if (here !== null && typeof holder.namespace === 'string' && here !== holder.namespace) return 'unknown';
  return lives(holder) || (holder.guardian && lives(holder.guardian)) ? 'alive' : 'dead';
}

function lives({ pid, started }: LockProcess): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
  }
  const now = startOf(pid);
  return now === null || typeof started !== 'string' || now === started;
}

/** When a process began, in clock ticks since boot (field 22 of `/proc/<pid>/stat`, proc(5)); a zombie has ended. */
export function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
  } catch {
    return null; // No /proc here, or the process has just gone.
  }
}

/** This process, or another one, as the holder of a plan's root. */
export function describe(plan: Plan, pid: number, guardian: number | null): LockHolder {
  return {
    release: plan.id,
    does: plan.reason.kind,
    by: `${plan.by.user}@${plan.by.machine}`,
    since: new Date().toISOString(),
    pid,
    started: startOf(pid),
    guardian: guardian === null ? null : { pid: guardian, started: startOf(guardian) },
    boot: bootId(),
    namespace: namespace(),
    machine: machine(),
    host: hostname(),
  };
}

function sameHolder(a: LockHolder, b: LockHolder): boolean {
  return a.release === b.release && a.pid === b.pid && a.started === b.started && a.since === b.since;
}

function bootId(): string | null {
  return readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function namespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null; // A system without namespaces, or without /proc.
  }
}

function machine(): string {
  return readIfThere('/etc/machine-id')?.trim() ?? hostname();
}

export function lockFile(state: string): string {
  return path.join(state, 'lock');
}

/** Makes a file that is whole from its first moment, where there is none yet: it gets its name when it has its contents. */
function createWhole(file: string, holder: LockHolder): boolean {
  return withWhole(file, holder, (fresh) => {
    try {
      linkSync(fresh, file);
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
  });
}

function replaceWhole(file: string, holder: LockHolder): void {
  withWhole(file, holder, (fresh) => renameSync(fresh, file));
}

function withWhole<T>(file: string, holder: LockHolder, place: (fresh: string) => T): T {
  const fresh = `${file}.${process.pid}.${++files}`;
  try {
    writeInto(openOurs(fresh, 'w'), holder);
    return place(fresh);
  } finally {
    if (exists(fresh)) removeIfThere(fresh);
    syncFolder(path.dirname(file));
  }
}

function writeInto(handle: number, holder: LockHolder): void {
  try {
    const text = Buffer.from(JSON.stringify(holder));
    const room = Buffer.alloc(Math.max(0, LOCK_BYTES - text.length), ' ');
    writeSync(handle, Buffer.concat([text, room]), 0, undefined, 0);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
