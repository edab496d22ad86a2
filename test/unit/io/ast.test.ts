import { describe, expect, it } from 'vitest';
import { extractModule } from '../../../server/core/link/extract.ts';
import { parseModule } from '../../../server/io/ast.ts';

function links(text: string, path = '/a.ts'): string[] {
  return parseModule(path, text).links.map(({ kind, specifier }) => `${kind} ${specifier}`);
}

describe('parseModule', () => {
  it('leaves out what is written as a type, and says what is done with the names of the rest', () => {
    const uses = (text: string): unknown[] =>
      parseModule('/a.ts', text).links.map(({ specifier, uses: all }) => [
        specifier,
        all?.map(({ name, as }) => `${name} ${as}`),
      ]);
    expect(
      uses(`import type { A } from './a'; import { type B } from './b'; import { C } from './c'; import { d, type D } from './d'
        import './e'; export type { F } from './f'; export { g } from './g'; let x: C; let y: typeof d = d; type Z = import('./z').Z`),
    ).toEqual([
      ['./b', []],
      ['./c', ['C nothing']],
      ['./d', undefined],
      ['./e', undefined],
      ['./g', ['g exported']],
    ]);
    expect(
      uses(`import { e } from './e'; import h, * as i from './h'; import { j as k } from './j'; import { l } from './l'
        f(e.one); export { k }; function f(h) { h(); { const i = 1; i } } class M { @dec() m(n: l): void {} } interface O { [k]: e }`),
    ).toEqual([
      ['./e', ['e members']],
      ['./h', ['default nothing', '* nothing']],
      ['./j', undefined],
      ['./l', ['l metadata']],
    ]);
  });

  it('reads require of every make, where it is Node’s', () => {
    expect(
      links(`import h = require('./h'); h(); declare const require: any; require('./a'); require.resolve('./b')
        function f(require: (x: string) => void) { require('./c') } { const require = g; require('./d') } for (const require of x) require('./e')`),
    ).toEqual(['require ./h', 'require ./a', 'require-resolve ./b']);
    expect(
      links(
        `import { createRequire } from 'node:module'; const load = createRequire(import.meta.url); load('./a'); import.meta.resolve('./b')`,
      ),
    ).toEqual(['import node:module', 'require ./a', 'meta-resolve ./b']);
  });

  it('reads JSX', () => {
    expect(links("import { A } from './a'; export const b = () => <A>{require('./c')}</A>", '/a.jsx')).toEqual([
      'import ./a',
      'require ./c',
    ]);
  });

  it.each([
    "import a, { b as c } from './x'; export * from './y'; export { d } from './z'; export default a; export const e = c",
    "const a = require('./a'); function f() { try { require('./b') } catch {} } (() => { require('./c') })(); import('./d').catch(f)",
    "const { require } = x; require('./a'); f(function (require) { require('./b') })",
    "async function f() { try { await import('./a') } catch {} } require('./r/' + f); require.resolve('./b', { paths: [] })",
  ])('says of plain JavaScript what the lexer says: %s', (text) => {
    const plain = ({
      kind,
      specifier,
      range,
      when,
      caught,
      names,
    }: ReturnType<typeof parseModule>['links'][number]) => ({
      ...{ kind, specifier, range, when, caught, names },
    });
    const [parsed, lexed] = [parseModule('/a.jsx', text), extractModule(text)];
    expect(parsed.links.map(plain)).toEqual(lexed.links.map(plain));
    expect(parsed.syntax).toBe(lexed.syntax);
  });
});
