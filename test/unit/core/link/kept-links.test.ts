import { describe, expect, it } from 'vitest';
import { keptLinks } from '../../../../server/core/link/kept-links.ts';
import type { Runtime } from '../../../../server/core/link/runtime.ts';
import { View } from '../../../../server/core/tree/view.ts';
import { parseModule } from '../../../../server/io/ast.ts';
import { MemoryTree } from '../../../support/trees.ts';

const SOURCE = `import { Unused } from './unused'; import { type Written } from './written'; import { Type } from './types';
  import { E } from './enums'; import { Given } from './barrel'; import { d } from 'only-types'; import React from 'react';
  export { Type, d }; f(E.one); export { Given }; export const g = <a />; class M { @dec() m(p: Meta) {} } import { Meta } from './types';`;

const FILES = {
  '/app/types.ts': 'export interface Type {} export interface Meta {}',
  '/app/enums.ts': 'export const enum E { one }',
  '/app/barrel.ts': "export * from './values'",
  '/app/values.ts': 'export const Given = 1',
  '/app/node_modules/@types/only-types/package.json': '{}',
};

function kept(compilerOptions: object, typescript?: Runtime['typescript']): string {
  const files = { ...FILES, '/app/tsconfig.json': { compilerOptions } };
  const view = new View(new MemoryTree(files, { read: (path, text) => parseModule(path, text) }));
  const module = parseModule('/app/a.tsx', SOURCE);
  const runtime: Runtime = { node: [24, 0], ...(typescript && { typescript }) };
  return keptLinks(view, '/app/a.tsx', module, runtime)
    .map(({ specifier }) => specifier.replace('./', ''))
    .join(' ');
}

// That each answer is the compiler's is proven by test/integration/links-compiled.test.ts.
describe('the links that a TypeScript source keeps', () => {
  it.each<[string, object, string]>([
    ['what is a value', {}, 'barrel react'],
    ['what makes JSX, unless that is imported by itself', { jsx: 'react-jsx' }, 'barrel'],
    ['what makes JSX by another name', { jsxFactory: 'h' }, 'barrel'],
    [
      'all that may be a value, where modules are compiled alone',
      { isolatedModules: true },
      'types enums barrel only-types react',
    ],
    ['an enum that is kept', { preserveConstEnums: true }, 'enums barrel react'],
    [
      'all as it is written',
      { verbatimModuleSyntax: true },
      'unused written types enums barrel only-types react types',
    ],
    [
      'all, by the older option',
      { importsNotUsedAsValues: 'preserve' },
      'unused written types enums barrel only-types react types',
    ],
    [
      'types that metadata names',
      { isolatedModules: true, emitDecoratorMetadata: true },
      'types enums barrel only-types react types',
    ],
  ])('%s', (_, options, expected) => {
    expect(kept(options)).toBe(expected);
  });

  it('is all of it where Node strips the types', () => {
    expect(kept({}, 'strip')).toBe('unused written types enums barrel only-types react types');
  });

  it('is what may be a value where tsx compiles it', () => {
    expect(kept({}, 'tsx')).toBe('types enums barrel only-types react');
  });
});
