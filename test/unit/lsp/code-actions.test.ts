import { describe, expect, it } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver/node';
import { codeActions } from '../../../server/lsp/code-actions.ts';

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
const missing = (path: string): Diagnostic => ({ range, message: path, source: 'driftline', data: { pull: [path] } });

describe('quick fixes', () => {
  it('offers the file with what it needs, and everything that is missing', () => {
    const db = missing('src/db.js');
    const actions = codeActions([db], 3);
    expect(actions.map((action) => [action.title, action.command?.command, action.command?.arguments])).toEqual([
      ['Pull src/db.js and what it needs from production', 'driftline.pull', [['src/db.js']]],
      ['Pull all 3 missing files from production', 'driftline.pullAllMissing', undefined],
    ]);
    expect(actions[0]).toMatchObject({ isPreferred: true, diagnostics: [db] });
  });

  it('does not offer all where one is all', () => {
    expect(codeActions([missing('src/db.js')], 1)).toHaveLength(1);
  });

  it('offers one for each file that is missing here', () => {
    const titles = codeActions([missing('a.js'), missing('b.js')], 2).map((action) => action.title);
    expect(titles).toEqual([
      'Pull a.js and what it needs from production',
      'Pull b.js and what it needs from production',
      'Pull all 2 missing files from production',
    ]);
  });

  it('offers a plan that deletes what production should not keep', () => {
    const shadowed = { range, message: 'x', source: 'driftline', data: { pull: [], deletes: ['src/db.js'] } };
    expect(codeActions([shadowed], 0)).toMatchObject([
      {
        title: 'Plan a deploy that deletes src/db.js on production',
        command: { command: 'driftline.showPlan', arguments: [['src/db.js']] },
      },
    ]);
  });

  it("leaves other tools' diagnostics alone, and what no pull mends", () => {
    expect(codeActions([{ ...missing('a.js'), source: 'eslint' }], 3)).toEqual([]);
    expect(codeActions([{ range, message: 'x', source: 'driftline', data: { pull: [] } }], 3)).toEqual([]);
  });
});
