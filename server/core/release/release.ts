/** How a release can end, and nothing else. `refused` and `nothingToDo` are said of a deploy that never became one. */
export type ReleaseOutcome = 'deployed' | 'rolledBack' | 'failedNeedsAttention';
export type DeployOutcome = ReleaseOutcome | 'refused' | 'nothingToDo';

/** The steps of a release in their order, as the journal and the progress name them. */
export const RELEASE_STEPS = [
  'prepare',
  'stage',
  'verify',
  'backup',
  'switch',
  'restart',
  'watch',
  'hold',
  'undo',
  'finish',
] as const;
export type ReleaseStep = (typeof RELEASE_STEPS)[number];

/**
 * One line of `<state>/releases/<id>/journal.jsonl`. The journal tells people and clients what happened; recovery decides by the hashes
 * on disk, never by the journal's last line.
 */
export type JournalEvent = { readonly seq: number; readonly at: string } & (
  | { readonly type: 'step'; readonly step: ReleaseStep; readonly detail: string }
  | { readonly type: 'switched'; readonly files: number; readonly windowMs: number }
  | {
      readonly type: 'probe';
      readonly name: string;
      readonly ok: boolean;
      readonly latencyMs: number;
      readonly saw: string;
    }
  | { readonly type: 'log'; readonly lines: readonly string[] }
  | { readonly type: 'problem'; readonly message: string; readonly remedy?: string }
  | { readonly type: 'ended'; readonly outcome: ReleaseOutcome; readonly detail: string }
);

export interface ReleaseSummary {
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** `running` while its runner lives, `interrupted` where it died without an end. */
  readonly outcome: ReleaseOutcome | 'running' | 'interrupted';
  readonly detail: string;
  readonly by: string;
  readonly commit?: string;
  readonly files: number;
  /** Of one that is `running` as far as anybody here can tell: the machine or container that it was begun on, which is not this one. */
  readonly elsewhere?: string;
  /** Whether it came as far as live files: one that did not stands in nobody's way, the next deploy ends it. */
  readonly touched: boolean;
  /** It ended with something that needs a person, and a person has taken its lock away since: it stands in nobody's way. */
  readonly unlocked?: boolean;
  /** The releases that a rollback undid. */
  readonly undoes?: readonly string[];
  /** Whether its backup is still there. */
  readonly kept: boolean;
}
