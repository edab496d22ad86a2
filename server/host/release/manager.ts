import type { ProcessReport } from '../../core/plan/host-report.ts';

/** What starts the app again. Each kind deserves to be read in its own way; none is believed to know health. */
export interface ProcessManager {
  /** Looks only: starts no daemon, writes nothing. */
  inspect(): Promise<ProcessReport>;
  /** What is needed to start the app again even if the manager forgets it, to be kept beside the release; `null` where nothing is. */
  definition(): Promise<string | null>;
  /** Makes the app run what is on the disk now. Rejects with a sentence. */
  restart(): Promise<void>;
  /**
   * As `restart`, for an undo: starts the app from its kept definition where the manager does not know it any more.
   *
   * @param definition the file that `definition` was kept in, `undefined` where there is none
   */
  restore(definition: string | undefined): Promise<void>;
  /** Ends the app, for an undo of one that was down before. */
  stop(): Promise<void>;
}

export class ManagerFailure extends Error {}
