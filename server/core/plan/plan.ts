import type { Finding, Severity } from '../link/finding.ts';
import type { ModuleKind } from '../link/module-kind.ts';

/**
 * What a deploy will do and what it relies on: reviewed by a person, carried out by the host program, kept with the release. Everything
 * in it is plain JSON; paths are POSIX and relative to the root.
 */
export interface Plan {
  readonly format: 1;
  readonly id: string;
  readonly target: string;
  readonly madeAt: string;
  readonly by: { readonly user: string; readonly machine: string };
  readonly host: string;
  /** `identity` is the device and inode of the real path: another folder under the same name is another root. */
  readonly root: { readonly path: string; readonly real: string; readonly identity: string };
  readonly state: string;
  /** The host's group of all who deploy: the state folder is theirs. */
  readonly group?: string;
  readonly commit?: { readonly id: string; readonly branch?: string; readonly dirty: boolean };
  /** In the order in which they are carried out. */
  readonly operations: readonly Operation[];
  /** Paths that the verdicts rest on but that the plan does not write; `sha256: null` means "must stay absent". */
  readonly relies: readonly Reliance[];
  readonly guards: readonly GuardFinding[];
  readonly accepted: readonly Acceptance[];
  readonly process: ProcessSpec | null;
  /** The host's Node that the config names, else it is asked of the process. */
  readonly node?: string;
  /** What the process manager ran when the plan was made: a definition that changed meanwhile is another plan. */
  readonly runs: readonly RunningApp[];
  readonly health: HealthSpec | null;
  readonly confirm: 'host' | 'client';
  /** Kept releases on the host, this one included. */
  readonly keep: number;
  readonly reason: PlanReason;
}

/**
 * Why a plan exists: a deploy, or a rollback, which undoes these releases (the newest first) and so goes back to another, or to what was
 * there before the first of them.
 */
export type PlanReason =
  | { readonly kind: 'deploy' }
  | { readonly kind: 'rollback'; readonly undoes: readonly string[]; readonly to: string | null };

export interface Reliance {
  readonly path: string;
  readonly sha256: string | null;
}

export type Operation =
  | { readonly kind: 'create'; readonly path: string; readonly after: Content; readonly module?: ModuleKind }
  | {
      readonly kind: 'replace';
      readonly path: string;
      readonly before: Content;
      readonly after: Content;
      /** Of what some Node could parse as it is: the one that will run it has to compile it before the switch. */
      readonly module?: ModuleKind;
    }
  | { readonly kind: 'delete'; readonly path: string; readonly before: Content };

/** A regular file's bytes and permission bits. */
export interface Content {
  readonly sha256: string;
  readonly size: number;
  readonly mode: number;
}

/** What one guard says. `blocks` is decided once, in `decide`. */
export interface GuardFinding {
  readonly guard: string;
  readonly severity: Severity;
  readonly path?: string;
  readonly message: string;
  readonly remedy: string;
  readonly blocks: boolean;
  /** By which name a person may let it pass: of those that block, for which that is possible. */
  readonly accept?: string;
  readonly link?: Finding;
}

/** A guard that a person let pass, by name, with the reason that the journal keeps. */
export interface Acceptance {
  readonly guard: string;
  readonly path?: string;
  readonly reason: string;
}

/** One instance of the app, without what changes while it runs. */
export interface RunningApp {
  readonly mode: string;
  readonly script?: string;
  readonly cwd?: string;
}

export type ProcessSpec =
  | {
      readonly kind: 'pm2';
      readonly name: string;
      readonly home?: string;
      readonly user?: string;
      readonly namespace?: string;
    }
  | { readonly kind: 'systemd'; readonly unit: string; readonly user: boolean }
  | { readonly kind: 'command'; readonly restart: string; readonly status?: string };

export interface HealthSpec {
  readonly probes: readonly ProbeSpec[];
  readonly outside: readonly ProbeSpec[];
  /** The whole wait, and how long all probes must hold without a break. Milliseconds. */
  readonly withinMs: number;
  readonly stableForMs: number;
}

export type ProbeSpec = HttpProbe | CommandProbe;

export interface HttpProbe {
  readonly kind: 'http';
  readonly name: string;
  readonly url: string;
  readonly method: string;
  /** A value of `{ variable }` or `{ file }` is read on the host when the probe runs; it is never in a plan or a log. */
  readonly headers: Readonly<Record<string, string | { readonly variable: string } | { readonly file: string }>>;
  readonly body?: string;
  readonly expect: { readonly status: number; readonly text?: string };
}

export interface CommandProbe {
  readonly kind: 'command';
  readonly name: string;
  readonly command: string;
}
