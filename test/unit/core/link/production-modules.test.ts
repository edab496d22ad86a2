import { describe, expect, it } from 'vitest';
import { closure, judgeProductionModule, onePerPackage } from '../../../../server/core/link/production-modules.ts';
import { viewOf } from '../../../support/trees.ts';

describe('closure', () => {
  const there = {
    'a.js': "require('./lib/b'); require('./here'); require('p')",
    'lib/b.js': "require('../c'); require('./b'); require('./data.json')",
    'lib/data.json': '{}',
    'c.js': "require('./a')",
    'here.js': '',
    'node_modules/p/index.js': '',
    'unrelated.js': '',
  };

  it('is everything that the workspace lacks, with who needs it', () => {
    expect(closure(viewOf({ here: { 'here.js': '' }, there }), ['a.js'])).toEqual([
      { path: 'a.js' },
      { path: 'lib/b.js', importedBy: 'a.js' },
      { path: 'c.js', importedBy: 'lib/b.js' },
      { path: 'lib/data.json', importedBy: 'lib/b.js' },
    ]);
  });

  it('leaves out what is not managed', () => {
    expect(closure(viewOf({ here: {}, there, exclude: ['lib'] }), ['a.js'])).toEqual([
      { path: 'a.js' },
      { path: 'here.js', importedBy: 'a.js' },
    ]);
  });

  it('takes templates with the code that opens them', () => {
    const files = { 'a.js': "read(path.join(__dirname, 'views/x.pug'))", 'views/x.pug': '' };
    expect(closure(viewOf({ here: {}, there: files }), ['a.js'])).toEqual([
      { path: 'a.js' },
      { path: 'views/x.pug', importedBy: 'a.js' },
    ]);
  });
});

describe('judgeProductionModule', () => {
  it('says where on production the import stands, and what to keep', () => {
    const view = viewOf({
      here: { 'b.mjs': 'export {}' },
      there: { 'a.mjs': "\nimport { one } from './b.mjs'", 'b.mjs': 'export const one = 1' },
    });
    const [finding, ...rest] = judgeProductionModule(view, 'a.mjs').findings;
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ code: 'breaks-production', file: { tree: 'local', path: 'b.mjs' } });
    expect(finding?.message).toBe(
      'a.mjs:2 on production imports "one" from b.mjs, whose new version does not export it.',
    );
  });

  it('says of another file that wins after the deploy what it is', () => {
    const view = viewOf({
      here: { 'b.mjs': 'export const one = 1' },
      there: { 'a.mjs': "import { one } from './b.mjs'", 'b.mjs': '' },
    });
    expect(judgeProductionModule(view, 'a.mjs').findings).toEqual([]);
  });

  it('is information where the failure is caught', () => {
    const view = viewOf({
      here: {},
      there: { 'a.js': "try { require('./b') } catch {}", 'b.js': '' },
      deletes: ['b.js'],
    });
    expect(judgeProductionModule(view, 'a.js').findings).toMatchObject([
      { code: 'breaks-production', severity: 'information' },
    ]);
  });

  it('says nothing of what cannot be read', () => {
    const view = viewOf({ here: {}, there: { 'a.js': '' }, production: { unknown: ['/srv/app/a.js'] } });
    expect(judgeProductionModule(view, 'a.js').findings).toEqual([]);
  });
});

describe('onePerPackage', () => {
  it('keeps the first of what is said of a package', () => {
    const finding = (code: 'package-version' | 'package-missing', message: string) =>
      ({
        code,
        message,
        severity: 'warning',
        file: { tree: 'local', path: 'a.js' },
        range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
        remedy: '',
        when: 'start',
      }) as const;
    const all = [
      finding('package-version', 'p'),
      finding('package-version', 'p'),
      finding('package-version', 'q'),
      finding('package-missing', 'p'),
      finding('package-missing', 'p'),
    ];
    expect(onePerPackage(all)).toEqual([all[0], all[2], all[3], all[4]]);
  });
});
