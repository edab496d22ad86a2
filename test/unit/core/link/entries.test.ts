import { describe, expect, it } from 'vitest';
import { entryPoints } from '../../../../server/core/link/entries.ts';
import { ROOT, viewOf } from '../../../support/trees.ts';
import type { ProjectOptions } from '../../../support/trees.ts';

/** `path by`, relative to the root, and `…` where something else may be started. */
function started(options: Partial<ProjectOptions>): string[] {
  const { points, complete } = entryPoints(viewOf({ here: {}, there: {}, ...options }));
  return [...points.map(({ path, by }) => `${path.slice(ROOT.length + 1)} ${by}`), ...(complete ? [] : ['…'])];
}

const json = (value: unknown): string => JSON.stringify(value);

describe('what is started', () => {
  it('is what runs from the root now, whatever is declared', () => {
    const here = { 'src/main.js': '', 'package.json': json({ scripts: { start: 'next start' } }) };
    expect(started({ here, starts: [`${ROOT}/src/main`] })).toEqual(['src/main.js a process that runs now']);
  });

  it('is not known where what runs is a tool, or lies elsewhere', () => {
    const there = { 'node_modules/next/bin/next': '', '/opt/other/index.js': '' };
    expect(started({ there, starts: [`${ROOT}/node_modules/next/bin/next`, '/opt/other/index.js'] })).toEqual(['…']);
  });

  it('is the start script, with what it has npm run, and what others start by hand', () => {
    const scripts = {
      start: 'npm run serve',
      serve: 'node src/server',
      migrate: 'node migrate.js',
      loop: 'npm run loop',
    };
    const here = { 'src/server.js': '', 'migrate.js': '', 'package.json': json({ scripts }) };
    expect(started({ here })).toEqual(['src/server.js package.json, "start"', 'migrate.js package.json, "migrate"']);
  });

  it('is "main", or server.js, where there is no start script', () => {
    const main = json({ main: 'lib/a' });
    expect(started({ here: { 'lib/a.js': '', 'package.json': main } })).toEqual(['lib/a.js package.json']);
    expect(started({ here: { 'server.js': '', 'package.json': '{}' } })).toEqual(['server.js package.json']);
    expect(started({ here: { 'a.js': '', 'package.json': main } })).toEqual(['…']);
  });

  it('is not known where a start cannot be followed', () => {
    const here = { 'a.js': '', 'package.json': json({ main: 'a.js', scripts: { start: 'strapi start' } }) };
    expect(started({ here })).toEqual(['a.js package.json', '…']);
    const apps = "module.exports = { apps: [{ script: 'a.js' }, { script: process.env.SCRIPT }] }";
    expect(started({ here: { 'a.js': '', 'ecosystem.config.js': apps } })).toEqual(['a.js ecosystem.config.js', '…']);
  });

  it("is each app of PM2's files, from its own folder and by its own command", () => {
    const apps = json({
      apps: [
        { name: 'api', script: './index.js', cwd: 'api' },
        { name: 'jobs', script: 'npm', args: ['run', 'jobs'] },
        { name: 'tts', script: 'tts.py', interpreter: 'python3' },
        { name: 'far', script: `${ROOT}/far.js` },
      ],
    });
    const here = {
      'api/index.js': '',
      'jobs.js': '',
      'far.js': '',
      'ecosystem.json': apps,
      'package.json': json({ scripts: { jobs: 'node jobs' } }),
    };
    expect(started({ here })).toEqual([
      'api/index.js ecosystem.json',
      'jobs.js ecosystem.json',
      'far.js ecosystem.json',
    ]);
  });

  it('counts from each mapped folder, and from the workspace where what declares it is not deployed', () => {
    const map = [{ local: 'api/src', production: 'src' }];
    const there = { 'package.json': json({ scripts: { start: 'node src/old.js' } }), 'src/old.js': '' };
    const here = { 'api/src/new.js': '', 'api/package.json': json({ scripts: { start: 'node src/new.js' } }) };
    expect(started({ map, here, there })).toEqual(['src/old.js package.json, "start"']);
    expect(started({ map, here })).toEqual(['src/new.js package.json, "start"']);
  });

  it('is nothing where files are broken', () => {
    const here = { 'package.json': '{', 'ecosystem.config.js': 'module.exports = {' };
    expect(started({ here })).toEqual(['…']);
  });
});
