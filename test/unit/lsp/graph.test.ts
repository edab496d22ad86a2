import { describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { Fact, Need } from '../../../server/core/tree/tree.ts';
import { contentIdOf } from '../../../server/io/content-id.ts';
import { Graph } from '../../../server/lsp/graph.ts';
import { packFiles } from '../../../server/lsp/packed-files.ts';

const BROKEN = "require('./gone');\n";

/** A side with two empty folders; all else is what the graph has been told. */
const nothing = {
  answer: (needs: readonly Need[]): Promise<readonly Fact[]> => Promise.resolve(needs.map(answerOf)),
};

function answerOf({ ask, path }: Need): Fact {
  const isFolder = path === '/home' || path === '/srv' || path === '/';
  if (ask === 'entry' && isFolder) return { ask, path, answer: { state: 'known', value: { kind: 'folder' } } };
  if (ask === 'list' && path === '/')
    return {
      ask,
      path,
      answer: { state: 'known', value: new Map([['home', 'folder'] as const, ['srv', 'folder'] as const]) },
    };
  if (ask === 'list' && isFolder) return { ask, path, answer: { state: 'known', value: new Map() } };
  return { ask, path, answer: { state: 'absent' } };
}

function graph(there: string): Graph {
  return new Graph(
    {
      folder: '/home',
      root: '/srv',
      rules: { map: [{ local: '.', production: '.' }], include: [], exclude: [] },
      runtime: { node: [20, 0] },
      starts: [],
      same: packFiles([{ local: 'index.js', path: 'index.js', there: contentIdOf(Buffer.from(there)) }]),
    },
    [],
    { local: nothing, production: nothing },
  );
}

async function severities(of: Graph, text: string): Promise<string[]> {
  await of.edit('/home/index.js', text);
  const findings = await of.judge('index.js', new CancellationTokenSource().token);
  return findings.map(({ code, severity }) => `${code} ${severity}`);
}

describe('an open document', () => {
  it('is a warning where production runs with the very same failure, as in the rest of the workspace', async () => {
    expect(await severities(graph(BROKEN), BROKEN)).toEqual(['unresolved-import warning']);
  });

  it('is an error as soon as it was touched, and a warning again when that is taken back', async () => {
    const touched = graph(BROKEN);
    expect(await severities(touched, `${BROKEN}// touched\n`)).toEqual(['unresolved-import error']);
    expect(await severities(touched, BROKEN)).toEqual(['unresolved-import warning']);
  });

  it('tells whether it offers something else to those that import it, once', async () => {
    const offering = graph(BROKEN);
    const edit = (text: string): Promise<boolean> => offering.edit('/home/index.js', text);
    expect(await edit('exports.a = 1;')).toBe(true);
    expect(await edit('exports.a = 1;')).toBe(false);
    expect(await edit('exports.a = 2; require("./x");')).toBe(false);
    expect(await edit('exports.b = 2;')).toBe(true);
    const source = (text: string): Promise<boolean> => offering.edit('/home/types.ts', text);
    await source('export type A = 1;');
    expect(await source('export type A = 2;')).toBe(false);
    expect(await source('export const A = 2;')).toBe(true);
    expect(await source('export const enum A { x }')).toBe(true);
  });

  it('is judged by its newest text also while that is being read', async () => {
    const twice = graph(BROKEN);
    void twice.edit('/home/index.js', 'require("./gone")');
    const newest = twice.edit('/home/index.js', '');
    await Promise.all([newest, twice.edit('/home/index.js', '')]);
    expect(await twice.judge('index.js', new CancellationTokenSource().token)).toEqual([]);
  });
});
