import { readdirSync, readFileSync } from 'node:fs';

/** A process of this machine, as `/proc` shows it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its words, joined by spaces; empty for a zombie. */
  readonly command: string;
}

export function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
        // The name in parentheses may hold anything; state and parent follow its last parenthesis.
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return [{ pid: Number(name), parent, command }];
      } catch {
        return []; // It ended while the folder was read.
      }
    });
}

/** All that a process started and that still hangs on it, itself left out. */
export function descendants(pid: number): Process[] {
  const all = processes();
  const found: Process[] = [];
  const add = (parent: number): void => {
    for (const child of all.filter((process) => process.parent === parent)) {
      found.push(child);
      add(child.pid);
    }
  };
  add(pid);
  return found;
}

export function isAlive(pid: number): boolean {
  return processes().some((process) => process.pid === pid && process.command !== '');
}

/** Ends a process that the caller has started; one that is gone already is no error. */
export function end(pid: number, signal: NodeJS.Signals = 'SIGTERM'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Waits for what comes about by itself. The limit only keeps a failing test from hanging; nothing is measured by it. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it never came true that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
