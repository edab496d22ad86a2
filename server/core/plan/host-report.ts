/** What a host says about itself and its process manager: facts that guards judge. */
export interface CommandResult {
  /** `null` when it was ended by a signal or by its time limit. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface ProbeResult {
  readonly name: string;
  readonly ok: boolean;
  readonly latencyMs: number;
  /** What was seen, one clause: "200 ok", "500 Cannot find module …", "connection refused", "no answer in 5 s". */
  readonly saw: string;
  /** Whether the app itself said it: not while it is not up yet, nor where it says by 503 that it is not ready. */
  readonly answered: boolean;
}

/** A folder that nothing can be renamed into; `why` is what is said of it, a clause. */
export interface UnfitPlace {
  readonly folder: string;
  readonly problem: 'notWritable' | 'otherMount';
  readonly why: string;
}

/** A native addon that a Node cannot load; `why` is a clause. */
export interface UnfitAddon {
  readonly file: string;
  readonly why: string;
}

export interface HostReport {
  readonly root: {
    readonly state: 'ok' | 'absent' | 'notFolder' | 'unreadable';
    readonly real?: string;
    readonly writable?: boolean;
    readonly owner?: string;
  };
  readonly stateFolder: {
    readonly path: string;
    readonly exists: boolean;
    readonly usable: boolean;
    readonly why?: string;
    readonly remedy?: string;
  };
  /** Of the folders that were asked about: those that a release could not write its files into. */
  readonly unfit: readonly UnfitPlace[];
  /** The Node of the next start; `differs` where it is not the one running the host program. */
  readonly nextNode:
    | { readonly path: string; readonly version: string; readonly args: readonly string[]; readonly differs: boolean }
    | { readonly unknown: string };
  readonly process: ProcessReport;
  readonly disk: { readonly freeBytes: number; readonly freeInodes: number };
  readonly clockMs: number;
}

/** What the process manager knows, reduced to listed fields: environments never leave the host. */
export type ProcessReport =
  | { readonly state: 'notConfigured' }
  | { readonly state: 'noDaemon'; readonly detail: string; readonly remedy?: string }
  | { readonly state: 'otherUser'; readonly detail: string; readonly remedy?: string }
  | { readonly state: 'notFound'; readonly detail: string; readonly others: readonly string[] }
  | { readonly state: 'ambiguous'; readonly detail: string }
  | { readonly state: 'otherRoot'; readonly detail: string }
  | { readonly state: 'failed'; readonly detail: string; readonly remedy?: string }
  | { readonly state: 'found'; readonly instances: readonly ProcessInstance[] };

export interface ProcessInstance {
  readonly id: string;
  readonly status: string;
  readonly pid: number;
  readonly restarts: number;
  readonly uptimeMs: number;
  readonly mode: string;
  readonly script?: string;
  readonly cwd?: string;
  readonly logs: readonly string[];
}
