import type { ProcessReport } from '../../core/plan/host-report.ts';
import type { ProcessSpec } from '../../core/plan/plan.ts';
import { runCommand } from '../run.ts';
import { ManagerFailure } from './manager.ts';
import type { ProcessManager } from './manager.ts';

type CommandSpec = Extract<ProcessSpec, { kind: 'command' }>;

const STATUS_MS = 20_000;
const RESTART_MS = 120_000;

/** Commands of the team's own: one that restarts, and maybe one whose status 0 says that the app is up. */
export class Command implements ProcessManager {
  constructor(
    readonly spec: CommandSpec,
    readonly root: string,
  ) {}

  async inspect(): Promise<ProcessReport> {
    const found = (status: string, pid: number): ProcessReport => ({
      state: 'found',
      instances: [{ id: this.spec.restart, status, pid, restarts: 0, uptimeMs: 0, mode: 'command', logs: [] }],
    });
    // Without a command that tells, the app counts as running; health alone can say otherwise.
    if (this.spec.status === undefined) return found('not told', UNKNOWN_PID);
    const result = await runCommand(this.spec.status, this.root, STATUS_MS);
    return result.status === 0
      ? found('up', UNKNOWN_PID)
      : found(`"${this.spec.status}" says ${String(result.status)}`, 0);
  }

  /** Nothing is known of a command but what it does. */
  prove(): Promise<void> {
    return Promise.resolve();
  }

  definition(): Promise<null> {
    return Promise.resolve(null);
  }

  async restart(): Promise<void> {
    const result = await runCommand(this.spec.restart, this.root, RESTART_MS);
    if (result.status === 0) return;
    const last = (result.stderr || result.stdout).trim().split('\n').slice(-3).join(' ');
    const how = result.timedOut ? `did not end in ${RESTART_MS / 1000} s` : `ended with ${String(result.status)}`;
    throw new ManagerFailure(`"${this.spec.restart}" ${how}: ${last}`);
  }

  restore(): Promise<void> {
    return this.restart();
  }

  /** No command that stops was given; one that restarts what was down is all there is. */
  stop(): Promise<void> {
    return this.restart();
  }
}

/** Runs, under a number that nobody told: `init`'s own is never an app's. */
export const UNKNOWN_PID = 1;
