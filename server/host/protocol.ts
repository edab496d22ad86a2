import type { Fact, Need } from '../core/tree/tree.ts';
import type { InventoryEntry, InventoryLimits, Inventory } from '../core/tree/inventory.ts';
import type { SelectionRules } from '../core/tree/selection.ts';
import type { Scan } from '../core/tree/stamps.ts';
import type { CommandResult, HostReport, ProbeResult, UnfitAddon } from '../core/plan/host-report.ts';
import type { HealthSpec, Plan, ProcessSpec } from '../core/plan/plan.ts';
import type { JournalEvent, ReleaseSummary } from '../core/release/release.ts';

export type {
  CommandResult,
  HostReport,
  ProbeResult,
  ProcessInstance,
  ProcessReport,
  UnfitAddon,
} from '../core/plan/host-report.ts';

/**
 * What the engine and the host program say to each other: one request at a time per id, any number of parts, then one end. Every frame
 * is a JSON header with an optional body of bytes; `server/host/frames.ts` says how they lie on the wire.
 */
export interface HostVerbs {
  /** Who is there. Answered before anything else; starts and writes nothing. */
  hello: { ask: Record<string, never>; part: never; end: HostHello };
  /**
   * Everything under a root but Driftline's own state folder, wherever it lies. Writes nothing. Parts come in batches, folders before
   * what they hold.
   */
  inventory: {
    ask: {
      root: string;
      state: string;
      rules: SelectionRules;
      limits: InventoryLimits;
      /** No content is taken from memory. The host has none: this is for whoever stands before it. */
      rehash?: boolean;
    };
    part: { entries: InventoryEntry[] };
    end: Omit<Inventory, 'entries'>;
  };
  /**
   * The same without contents, and with all that the file system says. The parts' bodies are `ListingRow[]` as JSON, packed by raw
   * deflate.
   */
  listing: {
    ask: { root: string; state: string; rules: SelectionRules; limits: InventoryLimits };
    part: Record<string, never>;
    end: Omit<Inventory, 'entries'> & { scan: Scan };
  };
  /** Content ids of regular files, by paths relative to the root, in that order. */
  hashes: { ask: { root: string; paths: string[] }; part: { rows: HashRow[] }; end: Record<string, never> };
  /** Answers about single paths, absolute on the host (context: `package.json`s, `node_modules`, folders above the root). */
  facts: { ask: { needs: Need[] }; part: { facts: Fact[] }; end: Record<string, never> };
  /** Contents by path, relative to the root. One part with a body per path; a content that is not `sha256` any more is a problem. */
  read: {
    ask: { root: string; files: { path: string; sha256?: string }[]; maxBytes: number };
    part: { path: string; sha256?: string; size?: number; mode?: number; problem?: string };
    end: Record<string, never>;
  };
  /** What `doctor` and the guards want to know of the machine, and of what a plan touches below the root. Writes nothing, starts nothing. */
  inspect: {
    ask: { root: string; state: string; group?: string; process: ProcessSpec | null; node?: string; touches: string[] };
    part: never;
    end: HostReport;
  };
  /** Which native addons of these packages (absolute folders) a Node is certain not to load: that of the path, else the one that is asked. */
  addons: { ask: { packages: string[]; node?: string }; part: never; end: { unfit: UnfitAddon[] } };
  /** Runs one of the config's own check commands with `/bin/sh -c` in the root. */
  run: { ask: { command: string; cwd: string; timeoutMs: number }; part: never; end: CommandResult };
  /** One probe round of the plan's health, without a release: was the app well before? */
  probe: { ask: { health: HealthSpec; root: string }; part: never; end: { results: ProbeResult[] } };
  /**
   * Takes the lock and makes the release's folder with the plan in it. Contents that a kept release still has are staged from there, and
   * named in the answer. Nothing live is touched.
   */
  prepare: { ask: { plan: Plan }; part: never; end: { release: string; staged: string[] } };
  /** More of one file's new bytes, as the frame's body, into the release's folder; hashed there once it is whole. */
  stage: {
    ask: { plan: string; state: string; path: string };
    part: never;
    end: { bytes: number };
  };
  /** Starts the detached runner. From here on the host needs nobody. */
  start: { ask: { plan: string; state: string }; part: never; end: { pid: number } };
  /**
   * Gives a release that was cut off in its middle, or that needed attention, to a new runner, which undoes it; `null` where there is
   * none.
   */
  recover: { ask: { state: string }; part: never; end: { release: string | null } };
  /**
   * Takes the lock away from a release that nobody carries out, as it stands: only after `recover` could not end it, and because a
   * person says so, which is written down. False where nothing held the root.
   */
  unlock: {
    ask: { state: string; release: string; by: string; reason: string };
    part: never;
    end: { unlocked: boolean };
  };
  /** Journal events from the given sequence number on, as they are written, until the release has ended. */
  follow: {
    ask: { plan: string; state: string; from: number };
    part: { event: JournalEvent };
    end: { ended: boolean };
  };
  /** A word from the client to a release that is held, or a wish to cancel. */
  decide: { ask: { plan: string; state: string; word: 'confirm' | 'undo' }; part: never; end: Record<string, never> };
  /** Gives a prepared release up before it was started. */
  abandon: { ask: { plan: string; state: string }; part: never; end: Record<string, never> };
  releases: { ask: { state: string }; part: never; end: { releases: ReleaseSummary[] } };
  /** A kept release whole: its plan and its journal. */
  release: { ask: { state: string; id: string }; part: never; end: { plan: Plan; journal: JournalEvent[] } };
}

export type Verb = keyof HostVerbs;

/**
 * Of a listing: a folder's path, which the entries after it lie in; or an entry's name, mode with its type, size, mtime, ctime (0: the
 * same), inode, owner, group, and what few entries have.
 */
export type ListingRow =
  | string
  | readonly [
      name: string,
      mode: number,
      size: number,
      mtimeNs: string,
      ctimeNs: string | 0,
      ino: string,
      uid: number,
      gid: number,
      more?: Pick<InventoryEntry, 'leadsTo' | 'link'> & { readonly dev?: string },
    ];

/** The number of a path that was asked about, with its ids and its stamp, or why it has none. */
export type HashRow =
  | readonly [index: number, problem: string]
  | readonly [
      index: number,
      sha256: string,
      blob: string,
      lf: string | null,
      mtimeNs: string,
      size: number,
      ctimeNs: string,
      ino: string,
      dev: string,
    ];

export interface HostHello {
  readonly protocol: 1;
  readonly node: string;
  readonly platform: string;
  readonly hostname: string;
  readonly user: string;
  readonly uid: number;
  readonly home: string;
  /** Milliseconds since the epoch by the host's clock. */
  readonly clockMs: number;
}

export type Ask = {
  readonly [V in Verb]: { readonly id: number; readonly verb: V; readonly ask: HostVerbs[V]['ask'] };
}[Verb];

export type Reply =
  | { readonly id: number; readonly type: 'part'; readonly part: unknown }
  | { readonly id: number; readonly type: 'end'; readonly end: unknown }
  | {
      readonly id: number;
      readonly type: 'fail';
      readonly code: string;
      readonly message: string;
      readonly remedy?: string;
    };
