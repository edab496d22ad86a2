import { describe, expect, it } from 'vitest';
import type { Version } from '../../../../server/core/link/builtins.ts';
import { hasChange } from '../../../../server/core/link/node-rules.ts';
import { exportsMap, matchTarget } from '../../../../server/core/link/package-targets.ts';

const conditions = new Set(['node', 'require']);

function target(map: Record<string, unknown>, key: string, isImports = false, node: Version = [22, 12]): unknown {
  return matchTarget(map, key, { conditions, has: (change) => hasChange(node, change) }, isImports);
}

describe('exportsMap', () => {
  it.each([
    ['./a.js', { '.': './a.js' }],
    [['./a.js'], { '.': ['./a.js'] }],
    [{ require: './a.js' }, { '.': { require: './a.js' } }],
    [{ './x': './x.js' }, { './x': './x.js' }],
    [{}, {}],
    [7, {}],
    [{ '.': './a.js', require: './b.js' }, 'invalid'],
  ])('%j', (exports, expected) => {
    expect(exportsMap(exports)).toEqual(expected);
  });
});

describe('matchTarget', () => {
  it('takes the first condition that holds, also where it holds nothing', () => {
    expect(target({ '.': { browser: './b.js', require: './r.js', default: './d.js' } }, '.')).toEqual({
      kind: 'path',
      path: './r.js',
    });
    expect(target({ '.': { node: { browser: './b.js' }, default: './d.js' } }, '.')).toEqual({
      kind: 'path',
      path: './d.js',
    });
    expect(target({ '.': { require: null, default: './d.js' } }, '.')).toEqual({ kind: 'none' });
  });

  it('takes a key that ends with a slash for a folder before Node 17 only', () => {
    const map = { './': './', './lib/': './dist/', './bad/': './file.js' };
    expect(target(map, './lib/x.js', false, [16, 20])).toEqual({ kind: 'path', path: './dist/x.js', isInFolder: true });
    expect(target(map, './x.js', false, [14, 21])).toEqual({ kind: 'path', path: './x.js', isInFolder: true });
    expect(target(map, './bad/x', false, [16, 20])).toEqual({ kind: 'invalid', target: './file.js' });
    expect(target(map, './lib/x.js', false, [17, 0])).toEqual({ kind: 'none' });
    expect(target({ '#a/': 'dep/' }, '#a/x', true, [16, 20])).toEqual({
      kind: 'specifier',
      specifier: 'dep/x',
      isInFolder: true,
    });
  });

  it('lets something stand behind a star since Node 14.19 and 16.9', () => {
    const map = { './*.js': './lib/*.js' };
    expect(target(map, './x.js', false, [16, 9])).toEqual({ kind: 'path', path: './lib/x.js' });
    expect(target(map, './x.js', false, [16, 8])).toEqual({ kind: 'none' });
    expect(target({ './*': './lib/*' }, './x.js', false, [14, 18])).toEqual({ kind: 'path', path: './lib/x.js' });
  });

  it('takes the first alternative that is a target at all', () => {
    expect(target({ '.': ['bad', './d.js'] }, '.')).toEqual({ kind: 'path', path: './d.js' });
    expect(target({ '.': ['bad'] }, '.')).toEqual({ kind: 'invalid', target: 'bad' });
    expect(target({ '.': [] }, '.')).toEqual({ kind: 'none' });
  });

  it('lets the most exact pattern win', () => {
    const map = { './a/*': './1/*', './a/b/*': './2/*', './a/*.js': './3/*.js', './a/b/c': './4.js', './a/no/*': null };
    expect(target(map, './a/x')).toEqual({ kind: 'path', path: './1/x' });
    expect(target(map, './a/b/x')).toEqual({ kind: 'path', path: './2/x' });
    expect(target(map, './a/x.js')).toEqual({ kind: 'path', path: './3/x.js' });
    expect(target(map, './a/b/c')).toEqual({ kind: 'path', path: './4.js' });
    expect(target(map, './a/no/x')).toEqual({ kind: 'none' });
  });

  it('refuses what leads out of the package', () => {
    expect(target({ '.': '../x.js' }, '.')).toEqual({ kind: 'invalid', target: '../x.js' });
    expect(target({ '.': './a/../x.js' }, '.')).toEqual({ kind: 'invalid', target: './a/../x.js' });
    expect(target({ '.': './node_modules/x.js' }, '.')).toEqual({ kind: 'invalid', target: './node_modules/x.js' });
    expect(target({ './*': './x/*' }, './../y')).toEqual({ kind: 'invalidSubpath' });
    expect(target({ '.': { 0: './x.js' } }, '.')).toMatchObject({ kind: 'invalidConfig' });
  });

  it('lets only imports name other packages', () => {
    expect(target({ '#x': 'dep/sub' }, '#x', true)).toEqual({ kind: 'specifier', specifier: 'dep/sub' });
    expect(target({ '#x/*': 'dep/*' }, '#x/y', true)).toEqual({ kind: 'specifier', specifier: 'dep/y' });
    expect(target({ '#x': 'node:fs' }, '#x', true)).toEqual({ kind: 'invalid', target: 'node:fs' });
    expect(target({ '.': 'dep' }, '.')).toEqual({ kind: 'invalid', target: 'dep' });
  });
});
