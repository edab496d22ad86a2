import { describe, expect, it } from 'vitest';
import type { Trace } from '../../../../server/core/link/finding.ts';
import type { LinkKind } from '../../../../server/core/link/module-facts.ts';
import { resolve } from '../../../../server/core/link/resolve.ts';
import type { Runtime } from '../../../../server/core/link/runtime.ts';
import { View } from '../../../../server/core/tree/view.ts';
import { MemoryTree } from '../../../support/trees.ts';
import type { Files, MemoryOptions } from '../../../support/trees.ts';

interface Asked {
  readonly files: Files;
  readonly from?: string;
  readonly kind?: LinkKind;
  readonly runtime?: Partial<Runtime>;
  readonly options?: MemoryOptions;
}

function trace(specifier: string, { files, from = '/app/a.js', kind = 'require', runtime, options }: Asked): Trace {
  const view = new View(new MemoryTree(files, options));
  return resolve(view, from, kind, specifier, { node: [20, 19], ...runtime });
}

/** The path of the file, the name of the builtin, or the code of the failure. */
function led(specifier: string, asked: Asked): string {
  const { outcome } = trace(specifier, asked);
  switch (outcome.kind) {
    case 'file':
      return outcome.path;
    case 'builtin':
      return `node:${outcome.name}`;
    case 'missing':
      return outcome.code;
    case 'unknown':
    case 'unreadable':
      return outcome.kind;
  }
}

// That each answer is Node's is proven by test/integration/links-cases.test.ts; these tell what the cases there cannot.

describe('a resolution explains itself', () => {
  it('by the paths that it tried, in their order, and the rule that decided', () => {
    const found = trace('./db', { files: { '/app/db/index.js': '' } });
    expect(found.tried).toEqual(['/app/db', '/app/db.js', '/app/db.json', '/app/db.node', '/app/db/index.js']);
    expect(found.rule).toBe('a path relative to the module');
  });

  it('by a sentence where it fails', () => {
    const files = { '/app/node_modules/p/package.json': { exports: { './x': './x.js' } } };
    expect(trace('p/y', { files }).outcome).toEqual({
      kind: 'missing',
      code: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
      message: '/app/node_modules/p/package.json does not export "./y"',
    });
  });
});

describe('by the version of Node', () => {
  const files = {
    '/app/node_modules/p/package.json': { exports: { 'module-sync': './sync.js', default: './other.js' } },
    '/app/node_modules/p/sync.js': '',
    '/app/node_modules/p/other.js': '',
    '/app/package.json': { imports: { '#/x': './a.js' } },
    '/app/a.js': '',
  };

  it.each([
    [[20, 18], '/app/node_modules/p/other.js'],
    [[20, 19], '/app/node_modules/p/sync.js'],
    [[22, 11], '/app/node_modules/p/other.js'],
    [[22, 12], '/app/node_modules/p/sync.js'],
    [[24, 0], '/app/node_modules/p/sync.js'],
  ] as const)('module-sync is a condition or not: %s', (node, expected) => {
    expect(led('p', { files, runtime: { node } })).toBe(expected);
    expect(led('p', { files, runtime: { node }, kind: 'import' })).toBe(expected);
  });

  it('the process may bring conditions of its own', () => {
    const own = { '/app/node_modules/p/package.json': { exports: { special: './other.js', default: './sync.js' } } };
    const runtime = { node: [22, 0], conditions: ['special'] } as const;
    expect(led('p', { files: { ...files, ...own }, runtime })).toBe('/app/node_modules/p/other.js');
    expect(led('p', { files: { ...files, ...own } })).toBe('/app/node_modules/p/sync.js');
  });

  it.each([
    [[24, 13], 'ERR_INVALID_MODULE_SPECIFIER'],
    [[24, 14], '/app/a.js'],
    [[25, 3], 'ERR_INVALID_MODULE_SPECIFIER'],
    [[25, 4], '/app/a.js'],
  ] as const)('internal imports may begin with a slash: %s', (node, expected) => {
    expect(led('#/x', { files, runtime: { node } })).toBe(expected);
  });

  it.each([
    [[20, 3], 'MODULE_NOT_FOUND', '/app/list/index.js'],
    [[20, 4], 'SyntaxError', '/app/list/index.js'],
    [[22, 0], 'ERR_INVALID_PACKAGE_CONFIG', 'ERR_INVALID_PACKAGE_CONFIG'],
  ] as const)('a broken package.json is refused its way: %s', (node, broken, list) => {
    const bad = { '/app/broken/package.json': '{', '/app/list/package.json': '[]', '/app/list/index.js': '' };
    expect(led('./broken', { files: bad, runtime: { node } })).toBe(broken);
    expect(led('./list', { files: bad, runtime: { node } })).toBe(list);
  });
});

describe('what is not known', () => {
  const files = { '/app/lib/index.js': '', '/app/node_modules/p/index.js': '' };

  it('ends a resolution: nothing after it can be trusted', () => {
    expect(led('./lib/x', { files, options: { unknown: ['/app/lib'] } })).toBe('unknown');
    expect(led('p', { files, options: { unknown: ['/app/node_modules'] } })).toBe('unknown');
    expect(led('./other', { files, options: { unknown: ['/app/lib'] } })).toBe('MODULE_NOT_FOUND');
  });

  it('is no failure where nobody was let in', () => {
    expect(trace('./lib/x', { files, options: { unreadable: ['/app/lib'] } }).outcome).toEqual({
      kind: 'unreadable',
      path: '/app/lib/x',
      reason: 'permission denied',
    });
  });

  it('is asked for in one batch for a whole folder', () => {
    const view = new View(new MemoryTree(files, { unknown: ['/app/lib'] }));
    for (const name of ['./lib/x', './lib/y', './lib/z'])
      resolve(view, '/app/a.js', 'require', name, { node: [20, 19] });
    expect(view.lacking).toHaveLength(1);
  });
});

describe('folders that are looked into last', () => {
  it('are for require only, and after every node_modules', () => {
    const files = { '/opt/lib/p/index.js': '', '/opt/lib/q/index.js': '', '/node_modules/q/index.js': '' };
    const runtime = { globalFolders: ['/opt/none', '/opt/lib'] };
    expect(led('p', { files, runtime })).toBe('/opt/lib/p/index.js');
    expect(led('q', { files, runtime })).toBe('/node_modules/q/index.js');
    expect(led('p', { files, runtime, kind: 'import' })).toBe('ERR_MODULE_NOT_FOUND');
  });
});

describe('links that are no imports', () => {
  const files = { '/app/views/x y.pug': '', '/app/w.js': '', '/app/dir/index.js': '' };

  it('name exactly one file', () => {
    expect(led('./views/x y.pug', { files, kind: 'file' })).toBe('/app/views/x y.pug');
    expect(led('./w', { files, kind: 'worker' })).toBe('ENOENT');
    expect(led('./w.js', { files, kind: 'worker' })).toBe('/app/w.js');
    expect(led('./dir', { files, kind: 'file' })).toBe('ENOENT');
  });

  it('are searched as require does where a process is forked', () => {
    expect(led('./w', { files, kind: 'fork' })).toBe('/app/w.js');
    expect(led('./dir', { files, kind: 'fork' })).toBe('/app/dir/index.js');
  });
});

describe('TypeScript sources', () => {
  const from = '/app/src/a.ts';
  const files = {
    '/app/tsconfig.json':
      '{ "compilerOptions": { "paths": { "@/*": ["./src/*"], "@/special/*": ["./other/*"], "exact": ["./src/b.ts"] } } } // end',
    '/app/src/b.ts': '',
    '/app/src/c.tsx': '',
    '/app/src/d/index.ts': '',
    '/app/src/e.js': '',
    '/app/src/e.d.ts': '',
    '/app/src/f.mts': '',
    '/app/other/g.ts': '',
    '/app/node_modules/p/index.js': '',
  };

  it.each([
    ['./b', '/app/src/b.ts'],
    ['./b.js', '/app/src/b.ts'],
    ['./c.js', '/app/src/c.tsx'],
    ['./d', '/app/src/d/index.ts'],
    ['./d/index.js', '/app/src/d/index.ts'],
    ['./e', '/app/src/e.js'],
    ['./e.js', '/app/src/e.js'],
    ['./f.mjs', '/app/src/f.mts'],
    ['@/b', '/app/src/b.ts'],
    ['@/b.js', '/app/src/b.ts'],
    ['@/special/g', '/app/other/g.ts'],
    ['exact', '/app/src/b.ts'],
    ['p', '/app/node_modules/p/index.js'],
    ['./none', 'MODULE_NOT_FOUND'],
    ['@/none', 'ERR_MODULE_NOT_FOUND'],
  ])('%s', (specifier, expected) => {
    expect(led(specifier, { files, from, kind: 'import' })).toBe(
      expected.replace('ERR_MODULE', specifier === '@/none' ? 'MODULE' : 'ERR_MODULE'),
    );
  });

  it('follow what a tsconfig.json extends, with baseUrl and rootDirs', () => {
    const extended = {
      '/app/tsconfig.json': { extends: './base.json', compilerOptions: { rootDirs: ['src', 'generated'] } },
      '/app/base.json': { compilerOptions: { baseUrl: './lib', paths: { '~/*': ['x/*'] } } },
      '/app/lib/x/b.ts': '',
      '/app/lib/plain.ts': '',
      '/app/generated/g.ts': '',
    };
    expect(led('~/b', { files: extended, from, kind: 'import' })).toBe('/app/lib/x/b.ts');
    expect(led('plain', { files: extended, from, kind: 'import' })).toBe('/app/lib/plain.ts');
    expect(led('./g', { files: extended, from, kind: 'import' })).toBe('/app/generated/g.ts');
  });

  it('have a source for the output that an internal import names', () => {
    const inner = { '/app/package.json': { imports: { '#x': './src/x.js' } }, '/app/src/x.ts': '' };
    expect(led('#x', { files: inner, from, kind: 'import' })).toBe('/app/src/x.ts');
  });
});
