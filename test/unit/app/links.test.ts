import { describe, expect, it } from 'vitest';
import { missingHere, outOfReach } from '../../../server/app/links.ts';
import type { Finding, Trace } from '../../../server/core/link/finding.ts';

const trace = (path: string): Trace => ({ outcome: { kind: 'file', path }, tried: [], rule: '' });
const needs = (path: string, pull?: string): Finding => ({
  code: 'production-only-import',
  severity: 'error',
  file: { tree: 'local', path: 'a.js' },
  range: { start: { line: 4, character: 0 }, end: { line: 4, character: 1 } },
  message: '',
  remedy: '',
  when: 'start',
  explain: { local: trace(''), production: trace(path), merged: trace(path) },
  ...(pull !== undefined && { pull: [pull] }),
});

describe('what code here needs of production', () => {
  const findings = [
    needs('/srv/app/db.js', 'db.js'),
    needs('/srv/shared/out.js'),
    needs('/srv/app/tmp/cache.js'),
    needs('/srv/shared/out.js'),
  ];

  it('can be pulled where it is managed', () => {
    expect([...missingHere(findings)]).toEqual([['db.js', [{ file: 'a.js', line: 5 }]]]);
  });

  it('is named once with why, where no pull brings it', () => {
    expect(outOfReach(findings, '/srv/app')).toEqual([
      { path: '/srv/shared/out.js', reason: expect.stringContaining('outside of the root') as string },
      { path: 'tmp/cache.js', reason: expect.stringContaining('not managed') as string },
    ]);
  });
});
