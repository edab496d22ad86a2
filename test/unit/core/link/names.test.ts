import { describe, expect, it } from 'vitest';
import { exportedNames } from '../../../../server/core/link/names.ts';
import { View } from '../../../../server/core/tree/view.ts';
import { MemoryTree } from '../../../support/trees.ts';
import type { Files } from '../../../support/trees.ts';

function names(files: Files, path = '/a.mjs'): string[] | undefined {
  const found = exportedNames(new View(new MemoryTree(files)), path, { node: [20, 19] });
  return found && [...found].sort();
}

describe('exportedNames', () => {
  it('of an ES module are its own', () => {
    expect(names({ '/a.mjs': 'export const b = 1; export default 2' })).toEqual(['b', 'default']);
    expect(names({ '/a.mjs': '' })).toEqual([]);
  });

  it('come through stars, but for the default, in circles too', () => {
    expect(
      names({
        '/a.mjs': "export * from './b.mjs'; export const a = 1",
        '/b.mjs': "export * from './a.mjs'; export const b = 1; export default 2",
      }),
    ).toEqual(['a', 'b']);
  });

  it('leave out what two stars name differently: Node says that it is ambiguous', () => {
    const files = {
      '/a.mjs': "export * from './b.mjs'; export * from './c.mjs'; export * from './d.mjs'",
      '/b.mjs': 'export const x = 1, only = 1',
      '/c.mjs': 'export const x = 2',
      '/d.mjs': "export * from './c.mjs'; export const d = 1",
    };
    expect(names(files)).toEqual(['d', 'only']);
    expect(names({ ...files, '/b.mjs': 'export const only = 1' })).toEqual(['d', 'only', 'x']);
    expect(names({ ...files, '/a.mjs': `${files['/a.mjs']}; export const x = 3` })).toEqual(['d', 'only', 'x']);
  });

  it('of CommonJS are what Node’s lexer sees, and always a default', () => {
    expect(names({ '/a.cjs': 'exports.b = 1' }, '/a.cjs')).toEqual(['b', 'default']);
    expect(names({ '/a.cjs': "module.exports = require('./c')", '/c.js': 'exports.d = 1' }, '/a.cjs')).toEqual([
      'd',
      'default',
    ]);
    expect(names({ '/a.cjs': "module.exports = require('gone')" }, '/a.cjs')).toEqual(['default']);
  });

  it('have the whole of CommonJS by a name of its own since Node 23', () => {
    const view = new View(new MemoryTree({ '/a.cjs': '' }));
    expect([...(exportedNames(view, '/a.cjs', { node: [23, 0] }) ?? [])]).toEqual(['default', 'module.exports']);
  });

  it('are those of the kind of module that the package.json says', () => {
    const text = 'const x = 1';
    expect(names({ '/package.json': { type: 'module' }, '/a.js': text }, '/a.js')).toEqual([]);
    expect(names({ '/package.json': {}, '/a.js': text }, '/a.js')).toEqual(['default']);
  });

  it('of JSON are a default', () => {
    expect(names({ '/a.json': '{ "b": 1 }' }, '/a.json')).toEqual(['default']);
  });

  it('are not told where they are not certain', () => {
    expect(names({ '/a.mjs': "export * from 'gone'" })).toBeUndefined();
    expect(names({ '/a.mjs': 'export const x = (' })).toBeUndefined();
    expect(names({ '/a.ts': 'export const x = 1' }, '/a.ts')).toBeUndefined();
    expect(names({}, '/a.mjs')).toBeUndefined();
  });
});
