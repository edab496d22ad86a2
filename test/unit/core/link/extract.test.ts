import { describe, expect, it } from 'vitest';
import { extractModule } from '../../../../server/core/link/extract.ts';
import type { ModuleFacts } from '../../../../server/core/link/module-facts.ts';

/** `kind specifier`, with `~` where it is reached only, and `?` where its failure is caught. */
function links(text: string): string[] {
  return extractModule(text).links.map(
    ({ kind, specifier, when, caught }) => `${kind} ${specifier}${when === 'reached' ? ' ~' : ''}${caught ? ' ?' : ''}`,
  );
}

function exported(text: string): Pick<ModuleFacts, 'exports' | 'starFrom'> {
  const { exports, starFrom } = extractModule(text);
  return { exports, starFrom };
}

describe('calls that import', () => {
  it('may have parentheses of their own, as a cast in a comment needs them', () => {
    expect(links("(/** @type {x} */ (require(/** @type {string} */ ('./a')))); import(('./c'))")).toEqual([
      'require ./a',
      'dynamic-import ./c',
    ]);
    expect(links("require(('./a', './b')); require(('./c'))('./d'); require(('./e') + x)")).toEqual(['require ./c']);
  });
});

describe('imports of ES modules', () => {
  it('are read in all their forms', () => {
    expect(
      links(`import './a'; import b from "./b"; import * as c from './c'; import d, { e as f, default as g } from './d'
        import {} from './e'; import h, * as i from './f'; import j from './g.json' with { type: 'json' }
        export * from './h'; export * as k from './i'; export { l, m as default } from './j'; export {} from './k'`),
    ).toEqual([
      ...['./a', './b', './c', './d', './e', './f', './g.json'].map((name) => `import ${name}`),
      ...['./h', './i', './j', './k'].map((name) => `export-from ${name}`),
    ]);
  });

  it('name what they take, by the name that the other module has', () => {
    const [first, second] = extractModule(
      `import a, { b as c, default as d, 'e f' as g } from './x'; export { h as i } from './y'`,
    ).links;
    expect(first?.names.map(({ name }) => name)).toEqual(['default', 'b', 'default', 'e f']);
    expect(second?.names).toEqual([
      { name: 'h', range: { start: { line: 0, character: 68 }, end: { line: 0, character: 69 } } },
    ]);
  });

  it('are not what looks like them', () => {
    expect(
      links(`// import './a'
        /* import './b' */ const c = "import './c'"; const d = \`import './d'\`; const e = /import '.\\/e'/
        object.import('./f'); object?.require('./g'); ({ import: 1, require: 2 }).import; class X { import() {} }`),
    ).toEqual([]);
  });

  it('stand at their place, in lines and characters of UTF-16', () => {
    const [link] = extractModule("// 😀\r\nimport x from '😀/b'").links;
    expect(link?.range).toEqual({ start: { line: 1, character: 15 }, end: { line: 1, character: 19 } });
  });
});

describe('require and import()', () => {
  it('take constant text, in parts or as a template', () => {
    expect(
      links("require('./a'); require(\"./b\"); require(`./c`); require('./' + 'd'); import('./e'); import(`./f`, {})"),
    ).toEqual(['require ./a', 'require ./b', 'require ./c', 'require ./d', 'dynamic-import ./e', 'dynamic-import ./f']);
  });

  it('take escapes for what they mean', () => {
    expect(links(String.raw`require('\x2e/a'); require('./\u0062'); require('./\u{63}'); require('./it\'s')`)).toEqual([
      'require ./a',
      'require ./b',
      'require ./c',
      "require ./it's",
    ]);
  });

  it('may be resolved only', () => {
    expect(
      links(
        "require.resolve('./a'); import.meta.resolve('./b'); require.resolve('./c', { paths: ['/x'] }); require.resolve('./d',)",
      ),
    ).toEqual(['require-resolve ./a', 'meta-resolve ./b', 'require-resolve ./d']);
  });

  it('are dynamic where only run time knows', () => {
    const { links: found, dynamic } = extractModule(
      "require('./routes/' + name); require(`./r/${name}.js`); require(name); import('./x/' + a + '.js'); require(a ? './b' : './c')",
    );
    expect(found).toEqual([]);
    expect(dynamic.map(({ how, prefix }) => [how, prefix])).toEqual([
      ['specifier', './routes/'],
      ['specifier', './r/'],
      ['specifier', ''],
      ['specifier', './x/'],
      ['specifier', ''],
    ]);
  });

  it('are reached only inside a function that is not called where it stands', () => {
    expect(
      links(`require('./a'); function f() { require('./b') } const g = () => require('./c'); class X { m() { require('./d') } static x = require('./e') }
        (function () { require('./f') })(); (() => { require('./g') })(); (async () => { await import('./h') })(); if (x) { require('./i') }
        (function () { require('./j') }).call(this); !function () { require('./k') }(); app.use(() => { require('./l') })`),
    ).toEqual([
      'require ./a',
      'require ./b ~',
      'require ./c ~',
      'require ./d ~',
      'require ./e',
      'require ./f',
      'require ./g',
      'dynamic-import ./h',
      'require ./i',
      'require ./j',
      'require ./k',
      'require ./l ~',
    ]);
  });

  it('know whether their failure is caught', () => {
    expect(
      links(`try { require('./a') } catch {} try { require('./b') } finally {} try { f(() => require('./c')) } catch (e) {}
        import('./d').catch(() => {}); import('./e').then(a, b); import('./f').then(a); try { import('./g') } catch {}
        async function f() { try { await import('./h') } catch {} } try { try { require('./i') } finally {} } catch {} try {} catch { require('./j') }`),
    ).toEqual([
      'require ./a ?',
      'require ./b',
      'require ./c ~',
      'dynamic-import ./d ?',
      'dynamic-import ./e ?',
      'dynamic-import ./f',
      'dynamic-import ./g',
      'dynamic-import ./h ~ ?',
      'require ./i ?',
      'require ./j',
    ]);
  });
});

describe('require that is not Node’s', () => {
  it.each([
    ['a bundler’s wrapper', '[function (require, module, exports) { require("./a") }]'],
    ['AMD', 'define(function (require) { require("./a") })'],
    ['an arrow’s parameter', 'const f = require => require("./a"); const g = (require, x) => { require("./b") }'],
    [
      'a default, a rest, a pattern',
      'f(function (require = 1) { require("./a") }); f(({ require }) => require("./b"))',
    ],
    ['a variable', 'function f() { const require = other; require("./a") }'],
    ['a function', 'function require(x) {} require("./a")'],
    ['a createRequire for another place', 'const require = createRequire("/elsewhere/x.js"); require("./a")'],
  ])('%s', (_, text) => {
    expect(links(text)).toEqual([]);
  });

  it('ends with its scope', () => {
    expect(
      links(
        "{ let require = x; require('./a') } require('./b'); f(function (require) { require('./c') }, require('./d'))",
      ),
    ).toEqual(['require ./b', 'require ./d']);
  });

  it('is Node’s again where createRequire makes it for this module', () => {
    expect(
      links(`import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); require('./a')
        const load = module.createRequire(__filename); load('./b'); load.resolve('./c'); object.load('./d')`),
    ).toEqual(['import node:module', 'require ./a', 'require ./b', 'require-resolve ./c']);
  });
});

describe('files that are no imports', () => {
  it('are named beside the module', () => {
    expect(
      links(`readFileSync(path.join(__dirname, 'views', 'x.pug')); readFileSync(__dirname + '/a.txt'); open(\`\${__dirname}/b/c.txt\`)
        resolve(import.meta.dirname, '../d.json'); new URL('./e%20f.html', import.meta.url); fileURLToPath(new URL('./g.html?x', import.meta.url))`),
    ).toEqual(
      ['./views/x.pug', './a.txt', './b/c.txt', '../d.json', './e f.html', './g.html'].map((name) => `file ${name}`),
    );
  });

  it('are modules where another thread or process runs them, or where they are imported', () => {
    expect(
      links(`new Worker(new URL('./a.js', import.meta.url)); new Worker(path.join(__dirname, 'b.js')); fork(path.join(__dirname, 'c'))
        new Worker(fileURLToPath(new URL('./d.js', import.meta.url)), {}); require(path.join(__dirname, 'e')); require(__dirname + '/f')
        require.resolve(path.resolve(__dirname, '..', 'g')); cp.fork(require.resolve('./h'))`),
    ).toEqual([
      'worker ./a.js',
      'worker ./b.js',
      'fork ./c',
      'worker ./d.js',
      'require ./e',
      'require ./f',
      'require-resolve ../g',
      'require-resolve ./h',
    ]);
  });

  it('may be a folder that is listed', () => {
    const { dynamic } = extractModule(
      "readdirSync(path.join(__dirname, 'routes')).forEach((name) => require(path.join(__dirname, 'routes', name))); fs.readdir(__dirname + '/x', f)",
    );
    expect(dynamic.map(({ how, prefix }) => [how, prefix])).toEqual([
      ['listing', './routes/'],
      ['specifier', './routes/'],
      ['listing', './x/'],
    ]);
  });

  it('count from the module only where __dirname is its folder', () => {
    const own = "const __dirname = path.dirname(fileURLToPath(import.meta.url)); read(path.join(__dirname, 'a.txt'))";
    expect(links(own)).toEqual(['file ./a.txt']);
    expect(links("const __dirname = path.resolve(); read(path.join(__dirname, 'a.txt'))")).toEqual([]);
    expect(
      links(
        "read(path.join(folder, __dirname, 'a.txt')); read(path.resolve(__dirname, '/a.txt')); read(path.join(__dirname, name))",
      ),
    ).toEqual([]);
  });
});

describe('exports', () => {
  it('of ES modules are read in all their forms', () => {
    expect(
      exported(`export const a = 1, { b, c: [d, ...e], f = 2, ...g } = x; export function h() {} export async function* i() {} export class J {}
        export { k, l as m, n as 'o p' }; export default 1; export * from './q'; export * as r from './s'; export { t } from './u'; export let v, w`),
    ).toEqual({
      exports: ['a', 'b', 'd', 'e', 'f', 'g', 'h', 'i', 'J', 'k', 'm', 'o p', 'default', 'r', 't', 'v', 'w'],
      starFrom: ['./q'],
    });
  });

  it('of CommonJS are what Node’s lexer sees', () => {
    expect(exported("exports.a = 1; module.exports.b = 2; Object.defineProperty(exports, 'c', { value: 3 })")).toEqual({
      exports: ['a', 'b', 'c'],
      starFrom: [],
    });
    expect(exported("module.exports = require('./x')")).toEqual({ exports: [], starFrom: ['./x'] });
  });
});

describe('the kind of module', () => {
  it.each([
    ['import x from "y"', 'esm'],
    ['export const x = 1', 'esm'],
    ['export {}', 'esm'],
    ['import.meta.url', 'esm'],
    ['import("x")', 'script'],
    ['require("x")', 'script'],
    ['', 'script'],
    ['const exported = { export: 1, import: 2 }', 'script'],
  ])('%s', (text, syntax) => {
    expect(extractModule(text).syntax).toBe(syntax);
  });
});

describe('texts that are no plain JavaScript', () => {
  it('say where they end to be understood, with what was found before', () => {
    const facts = extractModule("require('./a')\nconst x = {\n");
    expect(facts.links).toHaveLength(1);
    expect(facts.problem).toEqual({
      message: '"{" is never closed',
      range: { start: { line: 1, character: 10 }, end: { line: 1, character: 11 } },
    });
  });

  it('are read through a byte order mark, a hashbang, CRLF and HTML comments', () => {
    expect(links("\uFEFF#!/usr/bin/env node\r\n<!-- require('./x')\r\nrequire('./a')\r\n--> require('./y')")).toEqual([
      'require ./a',
    ]);
  });
});

describe('a text that is being typed', () => {
  const whole = `import a, { b as c } from './x'; export * from './y'; export const { d = [1], ...e } = f(), g = \`\${h}\`
    const load = createRequire(import.meta.url); const { require: i } = load('./z'); for (const require of x) { require('./w') }
    class X { async *m(require) { try { await import('./v' + (1)) } catch ({ require }) {} } } export default () => /[/]\\//.test(y)
    new Worker(new URL('./u', import.meta.url)); readFileSync(path.join(__dirname, 'a', b)); export { j as "k l" } from "./t"; var [require] = x`;

  it.each([0, 1, 2, 3])('is read to its end wherever it stops, with what is cut out of it too (%i)', (cut) => {
    for (let end = 0; end <= whole.length; end++) {
      const text = whole.slice(0, end) + (cut === 0 ? '' : whole.slice(end + cut * 7));
      expect(extractModule(text).links.length).toBeLessThan(50);
    }
  });
});
