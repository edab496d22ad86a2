import type { AuditResult, DeployResult, PlanResult } from '../../../server/app/results.ts';
import type { DriftEntry } from '../../../server/core/drift/drift.ts';
import type { Finding } from '../../../server/core/link/finding.ts';
import type { GuardFinding, Plan } from '../../../server/core/plan/plan.ts';
import type { JournalEvent, ReleaseSummary } from '../../../server/core/release/release.ts';
import { PLAIN } from '../../../server/cli/output/text.ts';

export const REPORT = { paint: PLAIN };
export const HOSTILE = 'src/\u001b[2J\n\u202egnp.js';

const before = { sha256: 'a'.repeat(64), size: 10, mode: 0o644 };
const after = { sha256: 'b'.repeat(64), size: 25, mode: 0o644 };

export function plan(changed: Partial<Plan> = {}): Plan {
  return {
    format: 1,
    id: 'p1',
    target: 'production',
    madeAt: '2026-02-03T04:05:06.000Z',
    by: { user: 'mira', machine: 'laptop' },
    host: 'deploy@voice.example:22',
    root: { path: '/srv/voice', real: '/srv/voice', identity: '1:2' },
    state: '/srv/voice/.driftline',
    operations: [
      { kind: 'create', path: 'src/new.js', after },
      { kind: 'replace', path: 'src/index.js', before, after },
      { kind: 'delete', path: 'src/old.js', before },
    ],
    relies: [],
    guards: [],
    accepted: [],
    process: { kind: 'pm2', name: 'voice-api' },
    runs: [],
    health: {
      probes: [{ kind: 'command', name: 'calls', command: 'true' }],
      outside: [],
      withinMs: 15_000,
      stableForMs: 1000,
    },
    confirm: 'host',
    keep: 6,
    reason: { kind: 'deploy' },
    ...changed,
  };
}

export function planned(guards: readonly GuardFinding[] = [], changed: Partial<Plan> = {}): PlanResult {
  return { plan: plan({ guards, ...changed }), guards, deployable: !guards.some((each) => each.blocks) };
}

export function guard(changed: Partial<GuardFinding> = {}): GuardFinding {
  return {
    guard: 'no-health',
    severity: 'error',
    message: 'Nobody watches.',
    remedy: 'Add health.',
    blocks: true,
    ...changed,
  };
}

export function deployed(changed: Partial<DeployResult> = {}): DeployResult {
  return {
    target: 'production',
    outcome: 'deployed',
    release: 'r1',
    plan: plan(),
    guards: [],
    journal: [],
    detail: 'healthy',
    ...changed,
  };
}

type Told = JournalEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'seq' | 'at'> : never) : never;

/** A journal of these events, in order. */
export function journal(...events: readonly Told[]): JournalEvent[] {
  return events.map((event, seq) => ({ seq, at: '2026-02-03T04:05:06.000Z', ...event }));
}

export function finding(changed: Partial<Finding> = {}): Finding {
  return {
    code: 'production-only-import',
    severity: 'error',
    file: { tree: 'local', path: 'api/src/index.js' },
    range: { start: { line: 2, character: 28 }, end: { line: 2, character: 43 } },
    specifier: './db/connection',
    message: '"./db/connection" resolves only on production.',
    remedy: 'Pull it: driftline pull src/db/connection.js',
    when: 'start',
    pull: ['src/db/connection.js'],
    ...changed,
  };
}

export function audited(entries: readonly DriftEntry[], changed: Partial<AuditResult> = {}): AuditResult {
  return {
    target: 'production',
    address: 'deploy@voice.example:22',
    root: '/srv/voice',
    takenAt: '2026-02-03T04:05:06.000Z',
    complete: true,
    summary: 'production is commit 840d627 plus 3 files nobody committed',
    evidence: 'git',
    entries,
    counts: {
      productionOnly: 0,
      localOnly: 0,
      changedHere: 0,
      changedThere: 0,
      changedBoth: 0,
      caseOnly: 0,
      typeChanged: 0,
      unreadable: 0,
      same: 0,
    },
    lockDifferences: [],
    unlisted: [],
    unreadable: [],
    ...changed,
  };
}

export function release(id: string, changed: Partial<ReleaseSummary> = {}): ReleaseSummary {
  return {
    id,
    startedAt: `2026-02-03T04:05:${id.slice(-2)}.000Z`,
    outcome: 'deployed',
    detail: 'healthy',
    by: 'mira@laptop',
    files: 3,
    touched: true,
    kept: true,
    ...changed,
  };
}
