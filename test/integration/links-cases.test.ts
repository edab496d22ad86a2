import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesFor } from '../links/cases.ts';
import type { Case } from '../links/cases.ts';
import { askNode, askOurs, differences, JUDGED_NODE } from '../links/judge.ts';
import type { Question } from '../links/judge.ts';
import { layOut, layOutCases } from '../links/lay-out.ts';
import { disturb } from '../links/mutate.ts';
import { temporaryFolder } from '../support/home.ts';

describe(`where links lead, as Node ${JUDGED_NODE.join('.')} says`, () => {
  let folder: string;
  let questions: Map<Case, Question[]>;

  beforeAll(async () => {
    folder = await temporaryFolder('links');
    questions = layOutCases(path.join(folder, 'cases'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(casesFor(JUDGED_NODE).map((one) => [one.rule, one] as const))('%s', async (_, one) => {
    const asked = questions.get(one) ?? [];
    expect(asked.length).toBeGreaterThan(0);
    expect(await differences(asked)).toEqual([]);
  });

  it('looks into the folders of NODE_PATH last, for require only', async () => {
    const place = path.join(folder, 'node-path');
    layOut(place, {
      'app/a.js': '',
      'app/node_modules/near/index.js': '',
      'one/near/index.js': '',
      'one/far/index.js': '',
      'one/file.js': '',
      'two/far/index.js': '',
      'two/exporting/package.json': { exports: './x.js' },
      'two/exporting/x.js': '',
    });
    const asked = ['near', 'far', 'file', 'exporting', 'none', './far', '#far'].flatMap((specifier) =>
      (['require', 'import'] as const).map((kind) => ({ from: path.join(place, 'app/a.js'), kind, specifier })),
    );
    const folders = ['one', 'two', 'gone'].map((name) => path.join(place, name));
    const node = askNode(asked, { NODE_PATH: folders.join(path.delimiter) });
    expect(await askOurs(asked, { globalFolders: folders })).toEqual(node);
    expect(node).toContainEqual({ file: path.join(place, 'one/far/index.js') });
  });

  it('follows what the library module-alias teaches require, for an application in one folder', async () => {
    const place = path.join(folder, 'module-alias');
    layOut(place, {
      'package.json': {
        name: 'aliased',
        exports: './index.js',
        imports: { '#lib/y': './z.js' },
        _moduleAliases: { '@lib': 'src/lib', '@lib/deep': 'other', '@': '.', '#lib': 'src/lib', nothing: 'src/none' },
        _moduleDirectories: ['node_modules', 'own_modules'],
      },
      // It wants an application's main module, which a preload and an ES module are not.
      'main.js': "process.mainModule = module; require('module-alias/register');",
      'src/a.js': '',
      'src/lib/x.js': '',
      'src/lib/y.js': '',
      'src/lib/package.json': { name: 'inner' },
      'src/lib/index.json': '{}',
      'other/x.js': '',
      'own_modules/both/index.js': '',
      'own_modules/mine/index.js': '',
      'node_modules/both/index.js': '',
      'node_modules/@lib/x.js': '',
      'node_modules/@library/index.js': '',
      'node_modules/p/index.js': '',
    });
    const library = 'node_modules/module-alias';
    cpSync(path.resolve(library), path.join(place, library), { recursive: true });
    const specifiers = ['@lib/x', '@lib/y', '@lib', '@lib/', '@lib/deep/x', '@lib/deep', '@lib/gone', '@/src/a'];
    specifiers.push('@library', '#lib/y', 'nothing', 'nothing/x', 'both', 'mine', 'p', '../other/x', 'aliased', 'fs');
    const asked = ['src/a.js', 'src/lib/x.js', 'node_modules/p/index.js'].flatMap((from) =>
      specifiers.flatMap((specifier) =>
        (['require', 'import'] as const).map((kind) => ({ from: path.join(place, from), kind, specifier })),
      ),
    );
    const node = askNode(asked, { NODE_OPTIONS: `--require ${path.join(place, 'main.js')}` });
    expect(await askOurs(asked)).toEqual(node);
    expect(node).toContainEqual({ file: path.join(place, 'other/x.js') });
  });

  it.each([1, 2, 3, 4, 5, 6])('files deleted and renamed by seed %i', async (seed) => {
    const place = path.join(folder, `disturbed-${seed}`);
    mkdirSync(place);
    const asked = [...layOutCases(place).values()].flat();
    expect(disturb(place, seed, 0.25)).toBeGreaterThan(50);
    expect(await differences(asked)).toEqual([]);
  });
});
