import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../server/core/link/finding.ts';
import { judgeModule } from '../../../../server/core/link/judge.ts';
import { judgeProductionModule, onePerPackage } from '../../../../server/core/link/production-modules.ts';
import { ROOT, viewOf } from '../../../support/trees.ts';
import type { ProjectOptions } from '../../../support/trees.ts';

function findings(options: ProjectOptions): Finding[] {
  const view = viewOf(options);
  return onePerPackage([
    ...view.project.modules.flatMap((path) => judgeModule(view, path).findings),
    ...view.project.productionOnly.flatMap((path) => judgeProductionModule(view, path).findings),
  ]);
}

/** `file: severity code specifier` of everything that is said. */
function said(options: ProjectOptions): string[] {
  return findings(options).map(
    ({ file, severity, code, specifier }) => `${file.path}: ${severity} ${code} ${specifier ?? ''}`,
  );
}

describe('production-only-import', () => {
  const there = { 'src/db/connection.js': '', 'src/app.js': '' };

  it('is said where only production has the file, with the pull that mends it', () => {
    const [finding, ...rest] = findings({ here: { 'src/app.js': "\n  require('./db/connection');" }, there });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      code: 'production-only-import',
      severity: 'error',
      file: { tree: 'local', path: 'src/app.js' },
      range: { start: { line: 1, character: 11 }, end: { line: 1, character: 26 } },
      specifier: './db/connection',
      pull: ['src/db/connection.js'],
      when: 'start',
    });
    expect(finding?.remedy).toContain('driftline pull src/db/connection.js');
  });

  it('is not said once the file is here too', () => {
    expect(said({ here: { 'src/app.js': "require('./db/connection')", 'src/db/connection.js': '' }, there })).toEqual(
      [],
    );
  });

  it('says what would have to be pulled in the coordinates of a map', () => {
    const [finding] = findings({
      map: [{ local: 'api/src', production: 'src' }],
      here: { 'api/src/app.js': "require('./db/connection')" },
      there,
    });
    expect(finding).toMatchObject({ code: 'production-only-import', pull: ['src/db/connection.js'] });
  });

  it('is said of a file that an ES module reaches by its own package', () => {
    const fields = { name: 'self', type: 'module', exports: { './*': './src/*.js' } };
    const [finding, ...rest] = findings({
      here: { 'package.json': fields, 'src/a.js': "import 'self/db'; import 'self/none'" },
      there: { 'package.json': fields, 'src/db.js': '', 'node_modules/x/index.js': '' },
    });
    expect(finding).toMatchObject({ code: 'production-only-import', specifier: 'self/db', pull: ['src/db.js'] });
    expect(rest).toMatchObject([{ code: 'unresolved-import', specifier: 'self/none' }]);
  });

  it('is not said of a package that an application reaches by a name of its own', () => {
    const fields = { imports: { '#ms': 'ms' } };
    const here = { 'a.js': "require('#ms'); require('./node_modules/ms/index.js')" };
    const there = { 'package.json': fields, 'node_modules/ms/index.js': '' };
    const declared = { ...fields, dependencies: { ms: '2' } };
    expect(said({ here: { ...here, 'package.json': declared }, there })).toEqual([]);
    expect(said({ here: { ...here, 'package.json': fields }, there })).toEqual([
      'a.js: warning package-production-only #ms',
    ]);
    expect(
      said({
        here: { ...here, 'package.json': declared, 'node_modules/ms/index.js': '' },
        there: { 'package.json': fields, 'node_modules/x/index.js': '' },
      }),
    ).toEqual(['a.js: error package-missing #ms', 'a.js: error package-missing ./node_modules/ms/index.js']);
  });

  it('offers no pull of what is not managed', () => {
    const [finding] = findings({
      exclude: ['generated'],
      here: { 'src/app.js': "require('../generated/x')" },
      there: { 'generated/x.js': '' },
    });
    expect(finding).toMatchObject({ code: 'production-only-import' });
    expect(finding?.pull).toBeUndefined();
  });

  it('is a warning where production already has this very module, and runs with it', () => {
    const text = "try { require('./gone') } finally {}";
    expect(said({ here: { 'src/app.js': text }, there: { 'src/app.js': text } })).toEqual([
      'src/app.js: warning unresolved-import ./gone',
    ]);
  });
});

describe('unresolved-import', () => {
  it('is said where no tree has the file', () => {
    expect(said({ here: { 'a.js': "require('./none')" }, there: {} })).toEqual([
      'a.js: error unresolved-import ./none',
    ]);
  });

  it('is not said of builtins, data URLs and files', () => {
    const text = "import 'node:fs'; import 'fs/promises'; import 'data:text/javascript,1'; import './b.js'";
    expect(said({ here: { 'a.mjs': text, 'b.js': '' }, there: {} })).toEqual([]);
  });

  it('is said of a module that this Node does not have', () => {
    expect(said({ here: { 'a.js': "require('node:sqlite')" }, there: {}, node: [20, 19] })).toEqual([
      'a.js: error unresolved-import node:sqlite',
    ]);
    expect(said({ here: { 'a.js': "require('node:sqlite')" }, there: {}, node: [22, 13] })).toEqual([]);
  });

  it('says in a function that it fails when reached', () => {
    const [finding] = findings({ here: { 'a.js': "module.exports = () => require('./none')" }, there: {} });
    expect(finding).toMatchObject({ when: 'reached' });
    expect(finding?.message).toContain('not at start');
  });
});

describe('case-mismatch', () => {
  const here = { 'a.js': "require('./DB/Connection')", 'db/connection.js': '' };

  it('comes before everything else: the fix is the spelling, never a pull', () => {
    const [finding, ...rest] = findings({ here: { 'a.js': "require('./Db')", 'db.js': '' }, there: { 'Db.js': '' } });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ code: 'case-mismatch', severity: 'error' });
    expect(finding?.pull).toBeUndefined();
    expect(finding?.remedy).toContain('db.js');
  });

  it.each([false, true])('is the same on every disk (folding: %s)', (foldsCase) => {
    expect(said({ here, there: {}, local: { foldsCase } })).toEqual(['a.js: error case-mismatch ./DB/Connection']);
  });

  it('is not said of the right spelling', () => {
    expect(said({ here: { 'a.js': "require('./db/connection')", 'db/connection.js': '' }, there: {} })).toEqual([]);
  });
});

describe('not-deployed-import', () => {
  const cause = (options: ProjectOptions): string[] =>
    findings(options).map(({ code, severity, message }) => `${severity} ${code}: ${message}`);

  it('names a file outside the map', () => {
    expect(
      cause({
        map: [{ local: 'src', production: 'src' }],
        here: { 'src/a.js': "require('../lib/b')", 'lib/b.js': '' },
        there: {},
      }),
    ).toEqual([expect.stringMatching(/^error not-deployed-import: .*lib\/b\.js lies outside "map"/)]);
  });

  it('names a file that is excluded', () => {
    expect(
      cause({ exclude: ['*.local.js'], here: { 'a.js': "require('./b.local')", 'b.local.js': '' }, there: {} }),
    ).toEqual([expect.stringContaining('b.local.js is excluded')]);
  });

  it('names a file that is not included', () => {
    expect(cause({ include: ['src'], here: { 'src/a.js': "require('../b')", 'b.js': '' }, there: {} })).toEqual([
      expect.stringContaining('b.js is not in "include"'),
    ]);
  });

  it('names a package.json that decides and is not deployed', () => {
    const here = {
      'package.json': { imports: { '#db': './src/db.js' } },
      'src/a.js': "require('#db')",
      'src/db.js': '',
    };
    expect(cause({ map: [{ local: 'src', production: 'src' }], here, there: { 'package.json': {} } })).toEqual([
      expect.stringMatching(/^error not-deployed-import: .*package\.json/),
    ]);
    expect(cause({ here, there: { 'package.json': {} } })).toEqual([]);
  });

  it('names a map that takes two files apart', () => {
    const map = [
      { local: 'src', production: 'app' },
      { local: 'src/admin', production: 'admin' },
    ];
    const here = { 'src/a.js': "require('./admin/b')", 'src/admin/b.js': "require('../a')" };
    expect(cause({ map, here, there: {} })).toEqual([
      expect.stringMatching(/^error not-deployed-import: .*"map" takes src\/admin\/b\.js to admin\/b\.js/),
      expect.stringMatching(/^error not-deployed-import: .*"map" takes src\/a\.js to app\/a\.js/),
    ]);
  });

  it('names a package.json by which a package imports itself, whichever way it does', () => {
    const files = { 'src/new.js': '', 'src/old.js': '' };
    const fields = { name: 'self', exports: { './old': './src/old.js' } };
    const here = {
      ...files,
      'package.json': { ...fields, exports: { ...fields.exports, './new': './src/new.js' } },
      'src/a.mjs': "import 'self/new'; import 'self/old'",
      'src/b.js': "require('self/new'); require('self/old')",
    };
    const there = { ...files, 'package.json': fields, 'node_modules/x/index.js': '' };
    const names = [expect.stringMatching(/^error not-deployed-import: "self\/new".*package\.json/)] as unknown[];
    expect(cause({ map: [{ local: 'src', production: 'src' }], here, there })).toEqual([...names, ...names]);
  });

  it('names a folder that production keeps in the place of a file', () => {
    expect(
      cause({
        here: { 'a.js': "require('./b')", 'b.json': '{}' },
        there: { 'b.json/x': '' },
        leaves: ['b.json'],
      }),
    ).toEqual([expect.stringContaining('production keeps a folder')]);
  });

  it('names a file that the plan leaves out', () => {
    expect(cause({ here: { 'a.js': "require('./b')", 'b.js': '' }, there: {}, leaves: ['b.js'] })).toEqual([
      expect.stringContaining('the plan leaves b.js out'),
    ]);
  });

  it('is not said of what production has already, though nobody deploys it', () => {
    expect(
      cause({
        map: [{ local: 'src', production: 'src' }],
        here: { 'src/a.js': "require('../lib/b')", 'lib/b.js': '' },
        there: { 'lib/b.js': '' },
      }),
    ).toEqual([]);
  });
});

describe('shadowed-on-production', () => {
  it('is said where production keeps a file that wins', () => {
    const [finding, ...rest] = findings({
      here: { 'a.js': "require('./db')", 'db/index.js': '' },
      there: { 'db.js': '', 'a.js': 'x' },
    });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ code: 'shadowed-on-production', severity: 'error' });
    expect(finding?.message).toContain('db/index.js');
    expect(finding?.remedy).toContain('--delete db.js');
    expect(finding?.deletes).toEqual(['db.js']);
  });

  it('is said of a .js that comes before the .json here, and of an old main', () => {
    expect(
      said({
        here: { 'a.js': "require('./data'); require('./lib')", 'data.json': '{}', 'lib/index.js': '' },
        there: { 'data.js': '', 'lib/package.json': { main: 'old.js' }, 'lib/old.js': '' },
      }),
    ).toEqual(['a.js: error shadowed-on-production ./data', 'a.js: error shadowed-on-production ./lib']);
  });

  it('is not said once its deletion is in the plan, nor where the same file wins', () => {
    const here = { 'a.js': "require('./db')", 'db/index.js': '' };
    expect(said({ here, there: { 'db.js': '' }, deletes: ['db.js'] })).toEqual([]);
    expect(said({ here, there: { 'db/index.js': 'old', 'other.js': '' } })).toEqual([]);
  });
});

describe('missing-export', () => {
  it('is said of each name that the module will not export', () => {
    const [finding, ...rest] = findings({
      here: { 'a.mjs': "import b, { one, two as three } from './b.mjs'", 'b.mjs': 'export const one = 1' },
      there: {},
    });
    expect(finding).toMatchObject({ code: 'missing-export', severity: 'error', range: { start: { character: 7 } } });
    expect(rest).toMatchObject([
      { code: 'missing-export', range: { start: { character: 17 }, end: { character: 20 } } },
    ]);
  });

  it('is not said of names that are there, through re-exports and stars, nor of what CommonJS assigns', () => {
    const here = {
      'a.mjs':
        "import d, { one, two, ns } from './b.mjs'; import cjs, { three } from './c.cjs'; import './none-needed.mjs'",
      'b.mjs':
        "export * from './d.mjs'; export { two } from './e.mjs'; export * as ns from './e.mjs'; export default 1",
      'c.cjs': 'exports.three = 3',
      'd.mjs': "export const one = 1; export * from './b.mjs'",
      'e.mjs': 'export const two = 2',
      'none-needed.mjs': '',
    };
    expect(said({ here, there: {} })).toEqual([]);
  });

  it('is judged by what production will have, not by what is here', () => {
    const here = { 'a.mjs': "import { one } from './lib/b.mjs'", 'lib/b.mjs': 'export const one = 1' };
    expect(said({ exclude: ['lib'], here, there: { 'lib/b.mjs': 'export const two = 2' } })).toEqual([
      'a.mjs: error missing-export ./lib/b.mjs',
    ]);
  });
});

describe('breaks-production', () => {
  it('is said of the file whose new version lacks what a production-only module imports', () => {
    expect(
      said({
        here: { 'b.mjs': 'export const two = 2' },
        there: { 'a.mjs': "import { one } from './b.mjs'", 'b.mjs': 'export const one = 1' },
      }),
    ).toEqual(['b.mjs: error breaks-production ./b.mjs']);
  });

  it('is said of a deletion that a production-only module needs', () => {
    expect(said({ here: {}, there: { 'a.js': "require('./b')", 'b.js': '' }, deletes: ['b.js'] })).toEqual([
      expect.stringMatching(/: error breaks-production \.\/b$/),
    ]);
  });

  it('is not said where the names stay, nor of what was broken before', () => {
    expect(
      said({
        here: { 'b.mjs': 'export const one = 1, two = 2' },
        there: { 'a.mjs': "import { one, gone } from './b.mjs'; import './none.mjs'", 'b.mjs': 'export const one = 1' },
      }),
    ).toEqual([]);
  });
});

describe('packages', () => {
  const here = { 'package.json': { dependencies: { p: '^2.0.0' } }, 'a.js': "require('p')" };
  const installed = (version: string): object => ({ name: 'p', version, main: 'i.js' });

  it('package-missing: production has node_modules, but not this package', () => {
    const [finding] = findings({ here, there: { 'node_modules/q/index.js': '' } });
    expect(finding).toMatchObject({ code: 'package-missing', severity: 'error' });
    expect(finding?.remedy).toContain('npm install p@^2.0.0');
  });

  it('package-missing: the package is there, without this subpath', () => {
    const there = { 'node_modules/p/package.json': installed('2.1.0'), 'node_modules/p/i.js': '' };
    const [finding] = findings({ here: { ...here, 'a.js': "require('p/sub')" }, there });
    expect(finding).toMatchObject({ code: 'package-missing' });
    expect(finding?.message).toContain('p@2.1.0');
  });

  it('package-production-only: installed there, declared nowhere here, said once', () => {
    const there = { 'node_modules/z/index.js': '', 'node_modules/z/package.json': { version: '1.0.0' } };
    expect(said({ here: { 'a.js': "require('z')", 'b.js': "require('z')" }, there })).toEqual([
      'a.js: warning package-production-only z',
    ]);
  });

  it('package-version: what is installed is outside the range', () => {
    const there = { 'node_modules/p/package.json': installed('1.9.0'), 'node_modules/p/i.js': '' };
    expect(said({ here, there })).toEqual(['a.js: warning package-version p']);
  });

  it('package-version: the one that resolution reaches from this module counts', () => {
    const there = {
      'node_modules/p/package.json': installed('2.0.0'),
      'node_modules/p/i.js': '',
      'sub/node_modules/p/package.json': installed('1.0.0'),
      'sub/node_modules/p/i.js': '',
    };
    expect(said({ here: { ...here, 'sub/b.js': "require('p')" }, there })).toEqual([
      'sub/b.js: warning package-version p',
    ]);
  });

  it('package-version: another package than an alias names', () => {
    const there = { 'node_modules/p/package.json': installed('2.0.0'), 'node_modules/p/i.js': '' };
    const [finding] = findings({ here: { ...here, 'package.json': { dependencies: { p: 'npm:q@2' } } }, there });
    expect(finding).toMatchObject({ code: 'package-version' });
    expect(said({ here: { ...here, 'package.json': { dependencies: { p: 'npm:p@2' } } }, there })).toEqual([]);
  });

  it('package-missing says where it is declared for development only', () => {
    const [finding] = findings({
      here: { ...here, 'package.json': { devDependencies: { p: '2' } } },
      there: { 'node_modules/q/index.js': '' },
    });
    expect(finding?.message).toContain('devDependencies');
    expect(finding?.remedy).toContain('Move p to dependencies');
  });

  it('package-missing: a range that is none for a registry is no argument for npm install', () => {
    const [finding] = findings({
      here: { ...here, 'package.json': { dependencies: { p: 'workspace:*' } } },
      there: { 'node_modules/q/index.js': '' },
    });
    expect(finding?.remedy).toBe('Install the dependencies on production.');
  });

  it('package-missing: an optional one whose failure is caught is information', () => {
    const text = "let p; try { p = require('p'); } catch {}";
    const optional = { 'package.json': { optionalDependencies: { p: '2' } }, 'a.js': text };
    expect(said({ here: optional, there: { 'node_modules/q/index.js': '' } })).toEqual([
      'a.js: information package-missing p',
    ]);
  });

  it('nothing is said where package.json cannot be read', () => {
    const there = { 'node_modules/p/package.json': installed('2.4.1'), 'node_modules/p/i.js': '' };
    expect(said({ here: { 'package.json': '{', 'lib/package.json': {}, 'lib/a.js': "require('p')" }, there })).toEqual(
      [],
    );
  });

  it('nothing is said where an override decides the version', () => {
    const there = { 'node_modules/p/package.json': installed('1.9.0'), 'node_modules/p/i.js': '' };
    const fields = { dependencies: { p: '^2.0.0' }, resolutions: { p: '1.9.0' } };
    expect(said({ here: { ...here, 'package.json': fields }, there })).toEqual([]);
  });

  it('nothing is said where the version fits, or where node_modules was not read', () => {
    const there = { 'node_modules/p/package.json': installed('2.4.1'), 'node_modules/p/i.js': '' };
    expect(said({ here, there })).toEqual([]);
    expect(said({ here, there: {} })).toEqual([]);
  });

  it('a package that names itself is no package to be installed', () => {
    const own = { 'package.json': { name: 'app', exports: './b.js' }, 'a.js': "require('app')", 'b.js': '' };
    expect(said({ here: own, there: { 'node_modules/q/index.js': '' } })).toEqual([]);
    expect(
      said({
        here: { ...own, 'package.json': { name: 'app', exports: './gone.js' } },
        there: { 'node_modules/q/index.js': '' },
      }),
    ).toEqual(['a.js: error unresolved-import app']);
  });
});

describe('NODE_PATH of the application', () => {
  const map = [{ local: 'api/src', production: 'src' }];
  const nodePath = [`${ROOT}/src`, '/usr/lib/node_modules'];

  it('leads to files of the application, here in their own place', () => {
    const there = { 'src/lib/db.js': '', 'src/lib/util.js': '' };
    const here = { 'api/src/a.js': "require('lib/util'); require('lib/db')", 'api/src/lib/util.js': '' };
    const [finding, ...rest] = findings({ map, nodePath, here, there });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ code: 'production-only-import', specifier: 'lib/db', pull: ['src/lib/db.js'] });
  });

  it('leads to packages outside of it', () => {
    const there = { '/usr/lib/node_modules/oracledb/index.js': '', 'src/a.js': '', 'node_modules/x/index.js': '' };
    expect(said({ map, nodePath, here: { 'api/src/a.js': "require('oracledb')" }, there })).toEqual([
      'api/src/a.js: warning package-production-only oracledb',
    ]);
  });
});

describe('names that a require takes', () => {
  const text = "const { a, b } = require('./x');";

  it('are a warning where the module is certain not to have them', () => {
    expect(findings({ here: { 'a.js': text, 'x.js': 'exports.a = 1;' }, there: {} })).toMatchObject([
      { code: 'missing-export', severity: 'warning', range: { start: { character: 11 }, end: { character: 12 } } },
    ]);
  });

  it('are nothing to speak of where that is not certain, nor what every object has', () => {
    expect(said({ here: { 'a.js': text, 'x.js': 'module.exports = make();' }, there: {} })).toEqual([]);
    expect(said({ here: { 'a.js': "require('./x').hasOwnProperty('a')", 'x.js': '' }, there: {} })).toEqual([]);
  });

  it('are missed by what only production has, where the new version drops one', () => {
    const there = { 'old.js': text, 'x.js': 'module.exports = { a, b };' };
    expect(said({ here: { 'x.js': 'module.exports = { a };' }, there })).toEqual([
      'x.js: warning breaks-production ./x',
    ]);
    expect(said({ here: { 'x.js': 'module.exports = { a, b, c };' }, there })).toEqual([]);
  });
});

describe('module-system: a require of an ES module', () => {
  const there = {
    'package.json': { type: 'commonjs' },
    'node_modules/chalk/package.json': { type: 'module', exports: './index.js' },
    'node_modules/chalk/index.js': '',
    'node_modules/chalk/inner/package.json': {},
    'lib/a.mjs': '',
  };
  const here = {
    'package.json': { type: 'commonjs', dependencies: { chalk: '*' } },
    'a.js': "require('chalk'); import('chalk'); try { require('./lib/a.mjs') } catch {}; require.resolve('chalk')",
    'lib/a.mjs': '',
  };

  it.each([
    [[18, 20], true],
    [[20, 18], true],
    [[20, 19], false],
    [[22, 11], true],
    [[22, 12], false],
    [[24, 0], false],
  ] as const)('fails on Node %s: %s', (node, fails) => {
    const errors = ['a.js: error module-system chalk', 'a.js: information module-system ./lib/a.mjs'];
    expect(said({ here, there, node })).toEqual(fails ? errors : []);
  });

  it('is a warning where production fails in the very same file now', () => {
    expect(said({ here, there: { ...there, 'a.js': here['a.js'] }, node: [18, 20] })).toEqual([
      'a.js: warning module-system chalk',
      'a.js: information module-system ./lib/a.mjs',
    ]);
  });
});

describe('module-system: a package.json that is not deployed and decides', () => {
  const map = [{ local: 'api/src', production: 'src' }];
  const esm = "import x from './x.js'; export { x };";
  const script = "const x = require('./x.js'); module.exports = { x };";

  it.each([
    ['module', 'commonjs', [24, 0], esm, true],
    ['module', undefined, [18, 20], esm, true],
    ['module', undefined, [20, 19], esm, false],
    ['module', 'module', [18, 20], esm, false],
    // Written for a bundler.
    [undefined, undefined, [18, 20], esm, false],
    [undefined, 'module', [24, 0], script, true],
    ['commonjs', 'module', [24, 0], script, true],
    ['module', 'module', [24, 0], script, false],
    [undefined, 'module', [24, 0], 'globalThis.x = 1;', false],
  ] as const)('%s here, %s there, on Node %s: %s', (type, theirs, node, text, fails) => {
    const found = findings({
      map,
      node,
      here: { 'api/package.json': { type }, 'api/src/a.js': text, 'api/src/x.js': 'export default 1; let y;' },
      there: { 'package.json': { type: theirs } },
    }).filter(({ file }) => file.path === 'api/src/a.js');
    expect(found.map(({ code, severity }) => `${severity} ${code}`)).toEqual(fails ? ['error module-system'] : []);
  });
});

describe('what is caught', () => {
  it('keeps its code and is information', () => {
    const text =
      "try { require('./x') } catch {}; import('./y').catch(() => {}); async () => { try { await import('./z') } catch {} }";
    expect(said({ here: { 'a.js': text }, there: { 'x.js': '' } })).toEqual([
      'a.js: information production-only-import ./x',
      'a.js: information unresolved-import ./y',
      'a.js: information unresolved-import ./z',
    ]);
  });

  it('is not what only ends with finally, or what nobody waits for', () => {
    const text = "try { require('./x') } finally {}; try { import('./y') } catch {}";
    expect(said({ here: { 'a.js': text }, there: {} })).toEqual([
      'a.js: error unresolved-import ./x',
      'a.js: error unresolved-import ./y',
    ]);
  });
});

describe('what is not known', () => {
  it('gives no verdict, and says what is lacking', () => {
    const view = viewOf({
      here: { 'a.js': "require('./lib/b'); require('./c')" },
      there: {},
      production: { unknown: ['/srv/app/lib'] },
    });
    const before = view.misses;
    const { findings: found } = judgeModule(view, 'a.js');
    expect(found.map((finding) => finding.specifier)).toEqual(['./c']);
    expect(view.misses).toBeGreaterThan(before);
    expect(view.lacking.merged.length).toBeGreaterThan(0);
  });

  it('gives no verdict on what may not be read', () => {
    expect(
      said({
        here: { 'a.js': "require('./lib/b')" },
        there: { 'lib/b.js': '' },
        production: { unreadable: ['/srv/app/lib'] },
      }),
    ).toEqual([]);
  });

  it('names a module that is no JavaScript', () => {
    const view = viewOf({ here: { 'a.js': 'if (' }, there: {} });
    expect(judgeModule(view, 'a.js').notJudged).toBe('"(" is never closed (line 1, column 4)');
  });
});

describe('files that are no modules', () => {
  const text = "read(path.join(__dirname, 'views/x.pug'))";

  it('are missed only when they are opened: a warning, with the pull', () => {
    const [finding, ...rest] = findings({ here: { 'a.js': text }, there: { 'views/x.pug': '' } });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ code: 'production-only-import', severity: 'warning', pull: ['views/x.pug'] });
  });

  it('are said where they are not deployed, or spelled otherwise', () => {
    expect(said({ here: { 'a.js': text, 'views/x.pug': '' }, there: {}, exclude: ['views'] })).toEqual([
      'a.js: warning not-deployed-import ./views/x.pug',
    ]);
    expect(said({ here: { 'a.js': text, 'Views/x.pug': '' }, there: {} })).toEqual([
      'a.js: warning case-mismatch ./views/x.pug',
    ]);
  });

  it('are not said where they are deployed, are nowhere, or are each machine’s own', () => {
    expect(said({ here: { 'a.js': text, 'views/x.pug': '' }, there: {} })).toEqual([]);
    expect(said({ here: { 'a.js': text }, there: {} })).toEqual([]);
    const log = "append(path.join(__dirname, 'app.log'))";
    expect(said({ here: { 'a.js': log }, there: { 'app.log': '' } })).toEqual([]);
    expect(said({ here: { 'a.js': log, 'app.log': '' }, there: {} })).toEqual([]);
  });

  it('are errors where another thread or process would run them', () => {
    const workers = "new Worker(new URL('./w.js', import.meta.url)); fork(path.join(__dirname, 'f'))";
    expect(said({ here: { 'a.js': workers }, there: { 'w.js': '', 'f.js': '' } })).toEqual([
      'a.js: error production-only-import ./w.js',
      'a.js: error production-only-import ./f',
    ]);
  });
});

describe('what is computed at run time', () => {
  const there = { 'routes/hand-made.js': '', 'routes/users.js': '', 'routes/readme.md': '', 'routes/uploads/x.js': '' };

  it('is information about what only production has, and no pull', () => {
    const here = { 'a.js': "for (const name of names) require('./routes/' + name)", 'routes/users.js': '' };
    const [finding, ...rest] = findings({ here, there });
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ code: 'production-only-import', severity: 'information' });
    expect(finding?.message).toContain('routes/hand-made.js.');
    expect(finding?.couldReach).toEqual(['routes/hand-made.js']);
    expect(finding?.pull).toBeUndefined();
  });

  it('counts a folder that is listed, and only names that begin as the text does', () => {
    const listed = { 'a.js': "readdirSync(path.join(__dirname, 'routes'))", 'routes/users.js': '' };
    expect(said({ here: listed, there })).toEqual(['a.js: information production-only-import ']);
    expect(said({ here: { 'a.js': 'require(`./routes/other-${x}`)' }, there })).toEqual([]);
  });

  it('says nothing where nothing is known, or where nothing is lacking', () => {
    expect(said({ here: { 'a.js': 'require(name)' }, there })).toEqual([]);
    const all = { 'a.js': "require('./routes/' + name)", 'routes/users.js': '', 'routes/hand-made.js': '' };
    expect(said({ here: all, there })).toEqual([]);
  });
});
