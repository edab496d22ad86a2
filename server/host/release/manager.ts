import type { ProcessReport } from '../../core/plan/host-report.ts';

/** What starts the app again. Each kind deserves to be read in its own way; none is believed to know health. */
export interface ProcessManager {
  /** Looks only: starts no daemon, writes nothing. */
  inspect(): Promise<ProcessReport>;
  /** Rejects with a sentence where what a release or its undo will need is not permitted. Changes nothing. */
  prove(): Promise<void>;
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

export class ManagerFailure extends Error {
  constructor(
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
  }
}

export function failedReport(error: unknown): ProcessReport {
  const remedy = error instanceof ManagerFailure ? error.remedy : undefined;
  const detail = error instanceof Error ? error.message : String(error);
  return { state: 'failed', detail, ...(remedy !== undefined && { remedy }) };
}
