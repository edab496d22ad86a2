import { closeSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'fs';
import { hostname } from 'os';
import * as path from 'path';
import type { Plan } from '../../core/plan/plan.ts';
import { HostFailure } from '../handlers.ts';
import { hasCode } from '../names.ts';
import { readIfThere } from './durable.ts';

/** Who holds a root, so that a second deploy can say it and a dead holder can be told from a living one. */
export interface LockHolder {
  readonly release: string;
  readonly by: string;
  readonly since: string;
  /** The host program that prepares, then the runner. */
  readonly pid: number;
  /** The process's start in clock ticks since boot: a pid alone may be somebody else's by now. `null` where `/proc` is not there. */
  readonly started: string | null;
  readonly boot: string | null;
  readonly machine: string;
}

export type HolderLife = 'alive' | 'dead' | 'unknown';

/**
 * Takes the root for one release, by exclusive creation. Throws a `HostFailure` that says who holds it.
 *
 * @param settled whether a dead holder's release needs nothing more, so that its lock may be taken over
 */
export function takeLock(plan: Plan, settled: (holder: LockHolder) => boolean): void {
  const holder = describe(plan, process.pid);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeExclusively(lockFile(plan.state), holder);
      return;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const other = readLock(plan.state);
    if (other === undefined) continue;
    const life = lifeOf(other);
    if (life === 'dead' && settled(other)) {
      breakLock(plan.state, other);
      continue;
    }
    throw held(other, life);
  }
  throw new HostFailure('locked', 'Another deploy took the root just now.', 'Wait for it: driftline releases');
}

function held(other: LockHolder, life: HolderLife): HostFailure {
  const who = `${other.by} since ${other.since} (release ${other.release})`;
  if (life === 'dead') {
    return new HostFailure(
      'interrupted',
      `Release ${other.release} of ${other.by} was cut off in its middle, and nobody finished it.`,
      'Finish or undo it first: driftline recover',
    );
  }
  return life === 'alive'
    ? new HostFailure('locked', `Another deploy is running: ${who}.`, 'Wait for it: driftline releases')
    : new HostFailure(
        'locked',
        `A deploy holds this root: ${who}, on ${other.machine}; whether it still runs can't be told from here.`,
        `Ask ${other.by}; if it is gone, remove the file "lock" in the state folder.`,
      );
}

/** Hands the lock over to another process of the same release: the runner, when it starts. */
export function passLock(plan: Plan, pid: number): void {
  const fresh = `${lockFile(plan.state)}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify(describe(plan, pid)), { mode: 0o600 });
  renameSync(fresh, lockFile(plan.state));
}

export function releaseLock(state: string, release: string): void {
  if (readLock(state)?.release === release) unlinkSync(lockFile(state));
}

export function readLock(state: string): LockHolder | undefined {
  const text = readIfThere(lockFile(state));
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text) as LockHolder; // Written by this program, in a folder that only it writes.
  } catch {
    throw new HostFailure(
      'locked',
      `The lock of ${state} cannot be read.`,
      'See what it says, and remove it if no deploy is running.',
    );
  }
}

/** Dead only where that is certain: another boot of this machine, no such process here, or another process under its number. */
export function lifeOf(holder: LockHolder): HolderLife {
  if (holder.machine !== machine()) return 'unknown';
  const boot = bootId();
  if (boot !== null && holder.boot !== null && boot !== holder.boot) return 'dead';
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return hasCode(error, 'ESRCH') ? 'dead' : 'alive';
  }
  const started = startOf(holder.pid);
  return started !== null && holder.started !== null && started !== holder.started ? 'dead' : 'alive';
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

function describe(plan: Plan, pid: number): LockHolder {
  return {
    release: plan.id,
    by: `${plan.by.user}@${plan.by.machine}`,
    since: new Date().toISOString(),
    pid,
    started: startOf(pid),
    boot: bootId(),
    machine: machine(),
  };
}

function bootId(): string | null {
  return readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function machine(): string {
  return readIfThere('/etc/machine-id')?.trim() ?? hostname();
}

function lockFile(state: string): string {
  return path.join(state, 'lock');
}

function writeExclusively(file: string, holder: LockHolder): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(handle, JSON.stringify(holder));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Two may find the same dead holder: whoever renames its lock away first goes on, the other finds another lock or none. */
function breakLock(state: string, holder: LockHolder): void {
  const aside = `${lockFile(state)}.dead.${process.pid}`;
  try {
    renameSync(lockFile(state), aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const moved = JSON.parse(readFileSync(aside, 'utf8')) as LockHolder; // As in readLock.
  if (moved.release !== holder.release || moved.pid !== holder.pid) renameSync(aside, lockFile(state));
  else unlinkSync(aside);
}
