import { describe, expect, it } from 'vitest';
import type { DeployResult } from '../../../server/app/results.ts';
import type { GuardFinding, Plan } from '../../../server/core/plan/plan.ts';
import { planText, reportText } from '../../../server/lsp/plan-text.ts';
import { planReport } from '../../../server/lsp/reports.ts';

const before = { sha256: 'a'.repeat(64), size: 10, mode: 0o644 };
const after = { sha256: 'b'.repeat(64), size: 25, mode: 0o644 };

const PLAN: Plan = {
  format: 1,
  id: 'p1',
  target: 'production',
  madeAt: '2026-02-03T04:05:06.000Z',
  by: { user: 'mira', machine: 'laptop' },
  host: 'deploy@voice.example:22',
  root: { path: '/srv/voice', real: '/data/voice', identity: '1:2' },
  state: '/srv/voice/.driftline',
  commit: { id: '0123456789abcdef', branch: 'main', dirty: true },
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
    probes: [
      {
        kind: 'http',
        name: 'health',
        url: 'http://127.0.0.1:3000/health',
        method: 'GET',
        headers: { authorization: { variable: 'TOKEN' } },
        expect: { status: 200 },
      },
    ],
    outside: [],
    withinMs: 15_000,
    stableForMs: 1000,
  },
  confirm: 'host',
  keep: 5,
  reason: { kind: 'deploy' },
};

const BLOCK: GuardFinding = {
  guard: 'production-only-import',
  severity: 'error',
  path: 'src/index.js',
  message: '"./db" resolves only on production.\nIt would fail.',
  remedy: 'Pull it.',
  blocks: true,
};
const LINKED: GuardFinding = {
  ...BLOCK,
  link: {
    code: 'production-only-import',
    severity: 'error',
    file: { tree: 'local', path: 'api/src/index.js' },
    range: { start: { line: 3, character: 27 }, end: { line: 3, character: 31 } },
    message: BLOCK.message,
    remedy: BLOCK.remedy,
    when: 'start',
    pull: ['src/db.js'],
  },
};
const NOTE: GuardFinding = {
  guard: 'clock',
  severity: 'information',
  message: 'It is late.',
  remedy: '',
  blocks: false,
};

describe('a plan as a person reads it', () => {
  it('names where, what, who, what restarts and what watches', () => {
    const text = planText(PLAN, [], PLAN.host);
    expect(text).toContain('# Deploy to production\n');
    expect(text).toContain('root     /srv/voice (really /data/voice)');
    expect(text).toContain('commit   01234567 on main, with changes that are not committed');
    expect(text).toContain('process  PM2 restarts voice-api');
    expect(text).toContain('http://127.0.0.1:3000/health must hold for 1 s within 15 s');
    expect(text).toContain('## Nothing stands against it');
  });

  it('lists deletions before everything else, each operation with its sizes', () => {
    const lines = planText(PLAN, [], PLAN.host).split('\n');
    const at = lines.indexOf('## 3 operations');
    expect(lines.slice(at + 1, at + 4)).toEqual([
      '- src/old.js  10 bytes',
      '~ src/index.js  10 → 25 bytes',
      '+ src/new.js  25 bytes',
    ]);
  });

  it('begins with what stands against it, one line each', () => {
    const text = planText(PLAN, [NOTE, BLOCK], PLAN.host);
    expect(text).toContain(
      '## Refused: 1 reason\n✗ production-only-import: "./db" resolves only on production. It would fail.\n    Pull it.\n',
    );
    expect(text).toContain('## To know\n· clock: It is late.\n');
    expect(text.indexOf('## Refused')).toBeLessThan(text.indexOf('## To know'));
  });

  it('has a line for each file, whatever it is called', () => {
    const text = planText({ ...PLAN, operations: [{ kind: 'create', path: 'a\n## Nothing', after }] }, [], PLAN.host);
    expect(text).toContain('\n+ a\\n## Nothing  25 bytes\n');
  });

  it('says where an import stands that blocks it', () => {
    expect(planText(PLAN, [LINKED], PLAN.host)).toContain(
      '✗ production-only-import: api/src/index.js:4:28: "./db" resolves only on production.',
    );
  });

  it('says so where nothing restarts and nothing watches', () => {
    const text = planText({ ...PLAN, process: null, health: null }, [], PLAN.host);
    expect(text).toContain('process  nothing is restarted');
    expect(text).toContain('health   unwatched');
  });

  it('is counted for the client, with whether a pull would help', () => {
    const report = planReport({ plan: PLAN, guards: [LINKED, NOTE], deployable: false, address: PLAN.host }, true);
    expect(report).toMatchObject({
      id: 'p1',
      protected: true,
      counts: { create: 1, replace: 1, delete: 1 },
      deletions: ['src/old.js'],
      restarts: 'PM2 restarts voice-api',
      watched: true,
      deployable: false,
      blocks: [{ message: BLOCK.message, remedy: 'Pull it.' }],
      pullHelps: true,
    });
    const clean = planReport({ plan: PLAN, guards: [BLOCK], deployable: false, address: PLAN.host }, false);
    expect(clean.pullHelps).toBe(false);
  });
});

describe('a report as a person reads it', () => {
  const result: DeployResult = {
    target: 'production',
    outcome: 'rolledBack',
    release: 'r1',
    plan: PLAN,
    guards: [NOTE],
    detail: 'calls answered 500.',
    journal: [
      { seq: 1, at: '2026-02-03T04:05:06.123Z', type: 'step', step: 'switch', detail: '3 operations' },
      { seq: 2, at: '2026-02-03T04:05:06.223Z', type: 'switched', files: 3, windowMs: 1.26 },
      {
        seq: 3,
        at: '2026-02-03T04:05:07.000Z',
        type: 'probe',
        name: 'calls',
        ok: false,
        latencyMs: 4.4,
        saw: '500\nOops',
      },
      { seq: 4, at: '2026-02-03T04:05:07.100Z', type: 'log', lines: ['TypeError: x', '  at y'] },
      { seq: 5, at: '2026-02-03T04:05:08.000Z', type: 'ended', outcome: 'rolledBack', detail: 'version 1 answers' },
    ],
  };

  it('says how it ended, then what happened in its order', () => {
    const text = reportText(result);
    expect(text).toMatch(/^# Rolled back: the old version answers again\.\n\nCalls answered 500\.\n/);
    expect(text).toContain('release  r1');
    const happened = text.slice(text.indexOf('## What happened'), text.indexOf('## Guards')).trim().split('\n');
    expect(happened).toEqual([
      '## What happened',
      '04:05:06.123  switch: 3 operations',
      '04:05:06.223  switched 3 files in 1.3 ms',
      '04:05:07.000  ✗ calls: 500 Oops (4 ms)',
      '              | TypeError: x',
      '              |   at y',
      '04:05:08.000  rolled back: version 1 answers',
    ]);
  });

  it('can be of nothing', () => {
    const nothing = reportText({
      ...result,
      outcome: 'nothingToDo',
      release: null,
      plan: null,
      guards: [],
      journal: [],
    });
    expect(nothing).toBe('# Nothing to do.\n\nCalls answered 500.\n\ntarget   production\n');
  });
});
