import posix from 'node:path/posix';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { basename, below, dirname, extname, join, relative } from '../../../../server/core/tree/path.ts';

const part = fc.constantFrom('a', 'b.js', '.', '..', '', '...', '.c', 'd..', ' ');
const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'));
const folder = fc.array(fc.constantFrom('a', 'b', '.c', 'd..'), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`);

describe('join', () => {
  it('is what Node resolves, for every folder and every text', () => {
    fc.assert(fc.property(folder, text, (base, rest) => join(base, rest) === posix.resolve(base, rest)));
  });

  it.each([
    ['/a', './b', '/a/b'],
    ['/a/b', '../c', '/a/c'],
    ['/', '../c', '/c'],
    ['/a', './/b', '/a/b'],
    ['/a', '/b/', '/b'],
    ['/a', '', '/a'],
    ['/a', '..', '/'],
  ])('%s %s', (base, rest, expected) => {
    expect(join(base, rest)).toBe(expected);
  });
});

it('dirname, basename and extname are Node’s for normal paths', () => {
  for (const path of ['/a/b.js', '/a', '/a/.bashrc', '/a/b.min.js', '/a/b.', '/README']) {
    expect([dirname(path), basename(path), extname(path)]).toEqual([
      posix.dirname(path),
      posix.basename(path),
      posix.extname(path),
    ]);
  }
});

it('below gives the part under a folder only', () => {
  expect(below('/a', '/a/b')).toBe('b');
  expect(below('/a', '/a')).toBe('');
  expect(below('/a', '/ab')).toBeUndefined();
  expect(below('/', '/a')).toBe('a');
});

it('relative leads from one to the other', () => {
  fc.assert(fc.property(folder, folder, (from, to) => join(from, relative(from, to)) === to));
});
