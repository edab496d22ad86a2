import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DoctorCheck, DoctorResult } from '../../../server/app/results.ts';
import {
  EXIT_CODES_HELP,
  EXIT_OF_FAILURE,
  EXIT_OF_OUTCOME,
  exitOfCheck,
  exitOfDoctor,
  exitOfRecovery,
} from '../../../server/cli/exit-codes.ts';

describe('exit codes', () => {
  it('are those that scripts rely on', () => {
    expect(EXIT_OF_FAILURE).toMatchObject({ refused: 1, usage: 2, connection: 3, rolledBack: 4, needsAttention: 5 });
    expect(EXIT_OF_OUTCOME).toEqual({
      deployed: 0,
      nothingToDo: 0,
      refused: 1,
      rolledBack: 4,
      failedNeedsAttention: 5,
    });
  });

  it('are all in the help, and those of the README mean the same there', () => {
    const told = EXIT_CODES_HELP.map(([code]) => code);
    for (const code of [...Object.values(EXIT_OF_FAILURE), ...Object.values(EXIT_OF_OUTCOME)])
      expect(told).toContain(code);
    const readme = readFileSync(path.resolve(import.meta.dirname, '../../../README.md'), 'utf8');
    for (const [code] of EXIT_CODES_HELP.filter(([each]) => each < 70))
      expect(readme).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
  });
});

describe('exitOfRecovery', () => {
  it('is fine with what was undone, and with nothing else that is not well', () => {
    expect(exitOfRecovery('rolledBack')).toBe(0);
    expect(exitOfRecovery('nothingToDo')).toBe(0);
    expect(exitOfRecovery('refused')).toBe(1);
    expect(exitOfRecovery('failedNeedsAttention')).toBe(5);
  });
});

describe('exitOfDoctor', () => {
  const result = (check: Pick<DoctorCheck, 'verdict' | 'prevents'>): DoctorResult => ({
    target: 'production',
    address: 'voice',
    checks: [
      { area: 'clock', verdict: 'ok', found: '' },
      { area: 'root', found: '', ...check },
    ],
    ok: check.verdict !== 'failed',
  });

  it('tells a host of which nothing can be seen from one that is not ready', () => {
    expect(exitOfDoctor(result({ verdict: 'failed', prevents: 'everything' }))).toBe(3);
    expect(exitOfDoctor(result({ verdict: 'failed', prevents: 'deploy' }))).toBe(1);
    expect(exitOfDoctor(result({ verdict: 'warning' }))).toBe(0);
  });
});

describe('exitOfCheck', () => {
  it('follows errors, and warnings where that was asked for', () => {
    expect(exitOfCheck([{ severity: 'warning' }, { severity: 'error' }], 'error')).toBe(1);
    expect(exitOfCheck([{ severity: 'warning' }], 'error')).toBe(0);
    expect(exitOfCheck([{ severity: 'warning' }], 'warning')).toBe(1);
    expect(exitOfCheck([{ severity: 'information' }], 'warning')).toBe(0);
  });
});
