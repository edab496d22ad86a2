import { describe, expect, it } from 'vitest';
import {
  declared,
  hasNodeModules,
  installedPackage,
  isFromRegistry,
  isOtherThan,
  isOverridden,
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

describe('declared', () => {
  const tree = view({
    '/app/package.json': { name: 'app', dependencies: { a: '^1.0.0' }, devDependencies: { b: '2', d: '4' } },
    '/app/sub/package.json': { peerDependencies: { c: '>=3' }, optionalDependencies: { a: '^9' } },
    '/app/dev/package.json': { devDependencies: { a: '^8', d: '^4', p: '1' }, peerDependencies: { p: '*' } },
    '/broken/package.json': '{',
  });
  const ranges = (from: string, name: string): unknown => declared(tree, from, name);
  const runs = (...texts: string[]): object => ({ ranges: texts, isForDevelopment: false });

  it('is what the nearest package.json that names it says', () => {
    expect(ranges('/app/x.js', 'a')).toEqual(runs('^1.0.0'));
    expect(ranges('/app/sub/x.js', 'a')).toEqual(runs('^9'));
    expect(ranges('/app/sub/x.js', 'c')).toEqual(runs('>=3'));
    expect(ranges('/app/dev/x.js', 'p')).toEqual(runs('*', '1'));
    expect(ranges('/app/x.js', 'c')).toBeUndefined();
  });

  it('is for development only where none above wants it elsewhere', () => {
    expect(ranges('/app/x.js', 'b')).toEqual({ ranges: ['2'], isForDevelopment: true });
    expect(ranges('/app/sub/x.js', 'b')).toEqual({ ranges: ['2'], isForDevelopment: true });
    expect(ranges('/app/dev/x.js', 'd')).toEqual({ ranges: ['^4'], isForDevelopment: true });
    expect(ranges('/app/dev/x.js', 'a')).toEqual(runs('^8'));
  });

  it('is anything for a package of its own name', () => {
    expect(ranges('/app/sub/x.js', 'app')).toEqual(runs());
  });

  it('is not known where a package.json is broken', () => {
    expect(ranges('/broken/x.js', 'a')).toBe('unreadable');
  });
});

describe('isOverridden', () => {
  it.each([
    [{ overrides: { a: '1' } }, true],
    [{ overrides: { 'b>a@2': '1' } }, true],
    [{ resolutions: { '**/a': '1' } }, true],
    [{ pnpm: { overrides: { a: '1' } } }, true],
    [{ overrides: { b: '1' } }, false],
    [{}, false],
  ])('%j', (fields, expected) => {
    const tree = view({ '/app/package.json': fields, '/app/sub/package.json': {} });
    expect(isOverridden(tree, '/app/sub/x.js', 'a')).toBe(expected);
  });
});

describe('installedPackage', () => {
  const tree = view({
    '/app/node_modules/a/package.json': { name: 'a', version: '1.2.3' },
    '/app/sub/node_modules/a/package.json': { version: '4.5.6' },
    '/app/node_modules/b/package.json': {},
    '/app/node_modules/p': '-> .pnpm/p@1/node_modules/p',
    '/app/node_modules/.pnpm/p@1/node_modules/p/package.json': { version: '1.0.0' },
    '/app/node_modules/.pnpm/p@1/node_modules/p/i.js': '',
    '/app/node_modules/w': '-> ../packages/w',
    '/app/packages/w/package.json': { version: '7.0.0' },
    '/usr/lib/node_modules/g/package.json': { version: '8.0.0' },
  });

  it('is the nearest one upward', () => {
    expect(installedPackage(tree, '/app/x.js', 'a')).toEqual({ name: 'a', version: '1.2.3' });
    expect(installedPackage(tree, '/app/sub/x.js', 'a')).toEqual({ version: '4.5.6' });
    expect(installedPackage(tree, '/app/x.js', 'b')).toEqual({});
    expect(installedPackage(tree, '/app/x.js', 'c')).toBeUndefined();
  });

  it('is the one that the file reached lies in, not one that resolution went past', () => {
    const reached = '/app/node_modules/a/index.js';
    expect(installedPackage(tree, '/app/sub/x.js', 'a', [], reached)).toEqual({ name: 'a', version: '1.2.3' });
    expect(installedPackage(tree, '/app/sub/x.js', 'a', [], '/elsewhere/a.js')).toBeUndefined();
  });

  it('follows links, and looks into global folders last', () => {
    const inStore = '/app/node_modules/.pnpm/p@1/node_modules/p/i.js';
    expect(installedPackage(tree, '/app/x.js', 'p', [], inStore)).toEqual({ version: '1.0.0' });
    expect(installedPackage(tree, '/app/x.js', 'w', [], '/app/packages/w/i.js')).toEqual({ version: '7.0.0' });
    expect(installedPackage(tree, '/app/x.js', 'g', ['/usr/lib/node_modules'])).toEqual({ version: '8.0.0' });
  });
});

it('hasNodeModules looks upward', () => {
  const tree = view({ '/app/node_modules/a/index.js': '', '/other/x.js': '' });
  expect(hasNodeModules(tree, '/app/deep/down/x.js')).toBe(true);
  expect(hasNodeModules(tree, '/other/x.js')).toBe(false);
});

it("hasNodeModules is false below Yarn's Plug'n'Play, and where only tools keep something", () => {
  const tree = view({
    '/pnp/.pnp.cjs': '',
    '/pnp/node_modules/.cache/x': '',
    '/pnp/packages/a/node_modules/.vite/x': '',
    '/cache/node_modules/.cache/x': '',
    '/none/node_modules/.package-lock.json': {},
  });
  expect(hasNodeModules(tree, '/pnp/packages/a/x.js')).toBe(false);
  expect(hasNodeModules(tree, '/cache/x.js')).toBe(false);
  expect(hasNodeModules(tree, '/none/x.js')).toBe(true);
});

describe('isOtherThan', () => {
  it.each([
    ['1.2.3', '^1.0.0', false],
    ['2.0.0', '^1.0.0', true],
    ['1.0.0-rc.1', '>=1.0.0-rc.0', false],
    ['2.0.0-rc.1', '^1', true],
    ['2.0.0-rc.1', '*', false],
    ['2.0.0-rc.1', '', false],
    ['1.2.3', 'latest', false],
    ['1.2.3', 'workspace:*', false],
    ['1.2.3', 'workspace:^2.0.0', false],
    ['1.2.3', 'git+ssh://x/y.git#semver:^2', false],
    ['1.2.3', 'x/y', false],
    ['1.2.3', 'file:../p', false],
    ['1.2.3', 'link:../p', false],
    ['1.2.3', 'https://x/y.tgz', false],
    ['1.2.3', 'catalog:', false],
    ['1.2.3', 'npm:^1', false],
    ['1.2.3', 'npm:^2', true],
    ['1.2.3', 'npm:p@^1', false],
    ['1.2.3', 'npm:p@^2', true],
    ['1.2.3', 'npm:p@next', false],
    ['1.2.3', 'npm:p', false],
    ['1.2.3', 'npm:q@^1', true],
    ['1.2.3', 'npm:@q/p@1', true],
    ['no version', '^1', false],
  ])('p %s, asked for as %j', (version, text, expected) => {
    expect(isOtherThan({ name: 'p', version }, text)).toBe(expected);
  });
});

describe('isFromRegistry', () => {
  it.each([
    ['^1', true],
    ['npm:q@1', true],
    ['workspace:*', false],
    ['file:../p', false],
  ])('%s', (text, expected) => {
    expect(isFromRegistry(text)).toBe(expected);
  });
});
