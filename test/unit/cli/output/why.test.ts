import { describe, expect, it } from 'vitest';
import type { WhyResult } from '../../../../server/app/why.ts';
import { whyReport } from '../../../../server/cli/output/why.ts';
import { HOSTILE, REPORT } from '../results.ts';

const result: WhyResult = {
  target: 'production',
  takenAt: '2026-02-03T04:05:06.000Z',
  folder: '/home/mira/api',
  root: '/srv/voice',
  file: 'src/index.js',
  specifier: './db',
  links: [
    {
      kind: 'require',
      range: { start: { line: 2, character: 10 }, end: { line: 2, character: 14 } },
      local: {
        outcome: { kind: 'missing', code: 'MODULE_NOT_FOUND', message: "Cannot find module './db'" },
        tried: ['/home/mira/api/src/db', '/home/mira/api/src/db.js'],
        rule: 'LOAD_AS_FILE',
      },
      production: {
        outcome: { kind: 'file', path: '/srv/voice/src/db.js' },
        tried: ['/srv/voice/src/db', '/srv/voice/src/db.js'],
        rule: 'LOAD_AS_FILE',
      },
      merged: { outcome: { kind: 'unknown' }, tried: [], rule: 'none' },
    },
  ],
};

describe('whyReport', () => {
  const text = whyReport(result, REPORT);

  it('names the place, and where the import leads in each tree', () => {
    expect(text).toMatch(/^"\.\/db" {2}src\/index\.js:3:11 {2}require\n/);
    expect(text).toContain("here  nothing: Cannot find module './db' (MODULE_NOT_FOUND)");
    expect(text).toContain('on production  src/db.js');
    expect(text).toContain('after a deploy  not known');
  });

  it('lists what was tried in its order, and which of it won', () => {
    const production = text.slice(text.indexOf('on production'), text.indexOf('after a deploy')).split('\n');
    expect(production.slice(1, 4)).toEqual(['  by LOAD_AS_FILE', '  no     src/db', '  found  src/db.js']);
    expect(text.slice(0, text.indexOf('on production'))).not.toContain('found  ');
  });

  it('shows hostile names escaped', () => {
    const shown = whyReport({ ...result, specifier: HOSTILE, file: HOSTILE }, REPORT);
    expect(shown).not.toContain('\u001b');
    expect(shown).not.toContain('\u202e');
  });
});
