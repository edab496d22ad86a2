import type {
  CommandResult,
  HostReport,
  ProbeResult,
  ProcessInstance,
  ProcessReport,
  UnfitAddon,
  UnfitPlace,
} from '../core/plan/host-report.ts';
import type { Content, Operation, Plan, Reliance } from '../core/plan/plan.ts';
import { RELEASE_STEPS } from '../core/release/release.ts';
import type { JournalEvent, ReleaseSummary } from '../core/release/release.ts';
import type { ContentId, Entry } from '../core/tree/tree.ts';
import type { HostHello, HostVerbs, Verb } from '../host/protocol.ts';
import { ConnectionFailure } from './failures.ts';
import {
  anyNumber,
  anyRecord,
  anyText,
  either,
  listOf,
  matching,
  nothing,
  oneOf,
  optional,
  record,
  tuple,
  yesOrNo,
} from './shapes.ts';
import type { Check } from './shapes.ts';

/** A host that answers with what is no answer to the question. */
export class NotAnAnswer extends ConnectionFailure {
  constructor(verb: Verb) {
    super(
      `What the host sent as an answer to "${verb}" is none.`,
      'Do not trust this host before you know why: its Node or its files may have been tampered with.',
    );
  }
}

/** A part of an answer, as it came over the line. Throws `NotAnAnswer` where it has not the shape that the verb promises. */
export function partOf<V extends Verb>(verb: V, value: unknown): HostVerbs[V]['part'] {
  if (!ANSWERS[verb].part(value)) throw new NotAnAnswer(verb);
  return value as HostVerbs[V]['part'];
}

/** The end of an answer, likewise. */
export function endOf<V extends Verb>(verb: V, value: unknown): HostVerbs[V]['end'] {
  if (!ANSWERS[verb].end(value)) throw new NotAnAnswer(verb);
  return value as HostVerbs[V]['end'];
}

const noPart: Check = () => false;
const ENTRY_KIND = oneOf('file', 'folder', 'symlink', 'other');
const SHA256 = matching(/^[0-9a-f]{64}$/);
const BLOB = matching(/^[0-9a-f]{40}$/);
/** A name in a folder: neither a path nor a way out of it. */
const NAME = matching(/^(?!\.{1,2}$)[^/\0]+$/);

function factOf(ask: string, value: Check): Check {
  return record<{ ask: string; path: string; answer: unknown }>({
    ask: oneOf(ask),
    path: anyText,
    answer: either(
      record<{ state: 'known'; value: unknown }>({ state: oneOf('known'), value }),
      record<{ state: 'absent' }>({ state: oneOf('absent') }),
      record<{ state: 'unreadable'; reason: string }>({ state: oneOf('unreadable'), reason: anyText }),
    ),
  });
}

const fact = either(
  factOf('entry', record<Entry>({ kind: ENTRY_KIND, leadsTo: optional(anyText) })),
  // A listing travels as pairs.
  factOf('list', listOf(tuple(NAME, ENTRY_KIND))),
  factOf('identity', record<ContentId>({ sha256: SHA256, blob: BLOB, lf: optional(BLOB) })),
  factOf('text', anyText),
  // Modules are read as contents.
  factOf('module', () => false),
);

const DECIMAL = matching(/^-?\d{1,30}$/);
const hashRow = either(
  tuple(anyNumber, anyText),
  tuple(anyNumber, SHA256, BLOB, either(nothing, BLOB), DECIMAL, anyNumber, DECIMAL, DECIMAL, DECIMAL),
);

const detailed = (...states: readonly ProcessReport['state'][]): Check =>
  record<{ state: string; detail: string; remedy?: string }>({
    state: oneOf(...states),
    detail: anyText,
    remedy: optional(anyText),
  });

const processReport = either(
  record<{ state: 'notConfigured' }>({ state: oneOf('notConfigured') }),
  detailed('noDaemon', 'otherUser', 'ambiguous', 'otherRoot', 'failed'),
  record<Extract<ProcessReport, { state: 'notFound' }>>({
    state: oneOf('notFound'),
    detail: anyText,
    others: listOf(anyText),
  }),
  record<Extract<ProcessReport, { state: 'found' }>>({
    state: oneOf('found'),
    instances: listOf(
      record<ProcessInstance>({
        id: anyText,
        status: anyText,
        pid: anyNumber,
        restarts: anyNumber,
        uptimeMs: anyNumber,
        mode: anyText,
        script: optional(anyText),
        cwd: optional(anyText),
        logs: listOf(anyText),
      }),
    ),
  }),
);

const hostReport = record<HostReport>({
  root: record<HostReport['root']>({
    state: oneOf('ok', 'absent', 'notFolder', 'unreadable'),
    real: optional(anyText),
    writable: optional(yesOrNo),
    owner: optional(anyText),
  }),
  stateFolder: record<HostReport['stateFolder']>({
    path: anyText,
    exists: yesOrNo,
    usable: yesOrNo,
    why: optional(anyText),
    remedy: optional(anyText),
  }),
  unfit: listOf(record<UnfitPlace>({ folder: anyText, problem: oneOf('notWritable', 'otherMount'), why: anyText })),
  nextNode: either(
    record<Exclude<HostReport['nextNode'], { unknown: string }>>({
      path: anyText,
      version: anyText,
      args: listOf(anyText),
      differs: yesOrNo,
    }),
    record<{ unknown: string }>({ unknown: anyText }),
  ),
  process: processReport,
  disk: record<HostReport['disk']>({ freeBytes: anyNumber, freeInodes: anyNumber }),
  clockMs: anyNumber,
});

const probeResult = record<ProbeResult>({
  name: anyText,
  ok: yesOrNo,
  latencyMs: anyNumber,
  saw: anyText,
  answered: yesOrNo,
});

const eventOf = <T extends JournalEvent['type']>(
  type: T,
  fields: Omit<{ readonly [K in keyof Extract<JournalEvent, { type: T }>]-?: Check }, 'seq' | 'at' | 'type'>,
): Check => record<Record<string, unknown>>({ seq: anyNumber, at: anyText, type: oneOf(type), ...fields });

const journalEvent = either(
  eventOf('step', { step: oneOf(...RELEASE_STEPS), detail: anyText }),
  eventOf('switched', { files: anyNumber, windowMs: anyNumber }),
  eventOf('probe', { name: anyText, ok: yesOrNo, latencyMs: anyNumber, saw: anyText }),
  eventOf('log', { lines: listOf(anyText) }),
  eventOf('problem', { message: anyText, remedy: optional(anyText) }),
  eventOf('ended', { outcome: oneOf('deployed', 'rolledBack', 'failedNeedsAttention'), detail: anyText }),
);

const content = record<Content>({ sha256: SHA256, size: anyNumber, mode: anyNumber });

const moduleKind = oneOf('commonjs', 'esm');

const operation = either(
  record<Extract<Operation, { kind: 'create' }>>({
    kind: oneOf('create'),
    path: anyText,
    after: content,
    module: optional(moduleKind),
  }),
  record<Extract<Operation, { kind: 'replace' }>>({
    kind: oneOf('replace'),
    path: anyText,
    before: content,
    after: content,
    module: optional(moduleKind),
  }),
  record<Extract<Operation, { kind: 'delete' }>>({ kind: oneOf('delete'), path: anyText, before: content }),
);

/** What a kept plan says of itself is checked as far as it is read again: to list it, and to turn it round. */
const plan = record<Plan>({
  format: oneOf(1),
  id: anyText,
  target: anyText,
  madeAt: anyText,
  by: record<Plan['by']>({ user: anyText, machine: anyText }),
  host: anyText,
  root: record<Plan['root']>({ path: anyText, real: anyText, identity: anyText }),
  state: anyText,
  group: optional(anyText),
  commit: optional(record<NonNullable<Plan['commit']>>({ id: anyText, branch: optional(anyText), dirty: yesOrNo })),
  operations: listOf(operation),
  relies: listOf(record<Reliance>({ path: anyText, sha256: either(nothing, SHA256) })),
  guards: listOf(anyRecord),
  accepted: listOf(anyRecord),
  process: either(nothing, anyRecord),
  node: optional(anyText),
  runs: listOf(anyRecord),
  health: either(nothing, anyRecord),
  confirm: oneOf('host', 'client'),
  keep: anyNumber,
  reason: either(
    record<{ kind: 'deploy' }>({ kind: oneOf('deploy') }),
    record<Extract<Plan['reason'], { kind: 'rollback' }>>({
      kind: oneOf('rollback'),
      undoes: listOf(anyText),
      to: either(nothing, anyText),
    }),
  ),
});

const releaseSummary = record<ReleaseSummary>({
  id: anyText,
  startedAt: anyText,
  endedAt: optional(anyText),
  outcome: oneOf('deployed', 'rolledBack', 'failedNeedsAttention', 'running', 'interrupted'),
  detail: anyText,
  by: anyText,
  commit: optional(anyText),
  files: anyNumber,
  elsewhere: optional(anyText),
  touched: yesOrNo,
  unlocked: optional(yesOrNo),
  undoes: optional(listOf(anyText)),
  kept: yesOrNo,
});

const ANSWERS: { readonly [V in Verb]: { readonly part: Check; readonly end: Check } } = {
  hello: {
    part: noPart,
    end: record<HostHello>({
      protocol: oneOf(1),
      node: anyText,
      platform: anyText,
      hostname: anyText,
      user: anyText,
      uid: anyNumber,
      home: anyText,
      clockMs: anyNumber,
    }),
  },
  // Entries and their end are looked at one by one by whoever keeps them: `server/io/inventory.ts`.
  inventory: { part: record<HostVerbs['inventory']['part']>({ entries: listOf(anyRecord) }), end: anyRecord },
  // Likewise, in `server/io/listing-wire.ts`.
  listing: { part: anyRecord, end: anyRecord },
  hashes: { part: record<HostVerbs['hashes']['part']>({ rows: listOf(hashRow) }), end: anyRecord },
  facts: { part: record<HostVerbs['facts']['part']>({ facts: listOf(fact) }), end: anyRecord },
  read: {
    part: record<HostVerbs['read']['part']>({
      path: anyText,
      sha256: optional(SHA256),
      size: optional(anyNumber),
      mode: optional(anyNumber),
      problem: optional(anyText),
    }),
    end: anyRecord,
  },
  inspect: { part: noPart, end: hostReport },
  addons: {
    part: noPart,
    end: record<HostVerbs['addons']['end']>({ unfit: listOf(record<UnfitAddon>({ file: anyText, why: anyText })) }),
  },
  run: {
    part: noPart,
    end: record<CommandResult>({
      status: either(nothing, anyNumber),
      stdout: anyText,
      stderr: anyText,
      timedOut: yesOrNo,
    }),
  },
  probe: { part: noPart, end: record<HostVerbs['probe']['end']>({ results: listOf(probeResult) }) },
  prepare: {
    part: noPart,
    end: record<HostVerbs['prepare']['end']>({ release: anyText, staged: listOf(anyText) }),
  },
  stage: { part: noPart, end: record<HostVerbs['stage']['end']>({ bytes: anyNumber }) },
  start: { part: noPart, end: record<HostVerbs['start']['end']>({ pid: anyNumber }) },
  recover: { part: noPart, end: record<HostVerbs['recover']['end']>({ release: either(nothing, anyText) }) },
  unlock: { part: noPart, end: record<HostVerbs['unlock']['end']>({ unlocked: yesOrNo }) },
  follow: {
    part: record<HostVerbs['follow']['part']>({ event: journalEvent }),
    end: record<HostVerbs['follow']['end']>({ ended: yesOrNo }),
  },
  decide: { part: noPart, end: anyRecord },
  abandon: { part: noPart, end: anyRecord },
  releases: { part: noPart, end: record<HostVerbs['releases']['end']>({ releases: listOf(releaseSummary) }) },
  release: {
    part: noPart,
    end: record<HostVerbs['release']['end']>({ plan, journal: listOf(journalEvent) }),
  },
};
