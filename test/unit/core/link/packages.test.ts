import { describe, expect, it } from 'vitest';
import {
  declaredRange,
  hasNodeModules,
  installedVersion,
  isOutside,
  packageAt,
  packageName,
} from '../../../../server/core/link/packages.ts';
import { View } from '../../../../server/core/tree/view.ts';
import { MemoryTree } from '../../../support/trees.ts';
import type { Files } from '../../../support/trees.ts';

const view = (files: Files): View => new View(new MemoryTree(files));

describe('packageAt', () => {
  it.each([
    ['node_modules/ms/index.js', 'ms'],
    ['/srv/node_modules/@a/b/lib/c.js', '@a/b'],
    ['node_modules/.pnpm/ms@2.1.3/node_modules/ms/index.js', 'ms'],
    ['src/node_modules.js', undefined],
    ['src/a.js', undefined],
  ])('%s', (path, expected) => {
    expect(packageAt(path)).toBe(expected);
  });
});

describe('packageName', () => {
  it.each([
    ['a', 'a'],
    ['a/b/c', 'a'],
    ['@a/b', '@a/b'],
    ['@a/b/c', '@a/b'],
    ['./a', undefined],
    ['../a', undefined],
    ['/a', undefined],
    ['#a', undefined],
    ['node:fs', undefined],
    ['file:///a', undefined],
  ])('%s', (specifier, expected) => {
    expect(packageName(specifier)).toBe(expected);
  });
});

describe('declaredRange', () => {
  const tree = view({
    '/app/package.json': { name: 'app', dependencies: { a: '^1.0.0' }, devDependencies: { b: '2' } },
    '/app/sub/package.json': { peerDependencies: { c: '>=3' }, optionalDependencies: { a: '^9' } },
  });

  it('is what the nearest package.json that names it says', () => {
    expect(declaredRange(tree, '/app/x.js', 'a')).toBe('^1.0.0');
    expect(declaredRange(tree, '/app/x.js', 'b')).toBe('2');
    expect(declaredRange(tree, '/app/sub/x.js', 'a')).toBe('^9');
    expect(declaredRange(tree, '/app/sub/x.js', 'b')).toBe('2');
    expect(declaredRange(tree, '/app/sub/x.js', 'c')).toBe('>=3');
    expect(declaredRange(tree, '/app/x.js', 'c')).toBeUndefined();
  });

  it('is anything for a package of its own name', () => {
    expect(declaredRange(tree, '/app/sub/x.js', 'app')).toBe('*');
  });
});

describe('installedVersion', () => {
  const tree = view({
    '/app/node_modules/a/package.json': { version: '1.2.3' },
    '/app/sub/node_modules/a/package.json': { version: '4.5.6' },
    '/app/node_modules/b/package.json': {},
  });

  it('is that of the nearest one upward', () => {
    expect(installedVersion(tree, '/app/x.js', 'a')).toBe('1.2.3');
    expect(installedVersion(tree, '/app/sub/x.js', 'a')).toBe('4.5.6');
    expect(installedVersion(tree, '/app/x.js', 'b')).toBeUndefined();
    expect(installedVersion(tree, '/app/x.js', 'c')).toBeUndefined();
  });
});

it('hasNodeModules looks upward', () => {
  const tree = view({ '/app/node_modules/a/index.js': '', '/other/x.js': '' });
  expect(hasNodeModules(tree, '/app/deep/down/x.js')).toBe(true);
  expect(hasNodeModules(tree, '/other/x.js')).toBe(false);
});

describe('isOutside', () => {
  it.each([
    ['1.2.3', '^1.0.0', false],
    ['2.0.0', '^1.0.0', true],
    ['1.0.0-rc.1', '>=1.0.0-rc.0', false],
    ['2.0.0-rc.1', '>=1', false],
    ['1.2.3', 'latest', false],
    ['1.2.3', 'workspace:*', false],
    ['1.2.3', 'git+ssh://x/y.git', false],
  ])('%s %s', (version, range, expected) => {
    expect(isOutside(version, range)).toBe(expected);
  });
});
