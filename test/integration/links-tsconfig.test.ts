import { existsSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askOurs } from '../links/judge.ts';
import type { Question } from '../links/judge.ts';
import { layOut } from '../links/lay-out.ts';
import { randomFrom } from '../links/mutate.ts';
import { temporaryFolder } from '../support/home.ts';

const STEMS = [
  'src/a',
  'src/a.node',
  'src/sub/b',
  'src/dir/index',
  'src/dir/index.node',
  'gen/c',
  'gen/sub/b',
  'alt/d',
  'alt/a',
];
const SPECIFIERS = [
  ...[
    './a',
    './a.js',
    './sub/b',
    './b',
    './b.js',
    './c',
    '../c',
    '../a',
    './dir',
    './dir/index.js',
    './m.mjs',
    './m.mts',
  ],
  ...['./only', './only.js', '@/a', '@/d', '@/sub/b', '@/a.js', '@/dir', '@/only', 'near', 'gone', './gone'],
];

/**
 * A project with much of what its configuration inherits, and about a third of the sources that could be there. Types beside an output are left
 * out: the compiler stops at them, and what runs is the output.
 */
function treeOf(seed: number): Record<string, string | object> {
  const random = randomFrom(seed);
  const paths = { '@/*': ['${configDir}/src/*', '${configDir}/alt/*'], near: ['./near'] };
  const files: Record<string, string | object> = {
    'base/tsconfig.base.json': {
      compilerOptions: { module: 'esnext', moduleResolution: 'bundler', allowJs: true, paths },
    },
    'node_modules/conf/tsconfig.json': { compilerOptions: { rootDirs: ['${configDir}/src', '${configDir}/gen'] } },
    'app/tsconfig.json': {
      extends: ['../base/tsconfig.base.json', 'conf'],
      compilerOptions: seed % 2 === 0 ? {} : { moduleSuffixes: ['.node', ''] },
    },
    'app/src/from.ts': '',
    'app/src/sub/from.ts': '',
    'app/src/only.d.ts': '',
    'app/src/m.mts': '',
  };
  for (const stem of ['base/near', ...STEMS.map((each) => `app/${each}`)]) {
    for (const extension of ['.ts', '.tsx', '.js']) if (random() < 0.3) files[stem + extension] = 'export {}';
  }
  return files;
}

describe('where links of TypeScript sources lead by their tsconfig.json', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await temporaryFolder('links-tsconfig');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([1, 2, 3, 4, 5, 6])('as the compiler says, by seed %i', async (seed) => {
    const place = path.join(folder, String(seed));
    layOut(place, treeOf(seed));
    const config = path.join(place, 'app/tsconfig.json');
    const read: unknown = ts.readConfigFile(config, (file) => ts.sys.readFile(file)).config;
    const { options, errors } = ts.parseJsonConfigFileContent(read, ts.sys, path.dirname(config));
    expect(errors).toEqual([]);
    const asked = ['app/src/from.ts', 'app/src/sub/from.ts'].flatMap((from) =>
      SPECIFIERS.map((specifier): Question => ({ from: path.join(place, from), kind: 'import', specifier })),
    );
    const theirs = asked.map(({ from, specifier }) => {
      const found = ts.resolveModuleName(specifier, from, options, ts.sys).resolvedModule?.resolvedFileName;
      return found === undefined || !existsSync(found) ? undefined : realpathSync(found);
    });
    const ours = (await askOurs(asked)).map((answer) => ('file' in answer ? answer.file : undefined));
    expect(ours).toEqual(theirs);
    expect(theirs.filter((file) => file !== undefined).length).toBeGreaterThan(15);
  });
});
