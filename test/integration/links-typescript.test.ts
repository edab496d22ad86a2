import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runtime } from '../../server/core/link/runtime.ts';
import { fetchApplications } from '../links/applications.ts';
import { askNode, askOurs, compared, versionOf } from '../links/judge.ts';
import type { Question } from '../links/judge.ts';
import { layOut } from '../links/lay-out.ts';
import { randomFrom } from '../links/mutate.ts';
import { temporaryFolder } from '../support/home.ts';

const tools = path.resolve('.cache/production-tools');
const node24 = path.join(tools, 'node-24/node_modules/node-24/bin/node');

const STEMS = ['a', 'b', 'dir', 'dir/index', 'dir/sub/index', 'dir.d/x', 'lib/a', 'lib/index', 'c.test'];
const EXTENSIONS = ['.ts', '.tsx', '.js', '.jsx', '.mts', '.mjs', '.cts', '.cjs', '.json', ''];
const PACKAGES = ['node_modules/p/index', 'node_modules/p/lib/x', 'node_modules/q/main', 'node_modules/@s/r/index'];

/** A tree of which about a third of all the files that could be are there, by a seed. */
function treeOf(seed: number): Record<string, string | object> {
  const random = randomFrom(seed);
  const files: Record<string, string | object> = {
    'package.json': { name: 'own', ...(seed % 2 === 0 && { type: 'module' }), imports: { '#lib/*': './lib/*.js' } },
    'tsconfig.json': { compilerOptions: { jsx: 'react', paths: { '@/*': ['./lib/*', './*'], '~a': ['./a'] } } },
    'from.ts': '',
    'from.js': '',
    'lib/from.mts': '',
    'lib/from.cts': '',
    'node_modules/q/package.json': { main: random() < 0.5 ? './main' : './main.js' },
    'node_modules/p/from.js': '',
    'dir.d/package.json': { main: 'x.js' },
    'node_modules/e/package.json': { exports: { '.': './index.js', './*': './*.js' } },
    ...(random() < 0.5 && { 'node_modules/e/index.ts': '' }),
    ...(random() < 0.5 && { 'node_modules/e/y.tsx': '' }),
  };
  for (const stem of [...STEMS, ...PACKAGES]) {
    for (const extension of EXTENSIONS)
      if (random() < 0.3) files[stem + extension] ??= extension === '.json' ? '{}' : '';
  }
  // A file cannot stand where a folder does.
  const names = Object.keys(files);
  return Object.fromEntries(
    Object.entries(files).filter(([name]) => !names.some((other) => other.startsWith(`${name}/`))),
  );
}

function questionsIn(folder: string): Question[] {
  const files = [
    ...STEMS.flatMap((stem) => ['', '.js', '.ts', '.jsx', '.mjs', '.cjs'].map((end) => `./${stem}${end}`)),
  ];
  const specifiers = [
    ...files,
    './dir/',
    '.',
    '..',
    './dir/sub',
    '../a',
    '../lib',
    '../a.js',
    './dir.d',
    'e',
    'e/y',
    'e/y.js',
    'p',
    'p/lib/x',
    'p/lib/x.js',
  ];
  specifiers.push(
    'q',
    '@s/r',
    '@s/r/index.js',
    '@/a',
    '@/a.js',
    '@/index',
    '~a',
    '#lib/a',
    'own',
    'fs',
    'node:path',
    'gone',
  );
  return ['from.ts', 'from.js', 'lib/from.mts', 'lib/from.cts', 'node_modules/p/from.js'].flatMap((from) =>
    specifiers.flatMap((specifier) =>
      (['require', 'import'] as const).map((kind) => ({ from: path.join(folder, from), kind, specifier })),
    ),
  );
}

describe('where links of TypeScript lead that runs as it is', () => {
  let folder: string;

  beforeAll(async () => {
    fetchApplications();
    folder = await temporaryFolder('links-typescript');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const seeds = [1, 2, 3, 4, 5, 6];

  function laid(name: string, seed: number): Question[] {
    const place = path.join(folder, `${name}-${seed}`);
    layOut(place, treeOf(seed));
    return questionsIn(place);
  }

  it.each(seeds)('as Node 24 itself says, by seed %i', async (seed) => {
    const asked = laid('strip', seed);
    const runtime: Partial<Runtime> = { typescript: 'strip', node: versionOf(node24) };
    const node = askNode(asked, {}, { node: node24 });
    expect(compared(asked, node, await askOurs(asked, runtime))).toEqual([]);
    expect(node.filter((answer) => 'file' in answer && /\.[cm]?ts$/.test(answer.file)).length).toBeGreaterThan(3);
  });

  it.each(seeds)('as tsx says, by seed %i', async (seed) => {
    const asked = laid('tsx', seed);
    const environment = { TSX_TSCONFIG_PATH: path.join(folder, `tsx-${seed}/tsconfig.json`) };
    const preload = path.join(tools, 'tsx/node_modules/tsx/dist/loader.mjs');
    const node = askNode(asked, environment, { preload });
    expect(compared(asked, node, await askOurs(asked, { typescript: 'tsx' }), false)).toEqual([]);
    expect(node.filter((answer) => 'file' in answer && /\.[cm]?tsx?$/.test(answer.file)).length).toBeGreaterThan(50);
  });

  it.each(seeds)('as ts-node says, by seed %i', async (seed) => {
    const asked = laid('ts-node', seed).filter(({ kind }) => kind === 'require');
    const loader = path.join(tools, 'ts-node/node_modules/ts-node/register/transpile-only.js');
    const node = askNode(asked, {
      NODE_OPTIONS: `--require ${loader}`,
      TS_NODE_PROJECT: path.join(folder, `ts-node-${seed}/tsconfig.json`),
      TS_NODE_COMPILER: path.resolve('node_modules/typescript'),
    });
    expect(compared(asked, node, await askOurs(asked, { typescript: 'ts-node' }))).toEqual([]);
    expect(node.filter((answer) => 'file' in answer && /\.[cm]?tsx?$/.test(answer.file)).length).toBeGreaterThan(3);
  });
});
