import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractModule } from '../../../../server/core/link/extract.ts';
import type { ModuleFacts } from '../../../../server/core/link/module-facts.ts';
import { judgeModule } from '../../../../server/core/link/judge.ts';
import type { ModuleVerdict } from '../../../../server/core/link/judge.ts';
import { judgeProductionModule } from '../../../../server/core/link/production-modules.ts';
import { ProjectView } from '../../../../server/core/link/project.ts';
import { VerdictMemory, remembered } from '../../../../server/core/link/verdict-memory.ts';
import { basename, dirname, join } from '../../../../server/core/tree/path.ts';
import { projectOf } from '../../../support/trees.ts';
import type { Files, ProjectOptions } from '../../../support/trees.ts';

type World = Pick<ProjectOptions, 'here' | 'there' | 'map' | 'exclude' | 'deletes' | 'leaves' | 'node' | 'nodePath'> & {
  readonly unknown: readonly string[];
  readonly unreadable: readonly string[];
};
type Edit = (world: World) => World;
type Side = 'here' | 'there';

/** The verdict on every module of a world; `undefined` where the trees did not know enough. */
function verdicts(
  world: World,
  memory?: VerdictMemory,
): { said: Map<string, ModuleVerdict | undefined>; judged: string[] } {
  const there = { read: facts, unknown: world.unknown, unreadable: world.unreadable };
  const here = { read: facts };
  const project = projectOf({
    ...world,
    here: sound(world.here),
    there: sound(world.there),
    local: here,
    production: there,
  });
  const view = new ProjectView(project, memory);
  const said = new Map<string, ModuleVerdict | undefined>();
  const judged: string[] = [];
  const say = (name: string, judge: () => ModuleVerdict): void => {
    const before = view.misses;
    const verdict = remembered(view, name, () => {
      judged.push(name);
      return judge();
    });
    said.set(name, view.misses === before ? verdict : undefined);
  };
  for (const path of project.modules) say(path, () => judgeModule(view, path));
  for (const path of project.productionOnly) say(`production ${path}`, () => judgeProductionModule(view, path));
  memory?.retain(new Set(said.keys()));
  return { said, judged };
}

/** Some two thousand edits, and where one fails the search for the shortest way to it. */
const TIME_LIMIT_MS = 120_000;

const FACTS = new Map<string, ModuleFacts>();

/** A text is read once, as those who keep what modules say do. */
function facts(_path: string, text: string): ModuleFacts {
  let known = FACTS.get(text);
  if (known === undefined) FACTS.set(text, (known = extractModule(text)));
  return known;
}

/** Without what would lie in a file or behind a link: no disk has that. */
function sound(files: Files): Files {
  const isLeaf = (path: string): boolean => files[path] !== undefined;
  const liesInALeaf = (path: string): boolean => {
    for (let at = path; at.includes('/');) {
      at = at.slice(0, at.lastIndexOf('/'));
      if (isLeaf(at)) return true;
    }
    return false;
  };
  return Object.fromEntries(Object.entries(files).filter(([path]) => !liesInALeaf(path)));
}

const FOLDERS = ['', 'src/', 'src/db/', 'lib/', 'node_modules/pkg/', 'src/node_modules/pkg/'];
const NAMES = ['index.js', 'db.js', 'Db.js', 'a.mjs', 'b.cjs', 'c.ts', 'data.json', 'db'];

const STATEMENTS = [
  "require('./db');",
  "require('./db.js');",
  "require('./Db');",
  "require('../lib');",
  "require('../lib/a.mjs');",
  "require('pkg');",
  "require('pkg/deep');",
  "require('app/db');",
  "require('#in');",
  "require('@/db');",
  "const { x } = require('./db');",
  "const { y } = require('./index.js');",
  "module.exports = require('./db');",
  'exports.x = 1;',
  'module.exports = { x: 1 };',
  "import { x } from './a.mjs';",
  "import y from './db/index.js';",
  "import './db';",
  "import { x as z } from 'pkg';",
  "export * from './index.js';",
  'export const x = 1;',
  'export default 1;',
  "import('./b.cjs').catch(() => 0);",
  "require('node:fs').readFileSync(__dirname + '/data.json');",
  "require('./db/' + name);",
  "require('node:fs').readdirSync(__dirname + '/db').map((f) => require('./db/' + f));",
];

const SIDE = fc.constantFrom<Side>('here', 'there');
const FOLDER = fc.constantFrom(...FOLDERS);
const PATH = fc.tuple(FOLDER, fc.constantFrom(...NAMES)).map((parts) => parts.join(''));
const MODULE = fc
  .array(fc.constantFrom(...STATEMENTS), { minLength: 1, maxLength: 4 })
  .map((lines) => lines.join('\n'));
const PACKAGE = fc.record(
  {
    name: fc.constantFrom('app', 'pkg'),
    version: fc.constantFrom('1.0.0', '2.0.0'),
    type: fc.constantFrom('module', 'commonjs'),
    main: fc.constantFrom('./db.js', './lib', 'nowhere.js', 'Db.js'),
    exports: fc.constantFrom<unknown>('./index.js', { '.': './db.js', './db': './src/db.js' }, { './deep': null }, []),
    imports: fc.constantFrom<unknown>({ '#in': './src/db.js' }, { '#in': 'pkg' }, {}),
    dependencies: fc.constantFrom({ pkg: '^1.0.0' }, { pkg: '^2.0.0' }, {}),
    _moduleAliases: fc.constantFrom({ '@': 'src' }, { '@': 'lib' }),
  },
  { requiredKeys: [] },
);
const PACKAGE_TEXT = fc.oneof(
  PACKAGE.map((fields) => JSON.stringify(fields)),
  fc.constantFrom('{', 'null', '[]'),
);
const TSCONFIG = fc
  .constantFrom<object>({ baseUrl: '.' }, { paths: { '@/*': ['./src/*'] } }, { paths: { '@/*': ['./lib/*'] } })
  .map((compilerOptions) => JSON.stringify({ compilerOptions }));
const FILE = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(PATH, MODULE) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      FOLDER.map((folder) => `${folder}package.json`),
      PACKAGE_TEXT,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      FOLDER.map((folder) => `${folder}tsconfig.json`),
      TSCONFIG,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.oneof(PATH, fc.constantFrom('src/db', 'src', 'lib', 'node_modules/pkg')),
      fc.constantFrom('-> ../lib', '-> lib', '-> src', '-> index.js', '-> db', '-> ../db.js', '-> nowhere'),
    ),
  },
);
const FILES = fc.array(FILE, { maxLength: 12 }).map((entries) => Object.fromEntries(entries));
const SOME_PATHS = fc.array(fc.oneof(PATH, fc.constantFrom('src', 'lib', 'node_modules')), { maxLength: 2 });

function files(side: Side, change: (files: Files) => Files): Edit {
  return (world) => ({ ...world, [side]: change(world[side]) });
}

/** The n-th of what there is, so that most edits meet something. */
function nth(of: Files, at: number): string | undefined {
  const names = Object.keys(of);
  return names[at % Math.max(1, names.length)];
}

function without(of: Files, name: string | undefined): Files {
  return Object.fromEntries(Object.entries(of).filter(([path]) => path !== name));
}

function renamed(of: Files, rename: (path: string) => string): Files {
  return Object.fromEntries(Object.entries(of).map(([path, text]) => [rename(path), text]));
}

function otherCase(name: string): string {
  const lower = name.toLowerCase();
  return name === lower ? `${name.charAt(0).toUpperCase()}${name.slice(1)}` : lower;
}

const EDIT: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(SIDE, FILE).map(([side, [path, text]]) => files(side, (of) => ({ ...of, [path]: text }))),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(SIDE, fc.nat(30), MODULE).map(([side, at, text]) =>
      files(side, (of) => {
        const path = nth(of, at);
        return path === undefined ? of : { ...of, [path]: text };
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(SIDE, fc.nat(30)).map(([side, at]) => files(side, (of) => without(of, nth(of, at)))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(SIDE, FOLDER, FOLDER)
      .map(([side, from, to]) =>
        files(side, (of) => renamed(of, (path) => (path.startsWith(from) ? to + path.slice(from.length) : path))),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(SIDE, fc.nat(30)).map(([side, at]) =>
      files(side, (of) => {
        const name = nth(of, at);
        const folder = name?.includes('/') === true ? `${dirname(name)}/` : '';
        return renamed(of, (path) => (path === name ? `${folder}${otherCase(basename(path))}` : path));
      }),
    ),
  },
  // A deploy, a pull of everything, another branch.
  { weight: 1, arbitrary: fc.constant<Edit>((world) => ({ ...world, there: { ...world.there, ...world.here } })) },
  { weight: 1, arbitrary: fc.constant<Edit>((world) => ({ ...world, here: { ...world.there, ...world.here } })) },
  { weight: 1, arbitrary: fc.tuple(SIDE, FILES).map(([side, all]) => files(side, () => all)) },
  // What is no tree.
  { weight: 1, arbitrary: SOME_PATHS.map((exclude): Edit => (world) => ({ ...world, exclude })) },
  { weight: 1, arbitrary: SOME_PATHS.map((deletes): Edit => (world) => ({ ...world, deletes })) },
  { weight: 1, arbitrary: SOME_PATHS.map((leaves): Edit => (world) => ({ ...world, leaves })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        { local: '.', production: '.' },
        { local: 'src', production: '.' },
        { local: 'src', production: 'src' },
      )
      .map((entry): Edit => (world) => ({ ...world, map: [entry] })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<[number, number]>([14, 0], [20, 19], [24, 0])
      .map((node): Edit => (world) => ({ ...world, node })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom([], ['/srv/app/lib']).map((nodePath): Edit => (world) => ({ ...world, nodePath })),
  },
  // What the inventory leaves open.
  {
    weight: 1,
    arbitrary: SOME_PATHS.map((paths): Edit => (world) => ({ ...world, unknown: paths.map(onProduction) })),
  },
  {
    weight: 1,
    arbitrary: SOME_PATHS.map((paths): Edit => (world) => ({ ...world, unreadable: paths.map(onProduction) })),
  },
);

function onProduction(path: string): string {
  return join('/srv/app', path);
}

const WORLD = fc.tuple(FILES, FILES, FILES).map(([both, here, there]): World => ({
  here: { ...both, ...here },
  there: { ...both, ...there },
  unknown: [],
  unreadable: [],
}));

describe('verdicts that outlive a change', () => {
  // A failure prints its seed and the shortest way to it. A fixed seed: the suite says the same on every machine.
  it.each([false, true])(
    'are those of a look from scratch, whatever has changed (keeping traces: %s)',
    (keepsTraces) => {
      fc.assert(
        fc.property(WORLD, fc.array(EDIT, { minLength: 10, maxLength: 30 }), (first, edits) => {
          const memory = new VerdictMemory(keepsTraces);
          let world = first;
          verdicts(world, memory);
          for (const edit of edits) {
            world = edit(world);
            assert.deepEqual(verdicts(world, memory).said, verdicts(world).said);
          }
        }),
        { seed: 4, numRuns: 50 },
      );
    },
    TIME_LIMIT_MS,
  );

  it.each<[what: string, edit: Edit, judged: string[]]>([
    ['nothing', (world) => world, []],
    ['a file that nobody asked for', files('here', (of) => ({ ...of, 'z.js': '' })), ['z.js']],
    ['a file whose absence was relied on', files('here', (of) => ({ ...of, 'db.js': '' })), ['db.js', 'index.js']],
    ['the same on production', files('there', (of) => ({ ...of, 'db.js': '' })), ['index.js', 'production db.js']],
    [
      'a module that others take names from',
      files('here', (of) => ({ ...of, 'b.mjs': 'export const y = 1;' })),
      ['a.mjs', 'b.mjs'],
    ],
    ['a package.json above', files('here', (of) => ({ ...of, 'lib/package.json': '{"type":"module"}' })), ['lib/c.js']],
  ])('are said without another look at what does not rest on what changed: %s', (_, edit, judged) => {
    const here = {
      'index.js': "require('./db');",
      'db/index.js': '',
      'a.mjs': "import { x } from './b.mjs';",
      'b.mjs': 'export const x = 1;',
      'lib/c.js': "require('./d');",
    };
    const world: World = { here, there: here, unknown: [], unreadable: [] };
    const memory = new VerdictMemory();
    verdicts(world, memory);
    expect(verdicts(edit(world), memory).judged.sort()).toEqual(judged);
  });
});
