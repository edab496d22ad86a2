import { describe, expect, it } from 'vitest';
import { parsedModules, syntaxErrors } from '../../../../server/core/link/syntax.ts';
import { viewOf } from '../../../support/trees.ts';

/** `path line:column` with `?` behind what is only a warning, of everything that is no JavaScript. */
function refused(here: Record<string, string>, there: Record<string, string> = {}): string[] {
  const view = viewOf({ here, there });
  return syntaxErrors(view, view.project.modules).map(
    ({ file, severity, range: { start } }) =>
      `${file.path} ${start.line}:${start.character}${severity === 'warning' ? '?' : ''}`,
  );
}

// That each answer is Node's is proven by test/integration/links-syntax.test.ts; these tell what is no question to its parser.

describe('a module that no Node could run', () => {
  it('is found at its place, on the first line too', () => {
    expect(refused({ 'a.js': 'let a = ;', 'b.js': '#!/usr/bin/env node\n\n  if (', 'c.js': 'let c = 1;' })).toEqual([
      'a.js 0:8',
      'b.js 2:6',
    ]);
  });

  it('has what Node puts around CommonJS', () => {
    expect(refused({ 'a.js': '\ufeff#!node\nreturn new.target;', 'b.cjs': 'return;', 'c.mjs': 'return;' })).toEqual([
      'c.mjs 0:0',
    ]);
  });

  it('is an ES module by its extension, by production’s package.json, or by what it says', () => {
    const text = 'with (a) b;';
    expect(refused({ 'a.js': text, 'b.mjs': text, 'c.cjs': 'import "x";', 'd.js': 'import "x";' })).toEqual([
      'b.mjs 0:0',
      'c.cjs 0:0',
    ]);
    expect(refused({ 'a.js': text }, { 'package.json': '{ "type": "module" }' })).toEqual(['a.js 0:0']);
  });

  it('is a warning where production has a file there that Node could not run either', () => {
    const here = { 'a.js': '{{#if name}}', 'b.js': 'let b = ;' };
    expect(refused(here, { 'a.js': '{{#if other}}', 'b.js': 'let b;' })).toEqual(['a.js 0:2?', 'b.js 0:8']);
  });

  it('is nothing that is only too deep for our parser', () => {
    expect(refused({ 'a.js': `${'['.repeat(60_000)}${']'.repeat(60_000)}` })).toEqual([]);
  });

  it('is nothing that is compiled first', () => {
    expect(refused({ 'a.ts': 'let a: = 1', 'b.jsx': '<', 'c.js': 'const c = <div>{1}</div>;', 'd.tsx': '(' })).toEqual(
      [],
    );
  });
});

describe('what production’s own Node can be asked about', () => {
  it('is what some Node could parse, as what it will be there', () => {
    const here = {
      'a.js': 'return;',
      'b.mjs': 'await 1;',
      'c.js': 'import "x";',
      'd.cjs': 'let d;',
      'jsx.js': 'const e = <div/>;',
      'template.js': '{{#if name}}',
      'typed.ts': 'let f: string;',
    };
    const view = viewOf({ here, there: {} });
    expect([...parsedModules(view, view.project.modules)]).toEqual([
      ['a.js', 'commonjs'],
      ['b.mjs', 'esm'],
      ['c.js', 'esm'],
      ['d.cjs', 'commonjs'],
    ]);
  });
});
