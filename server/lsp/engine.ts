import type { AuditResult, CheckResult, DeployResult, PlanResult, PullResult, ReleasesResult } from '../app/results.ts';
import type { Config, ConfigProblem } from '../config/config.ts';
import type { Reach } from '../core/link/finding.ts';
import type { Fact, Need } from '../core/tree/tree.ts';
import type { ProductionContent, Proposal } from '../protocol.ts';
import type { GraphSeed } from './graph.ts';

/**
 * What the main thread asks of the worker, in which everything that takes time runs. A target is named by its configuration's file and
 * its own name; the worker keeps connections, the main thread keeps what it shows.
 */
export interface TargetName {
  readonly config: string;
  readonly target: string;
}

/** What the main thread shows and resolves with, from the last look at production. */
export interface LookResult {
  /** Without what is the same on both sides: the seed has that. */
  readonly audit: AuditResult;
  readonly check: CheckResult;
  /** From which the main thread makes its own trees. */
  readonly seed: GraphSeed;
  readonly address: string;
}

/** A plan as the client shows it, beside the plan itself. */
export interface PlannedResult extends PlanResult {
  readonly address: string;
}

interface EngineRequests {
  /** Finds and reads every configuration in and around these folders (absolute paths). */
  configs: {
    params: { readonly folders: readonly string[] };
    result: { readonly configs: readonly Config[]; readonly problems: readonly ConfigProblem[] };
  };
  /** Whether the person has agreed, on this machine, to connect to this target with this configuration. Asks nobody. */
  consented: { params: TargetName; result: boolean };
  /** Asks for that consent, unless what the person did just now is one (`given`); remembers a yes. */
  consent: { params: TargetName & { readonly given: boolean }; result: boolean };
  /** The workspace as it is against what production said last, in this session or an earlier one. `null`: never. Connects nowhere. */
  recall: { params: TargetName; result: LookResult | null };
  look: { params: TargetName; result: LookResult };
  /** Answers about the disk here, or about the host's. */
  facts: {
    params: TargetName & { readonly tree: 'local' | 'production'; readonly needs: readonly Need[] };
    result: readonly Fact[];
  };
  reach: { params: TargetName & { readonly local: string }; result: Reach | null };
  pull: {
    params: TargetName & { readonly paths: readonly string[] | 'missing'; readonly preview: boolean };
    result: PullResult;
  };
  plan: { params: TargetName & { readonly deletes: readonly string[] }; result: PlannedResult };
  deploy: { params: TargetName & { readonly plan: string }; result: DeployResult };
  rollback: { params: TargetName & { readonly release?: string }; result: DeployResult };
  releases: { params: TargetName; result: ReleasesResult };
  content: { params: TargetName & { readonly path: string }; result: ProductionContent };
  propose: { params: { readonly folder: string }; result: Proposal };
  init: {
    params: {
      readonly folder: string;
      readonly host: string;
      readonly root: string;
      readonly map: Readonly<Record<string, string>>;
      readonly pm2?: string;
      readonly healthUrl?: string;
    };
    result: { readonly file: string };
  };
}

export type EngineVerb = keyof EngineRequests;
export type EngineParams<V extends EngineVerb> = EngineRequests[V]['params'];
export type EngineResult<V extends EngineVerb> = EngineRequests[V]['result'];

/** The name of the worker's one notification: what the running verb does now. */
export const PROGRESS = 'progress';

export interface ProgressNote {
  readonly message: string;
  readonly fraction?: number;
}
