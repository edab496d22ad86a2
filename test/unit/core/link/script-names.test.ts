import { describe, expect, it } from 'vitest';
import { extractModule } from '../../../../server/core/link/extract.ts';

describe('what a script gives to its module.exports', () => {
  it.each([
    ['exports.a = 1; module.exports.b = exports.c = 2;', ['a', 'b', 'c']],
    [
      "module.exports = { a, b: 1, c() {}, 'd': 2, async e() {}, get f() {}, *g() {}, get: 1, 0x10: 3 };",
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'get', '16'],
    ],
    [
      'Object.defineProperty(exports, "__esModule", { value: true });\nexports.a = exports.b = void 0;',
      ['__esModule', 'a', 'b'],
    ],
    ['if (require.main === module) exports.a(); use(module.id); x.exports = y; z({ exports: 1, module: 2 });', []],
    ['class A { constructor() { this.b = 1; } }\nmodule.exports = { A }', ['A']],
    ['', []],
  ] as const)('%s', (text, names) => {
    expect(extractModule(text).properties).toEqual(names);
  });

  it.each([
    'module.exports = class A {};',
    'module.exports = { ...other };',
    'module.exports = { [name]: 1 };',
    'module.exports = { a }.b;',
    'const api = module.exports = { a }; api.b = 1;',
    'exports = module.exports = { a };',
    'Object.assign(exports, other);',
    'for (const key of keys) exports[key] = 1;',
    '__exportStar(require("./other"), exports);',
    '(function (exports) { exports.a = 1; })(exports);',
    "module['exports'].a = 1;",
    'fill(module);',
    'this.a = 1;',
  ])('is not certain: %s', (text) => {
    expect(extractModule(text).properties).toBeUndefined();
  });
});

describe('what a require takes from its module', () => {
  it.each([
    ["const { a, b: c, 'd': { e } } = require('x');", ['a', 'b', 'd']],
    ["const { a = 1, b: c = 2, ...rest } = require('x')\nnext();", []],
    ["let f = 1, { a } = require('x'), g;", ['a']],
    ["const a = require('x').a;\nrequire('x').b.c();", ['a', 'b']],
    ["require('x').a = 1; require('x')?.b; require('x')['c']; require('x')(d);", []],
    ["const { a } = require('x')(b); const { c } = require('x') || {};", []],
    ["const { [name]: b, c } = require('x');", ['c']],
  ] as const)('%s', (text, names) => {
    expect(extractModule(text).links.flatMap((link) => link.names.map(({ name }) => name))).toEqual(names);
  });
});
