import { describe, expect, it } from 'vitest';
import type { Trace } from '../../../server/core/link/finding.ts';
import { hoverText, placeOfLink } from '../../../server/lsp/links-shown.ts';

const trace = (outcome: Trace['outcome']): Trace => ({ outcome, tried: [], rule: 'relative' });
const file = (path: string): Trace => trace({ kind: 'file', path });
const MISSING = trace({ kind: 'missing', code: 'MODULE_NOT_FOUND', message: 'no' });
const WHERE = { target: 'production', takenAt: '2026-02-03T04:05:06.000Z', folder: '/w', root: '/srv/voice' };

describe('a hover', () => {
  it('tells where an import leads in each tree, relative to its top, and how old that is', () => {
    const text = hoverText(
      { here: MISSING, there: file('/srv/voice/src/db.js'), after: file('/srv/voice/src/db.js') },
      WHERE,
    );
    expect(text).toContain('**production** as of 2026-02-03 04:05 UTC');
    expect(text).toContain('| here | **nothing** |');
    expect(text).toContain('| on production | `src/db.js` |');
    expect(text).toContain('| after a deploy | `src/db.js` |');
  });

  it('keeps apart what is missing, what could not be read, and what is not known yet', () => {
    const text = hoverText(
      {
        here: trace({ kind: 'builtin', name: 'node:fs' }),
        there: trace({ kind: 'unreadable', path: '/srv/voice/closed', reason: 'EACCES' }),
        after: trace({ kind: 'unknown' }),
      },
      WHERE,
    );
    expect(text).toContain('| here | `node:fs`, part of Node |');
    expect(text).toContain('| on production | not known: `/srv/voice/closed` could not be read |');
    expect(text).toContain('| after a deploy | not known yet |');
  });

  it('shows a path outside of the tree whole', () => {
    expect(hoverText({ here: file('/other/a.js'), there: MISSING, after: MISSING }, WHERE)).toContain('`/other/a.js`');
  });

  it('lets no name from production act as markup', () => {
    const text = hoverText({ here: MISSING, there: file('/srv/voice/a`|\n[x](command:y).js'), after: MISSING }, WHERE);
    expect(text.split('\n')).toHaveLength(7);
    expect(text).toContain('`a   [x](command:y).js`');
  });
});

describe('where a specifier leads', () => {
  const there = file('/srv/voice/src/a b#c.js');

  it('is the file here, else the one on production', () => {
    expect(placeOfLink({ here: file('/w/src/a.js'), there }, '/srv/voice', true)).toEqual({
      tree: 'local',
      uri: 'file:///w/src/a.js',
    });
    expect(placeOfLink({ here: MISSING, there }, '/srv/voice', true)).toEqual({
      tree: 'production',
      uri: 'driftline-production:/src/a%20b%23c.js',
    });
  });

  it('is nowhere where there is nothing to open', () => {
    const fs = trace({ kind: 'builtin', name: 'fs' });
    for (const nothing of [MISSING, fs, file('/elsewhere/a.js')]) {
      expect(placeOfLink({ here: fs, there: nothing }, '/srv/voice', true)).toBeUndefined();
    }
  });

  it("is no file of production's in an editor that has no documents for these", () => {
    expect(placeOfLink({ here: MISSING, there }, '/srv/voice', false)).toBeUndefined();
  });
});
