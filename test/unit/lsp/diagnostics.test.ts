import { describe, expect, it } from 'vitest';
import { DiagnosticSeverity } from 'vscode-languageserver/node';
import type { Diagnostic } from 'vscode-languageserver/node';
import type { Finding, Trace } from '../../../server/core/link/finding.ts';
import { configDiagnostic, DiagnosticBoard, fileOf, fixesOf, toDiagnostic } from '../../../server/lsp/diagnostics.ts';
import type { Looked, Manner } from '../../../server/lsp/diagnostics.ts';

const RANGE = { start: { line: 4, character: 8 }, end: { line: 4, character: 20 } };

const trace = (outcome: Trace['outcome']): Trace => ({ outcome, tried: [], rule: 'relative' });
const MISSING = trace({ kind: 'missing', code: 'MODULE_NOT_FOUND', message: 'no' });
const THERE = trace({ kind: 'file', path: '/srv/voice/src/db.js' });

const FINDING: Finding = {
  code: 'production-only-import',
  severity: 'error',
  file: { tree: 'local', path: 'api/index.js' },
  range: RANGE,
  message: '"./db" resolves only on production.',
  remedy: 'Pull it.',
  when: 'start',
  pull: ['src/db.js'],
};

const LOOKED: Looked = {
  takenAt: '2026-02-03T04:05:06.000Z',
  root: '/srv/voice',
  uriOfLocal: (path) => `file:///repo/${path}`,
};
const ANY: Manner = { ours: false, severities: new Map() };
const OURS: Manner = { ours: true, severities: new Map() };

function named(message: string): Diagnostic {
  return { range: RANGE, message };
}

describe('a finding in an editor', () => {
  it('keeps place, code and severity, and shows its age', () => {
    expect(toDiagnostic(FINDING, LOOKED, ANY)).toEqual({
      range: RANGE,
      severity: DiagnosticSeverity.Error,
      code: 'production-only-import',
      source: 'driftline',
      message: '"./db" resolves only on production. Pull it. (production as of 2026-02-03 04:05 UTC)',
      data: { pull: ['src/db.js'], deletes: [] },
    });
  });

  it.each([
    ['error', DiagnosticSeverity.Error],
    ['warning', DiagnosticSeverity.Warning],
    ['information', DiagnosticSeverity.Information],
  ] as const)('shows an %s as one', (severity, shown) => {
    expect(toDiagnostic({ ...FINDING, severity }, LOOKED, ANY)?.severity).toBe(shown);
  });

  it('is shown as its person wants it, or not at all', () => {
    const wanted = (loudness: 'hint' | 'none'): Manner => ({
      ours: false,
      severities: new Map([['production-only-import', loudness]]),
    });
    expect(toDiagnostic(FINDING, LOOKED, wanted('hint'))?.severity).toBe(DiagnosticSeverity.Hint);
    expect(toDiagnostic(FINDING, LOOKED, wanted('none'))).toBeUndefined();
  });

  it('leads our own client to what the code means, and no other to a command that it does not know', () => {
    const href = toDiagnostic(FINDING, LOOKED, OURS)?.codeDescription?.href ?? '';
    expect(decodeURIComponent(href)).toBe('command:driftline.explainVerdict?["production-only-import"]');
    expect(toDiagnostic(FINDING, LOOKED, ANY)?.codeDescription).toBeUndefined();
  });

  it.each(['production-only-import', 'shadowed-on-production'] as const)(
    "leads from %s to production's file",
    (code) => {
      const explain = { local: MISSING, production: THERE, merged: THERE };
      expect(toDiagnostic({ ...FINDING, code, explain }, LOOKED, OURS)?.relatedInformation).toMatchObject([
        { location: { uri: 'driftline-production:/src/db.js' }, message: 'on production: src/db.js' },
      ]);
      expect(toDiagnostic({ ...FINDING, code, explain }, LOOKED, ANY)?.relatedInformation).toBeUndefined();
    },
  );

  it('leads to no file of production where there is none, or where the verdict is not about one', () => {
    const none = { local: MISSING, production: MISSING, merged: MISSING };
    const there = { local: MISSING, production: THERE, merged: MISSING };
    expect(toDiagnostic({ ...FINDING, explain: none }, LOOKED, OURS)?.relatedInformation).toBeUndefined();
    const other: Finding = { ...FINDING, code: 'not-deployed-import', explain: there };
    expect(toDiagnostic(other, LOOKED, OURS)?.relatedInformation).toBeUndefined();
  });

  it('tells its quick fix what to pull, also when it has come back from a client', () => {
    const sent: unknown = JSON.parse(JSON.stringify(toDiagnostic(FINDING, LOOKED, ANY)));
    expect(fixesOf(sent as Diagnostic).pull).toEqual(['src/db.js']);
  });

  it.each([[undefined], [null], ['src/db.js'], [{}], [{ pull: 'src/db.js' }], [{ pull: [1, { path: 'x' }] }]])(
    'pulls nothing for data that is not ours: %j',
    (data) => {
      expect(fixesOf({ ...named('x'), data }).pull).toEqual([]);
    },
  );
});

describe('what is wrong in a driftline.json', () => {
  it('stands at its place, with what to do', () => {
    const place = { line: 2, character: 4, endLine: 2, endCharacter: 10 };
    const problem = { file: '/w/driftline.json', ...place, message: 'No host.', remedy: 'Name one.', bySchema: false };
    expect(configDiagnostic(problem)).toMatchObject({
      range: { start: { line: 2, character: 4 }, end: { line: 2, character: 10 } },
      message: 'No host. Name one.',
      source: 'driftline',
    });
  });
});

describe('the board', () => {
  const board = (): { board: DiagnosticBoard; published: [string, string[]][] } => {
    const published: [string, string[]][] = [];
    return {
      published,
      board: new DiagnosticBoard((uri, diagnostics) =>
        published.push([
          uri,
          diagnostics.map(({ message }) => (typeof message === 'string' ? message : message.value)),
        ]),
      ),
    };
  };

  it('clears a file that has none any more, and says nothing twice', () => {
    const { board: shown, published } = board();
    shown.setWorkspace(new Map([['a', [named('one')]]]));
    shown.setWorkspace(new Map([['a', [named('one')]]]));
    shown.setWorkspace(new Map());
    shown.setWorkspace(new Map());
    expect(published).toEqual([
      ['a', ['one']],
      ['a', []],
    ]);
  });

  it("shows an open document's own verdicts, and the workspace's again when it is closed", () => {
    const { board: shown, published } = board();
    shown.setWorkspace(new Map([['a', [named('saved')]]]));
    shown.setOpen('a', [named('typed')]);
    shown.setWorkspace(new Map([['a', [named('saved later')]]]));
    shown.close('a');
    expect(published).toEqual([
      ['a', ['saved']],
      ['a', ['typed']],
      ['a', ['saved later']],
    ]);
  });

  it('shows nothing for an open document that is clean, whatever the last look said', () => {
    const { board: shown, published } = board();
    shown.setOpen('a', []);
    shown.setWorkspace(new Map([['a', [named('saved')]]]));
    expect(published).toEqual([]);
  });
});

describe('a document', () => {
  it('has a file only where its scheme is one of a disk', () => {
    expect(fileOf('file:///w/a%20b.js')).toBe('/w/a b.js');
    expect(fileOf('untitled:Untitled-1')).toBeUndefined();
  });
});
