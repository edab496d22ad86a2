/**
 * What client and server say to each other beyond the language server protocol: names, parameters and results, as plain JSON. Imports
 * nothing, so that both sides can rest on it. The server decides and words everything; the client draws it.
 */

/** Production's files as read-only documents of our client. The path is the one relative to the root. */
export const PRODUCTION_SCHEME = 'driftline-production';

/** What the client announces in `initializationOptions`. A client that does not is asked nothing and is untrusted. */
export interface InitializationOptions {
  /** Announces that the questions below are answered. */
  readonly client?: 'driftline';
  /** The workspace is trusted by the person. Nothing connects and no command runs before. */
  readonly trusted?: boolean;
}

/** Requests of the client, by method. */
export interface ClientRequests {
  'driftline/state': { params: Record<string, never>; result: SessionState };
  /** Looks at production and the workspace again. The person chose this: consent and a host key may be asked for. */
  'driftline/refresh': { params: Record<string, never>; result: SessionState };
  'driftline/drift': { params: Record<string, never>; result: DriftView };
  /** Brings production's files here, or says what that would bring. Rejects where nothing can be pulled safely. */
  'driftline/pull': { params: PullParams; result: PullReport };
  /** Of all that differs; deletes exactly these, paths relative to the root, and nothing else. */
  'driftline/plan': { params: { readonly deletes: readonly string[] }; result: PlanReport };
  /** Carries out the plan that the person has seen; any other plan is refused. */
  'driftline/deploy': { params: { readonly plan: string }; result: DeployReport };
  /** Goes back to this release; without one, undoes the last. */
  'driftline/rollback': { params: { readonly release?: string }; result: DeployReport };
  'driftline/releases': { params: Record<string, never>; result: { readonly releases: readonly ReleaseLine[] } };
  /** A production file's text, by its path relative to the root. */
  'driftline/content': { params: { readonly path: string }; result: ProductionContent };
  /**
   * The drift of one file, by its workspace URI or its path relative to the root, for a comparison. `null` where production has nothing
   * to compare with.
   */
  'driftline/locate': { params: { readonly uri: string } | { readonly path: string }; result: DriftItem | null };
  /** Which of these documents are managed files of the chosen target. */
  'driftline/managed': {
    params: { readonly uris: readonly string[] };
    result: { readonly uris: readonly string[] };
  };
  'driftline/targets': { params: Record<string, never>; result: { readonly targets: readonly TargetChoice[] } };
  'driftline/chooseTarget': { params: { readonly id: string }; result: SessionState };
  /** A first `driftline.json` for a workspace folder; never overwrites one. */
  'driftline/init': { params: InitParams; result: { readonly uri: string } };
  /** What a first `driftline.json` could say, read from files that are already here. */
  'driftline/propose': { params: { readonly folder: string }; result: Proposal };
}

/** Questions of the server to the person behind the client, by method. They mirror `server/app/person.ts`. */
export interface Questions {
  'driftline/confirmHostKey': {
    params: { readonly host: string; readonly keyType: string; readonly fingerprint: string };
    result: boolean;
  };
  /** `null` gives up. Neither side logs the answer. */
  'driftline/secret': { params: { readonly prompt: string; readonly for: string }; result: string | null };
  'driftline/confirm': {
    params: { readonly title: string; readonly detail: string; readonly action: string; readonly typed?: string };
    result: boolean;
  };
  'driftline/consent': {
    params: {
      readonly folder: string;
      readonly address: string;
      readonly root: string;
      readonly commands: readonly string[];
    };
    result: boolean;
  };
}

/** Notifications of the server, by method. */
export interface ServerNotifications {
  /** Everything that status item, welcome views and the drift view's title show. The drift itself is asked for. */
  'driftline/stateChanged': SessionState;
  /** What the running verb does now. */
  'driftline/progress': { readonly message: string; readonly fraction?: number };
}

/** Notifications of the client, by method. */
export interface ClientNotifications {
  /** The person trusts the workspace now. */
  'driftline/trusted': Record<string, never>;
}

/** How far the session has come, which is also what the welcome views are chosen by. */
export type Phase =
  'noConfig' | 'badConfig' | 'untrusted' | 'notConnected' | 'looking' | 'hostKey' | 'failed' | 'inSync' | 'drift';

export interface SessionState {
  readonly phase: Phase;
  readonly target?: TargetChoice;
  /** For people: `deploy@voice.example:22`, `local`. */
  readonly address?: string;
  /** When the inventory that everything rests on was taken, ISO 8601; the saved one of an earlier session counts. */
  readonly takenAt?: string;
  /** One sentence on production as a whole. */
  readonly summary?: string;
  readonly counts: { readonly differing: number; readonly productionOnly: number; readonly needed: number };
  readonly failure?: Problem;
}

export interface Problem {
  readonly message: string;
  readonly remedy: string;
}

export interface TargetChoice {
  /** Names one target of one configuration file. */
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly root: string;
  /** The configuration file's URI, and its path as people see it. */
  readonly config: string;
  readonly configPath: string;
  readonly chosen: boolean;
}

/** The drift view's groups, in the order that they are shown. */
export type DriftGroupId =
  'needed' | 'productionOnly' | 'hotfix' | 'conflict' | 'otherKind' | 'changedThere' | 'unreadable' | 'toDeploy';

export interface DriftView {
  readonly groups: readonly { readonly id: DriftGroupId; readonly items: readonly DriftItem[] }[];
}

export interface DriftItem {
  /** POSIX, relative to the target's root. */
  readonly path: string;
  /** The URI of the file here, where one is or would be. */
  readonly uri: string;
  readonly kind: string;
  readonly here: boolean;
  readonly there: boolean;
  /** Why it stands where it stands, one clause. */
  readonly why: string;
}

export interface PullParams {
  /** Paths relative to the root, each with what it imports in turn; or everything that code needs. */
  readonly paths: readonly string[] | 'missing';
  readonly preview: boolean;
}

export interface PullReport {
  readonly files: readonly {
    readonly path: string;
    readonly uri: string;
    readonly change: 'created' | 'updated' | 'unchanged';
    readonly added: number;
    readonly removed: number;
    /** The importing file, where it came along for that. */
    readonly importedBy?: string;
  }[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  readonly done: boolean;
  readonly proposedCommit: string;
}

export interface PlanReport {
  readonly id: string;
  readonly target: string;
  readonly address: string;
  readonly root: string;
  readonly protected: boolean;
  readonly counts: { readonly create: number; readonly replace: number; readonly delete: number };
  readonly deletions: readonly string[];
  /** The process that a deploy restarts, and whether anything watches it afterwards. */
  readonly restarts?: string;
  readonly watched: boolean;
  readonly deployable: boolean;
  readonly blocks: readonly Problem[];
  /** Whether pulling everything that code needs would lift a block. */
  readonly pullHelps: boolean;
  /** What production keeps and what would lift a block by its deletion; nothing is deleted that the person does not choose here. */
  readonly offersToDelete: readonly string[];
  /** The plan as a person reads it. */
  readonly text: string;
}

export interface DeployReport {
  readonly outcome: 'deployed' | 'rolledBack' | 'failedNeedsAttention' | 'refused' | 'nothingToDo';
  readonly release: string | null;
  readonly detail: string;
  /** The whole report as a person reads it. */
  readonly text: string;
}

export interface ReleaseLine {
  readonly id: string;
  readonly startedAt: string;
  readonly outcome: string;
  readonly detail: string;
  readonly by: string;
  readonly commit?: string;
  readonly files: number;
  readonly kept: boolean;
}

export type ProductionContent =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'notText'; readonly reason: string };

export interface InitParams {
  /** The workspace folder's URI. */
  readonly folder: string;
  readonly host: string;
  readonly root: string;
  readonly map: Readonly<Record<string, string>>;
  readonly pm2?: string;
  readonly healthUrl?: string;
}

export interface Proposal {
  readonly hosts: readonly string[];
  readonly root?: string;
  readonly pm2?: string;
  readonly map: Readonly<Record<string, string>>;
}

/** `initializationOptions` come from outside: everything that is not understood is the careful answer. */
export function readInitializationOptions(
  value: unknown,
): Required<InitializationOptions> | { readonly trusted: boolean } {
  const options = typeof value === 'object' && value !== null ? value : {};
  const trusted = 'trusted' in options && options.trusted === true;
  return 'client' in options && options.client === 'driftline' ? { client: 'driftline', trusted } : { trusted };
}
