import { describe, expect, it } from 'vitest';
import { entryPoints } from '../../../../server/core/link/entries.ts';
import { judgeModule } from '../../../../server/core/link/judge.ts';
import { judgeProductionModule } from '../../../../server/core/link/production-modules.ts';
import { reachIn, reachOf } from '../../../../server/core/link/reach.ts';
import { ROOT, viewOf } from '../../../support/trees.ts';
import type { Files, ProjectOptions } from '../../../support/trees.ts';

/** Each module: when it runs, and the files on the way to it. */
function runs(here: Files, options: Partial<ProjectOptions> = {}): Record<string, string> {
  const view = viewOf({ here, there: {}, starts: [`${ROOT}/main.js`], ...options });
  const linked = [
    ...view.project.modules.map((path) => judgeModule(view, path)),
    ...view.project.productionOnly.map((path) => judgeProductionModule(view, path)),
  ].flatMap((verdict) => verdict.linked ?? []);
  const reaches = reachOf(linked, entryPoints(view), view.project.runtime);
  return Object.fromEntries(
    linked.map(({ file, path }) => {
      const reach = reachIn(reaches, file);
      const way = reach?.chain.map((step) => `${step.file.path}:${step.range.start.line + 1}`) ?? [];
      return [path.slice(ROOT.length + 1), reach === undefined ? '?' : [reach.when, ...way].join(' ')];
    }),
  );
}

describe('how a module comes to run', () => {
  it('is at start where each step on the way is, by the shortest way', () => {
    const here = {
      'main.js': "\nrequire('./a'); require('./b')",
      'a.js': "import './c.js'",
      'b.js': "require('./c')",
      'c.js': "export * from './main.js'",
    };
    expect(runs(here)).toEqual({
      'main.js': 'start',
      'a.js': 'start main.js:2',
      'b.js': 'start main.js:2',
      'c.js': 'start main.js:2 a.js:1',
    });
  });

  it('is when something is reached where a step on the way is inside of a function, caught, or only a file', () => {
    const here = {
      'main.js': [
        "function f() { require('./called') }",
        "try { require('./caught') } catch {}",
        "read(path.join(__dirname, 'opened.js'))",
        "require.resolve('./named.js')",
      ].join('\n'),
      'called.js': "require('./deeper')",
      'deeper.js': '',
      'caught.js': '',
      'opened.js': '',
      'named.js': '',
    };
    expect(runs(here)).toEqual({
      'main.js': 'start',
      'called.js': 'reached main.js:1',
      'deeper.js': 'reached main.js:1 called.js:1',
      'caught.js': 'reached main.js:2',
      'opened.js': 'reached main.js:3',
      'named.js': 'reached main.js:4',
    });
  });

  it('is at start also where it can be reached later by a shorter way', () => {
    const here = { 'main.js': "f(() => require('./b')); require('./a')", 'a.js': "require('./b')", 'b.js': '' };
    expect(runs(here)).toMatchObject({ 'b.js': 'start main.js:1 a.js:1' });
  });

  it('is never where nothing that is started leads there', () => {
    const here = { 'main.js': '', 'a.js': "require('./b')", 'b.js': '' };
    expect(runs(here)).toEqual({ 'main.js': 'start', 'a.js': 'never', 'b.js': 'never' });
  });

  it('is not known where what is started is not', () => {
    const here = { 'main.js': '', 'a.js': '' };
    expect(runs(here, { starts: [] })).toEqual({ 'main.js': '?', 'a.js': '?' });
    expect(runs({ 'a.js': '' }, { starts: [`${ROOT}/gone.js`] })).toEqual({ 'a.js': '?' });
  });

  it('may be by what is computed, as far as its beginning says, or within its whole package', () => {
    const modules = { 'routes/a.js': '', 'routes/b/c.js': '', 'routesX.js': '', 'other.js': '' };
    expect(runs({ 'main.js': "require('./routes/' + name)", ...modules })).toMatchObject({
      'routes/a.js': 'perhaps main.js:1',
      'routes/b/c.js': 'perhaps main.js:1',
      'routesX.js': 'never',
    });
    expect(runs({ 'main.js': 'require(name)', ...modules })).toMatchObject({ 'other.js': 'perhaps main.js:1' });
    const inner = { 'p/package.json': '{}', 'p/index.js': 'require(name)', 'p/x.js': '' };
    expect(runs({ 'main.js': "require('./p')", 'other.js': '', ...inner })).toMatchObject({
      'p/x.js': 'perhaps main.js:1 p/index.js:1',
      'other.js': 'never',
    });
  });

  it('may be by a folder that is handed on, or listed', () => {
    const here = {
      'main.js': "load({ dir: path.join(__dirname, 'plugins') }); fs.readdirSync(path.join(__dirname, 'jobs'))",
      'plugins/a.js': '',
      'jobs/b.js': '',
      'tools/c.js': '',
    };
    expect(runs(here)).toMatchObject({
      'plugins/a.js': 'perhaps main.js:1',
      'jobs/b.js': 'perhaps main.js:1',
      'tools/c.js': 'never',
    });
  });

  it('may be by a module that could not be understood', () => {
    expect(runs({ 'main.js': 'call(', 'a.js': '' })).toMatchObject({ 'a.js': 'perhaps main.js:1' });
  });

  it('goes through what only production has', () => {
    const there = { 'main.js': "require('./only')", 'only.js': "require('./mine')" };
    expect(runs({ 'mine.js': '' }, { there })).toEqual({
      'main.js': 'start',
      'only.js': 'start main.js:1',
      'mine.js': 'start main.js:1 only.js:1',
    });
  });

  it('is not said of sources that something compiles first', () => {
    expect(runs({ 'main.js': '', 'src/a.ts': '' })).toMatchObject({ 'src/a.ts': '?' });
  });
});
