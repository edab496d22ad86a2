import { describe, expect, it } from 'vitest';
import { builtPackages, lockDifferences } from '../../../../server/core/link/lock-differences.ts';
import type { LockDifference } from '../../../../server/core/link/lock-differences.ts';
import type { Files, ProjectOptions } from '../../../support/trees.ts';
import { ROOT, viewOf } from '../../../support/trees.ts';

function apart(options: ProjectOptions): LockDifference[] {
  const view = viewOf(options);
  return lockDifferences(view, view.project.modules);
}

function told(options: ProjectOptions): string[] {
  return apart(options).map(({ severity, message }) => `${severity}: ${message}`);
}

/** Places below `node_modules`, each with its version and what else the lockfile says of it. */
function lock(packages: Record<string, object>): object {
  const entries: Record<string, object> = { '': { name: 'app' } };
  for (const [place, entry] of Object.entries(packages)) entries[`node_modules/${place}`] = entry;
  return { lockfileVersion: 3, packages: entries };
}

function installed(packages: Record<string, { version: string }>): Files {
  const files: Record<string, object> = { 'node_modules/.package-lock.json': lock(packages) };
  for (const [place, entry] of Object.entries(packages)) files[`node_modules/${place}/package.json`] = entry;
  return files;
}

const code = { 'a.js': "require('a'); require('@s/b/deep'); require('fs'); require('./x')" };
const all = {
  a: { version: '1.0.0' },
  '@s/b': { version: '2.0.0' },
  c: { version: '3.0.0' },
  'a/node_modules/c': { version: '2.9.0' },
};

describe('lockDifferences', () => {
  it('is none where all that is locked is installed', () => {
    expect(told({ here: { ...code, 'package-lock.json': lock(all) }, there: installed(all) })).toEqual([]);
  });

  it('names the packages that code names, then those that they need', () => {
    const there = installed({ a: { version: '1.1.0' }, c: { version: '3.1.0' } });
    expect(told({ here: { ...code, 'package-lock.json': lock(all) }, there })).toEqual([
      "warning: Production's node_modules is not what package-lock.json says: 2 packages that code here names (@s/b is not there; a 1.1.0, not 1.0.0), and 2 packages that others need (c 3.1.0, not 3.0.0; a > c is not there).",
    ]);
  });

  it('is information where code names none of them', () => {
    const [difference, ...rest] = apart({
      here: { ...code, 'package-lock.json': lock(all) },
      there: installed({ ...all, c: { version: '3.1.0' } }),
    });
    expect(rest).toEqual([]);
    expect(difference).toMatchObject({ severity: 'information', lockfile: 'package-lock.json' });
  });

  it("believes a package itself more than npm's record of it", () => {
    const there = { ...installed(all), 'node_modules/a/package.json': { version: '1.5.0' } };
    const [difference] = apart({ here: { ...code, 'package-lock.json': lock(all) }, there });
    expect(difference?.message).toContain('a 1.5.0, not 1.0.0');
  });

  it('asks only the packages that code names where npm left no record', () => {
    const there = { 'node_modules/a/package.json': { version: '1.5.0' } };
    const [difference] = apart({ here: { ...code, 'package-lock.json': lock(all) }, there });
    expect(difference?.message).toMatch(/2 packages that code here names \([^)]*\)\.$/);
  });

  it('misses nothing that production need not have', () => {
    const free = {
      a: { version: '1.0.0', dev: true },
      '@s/b': { version: '2.0.0', optional: true },
      c: { version: '3.0.0', peer: true },
      d: { version: '4.0.0', devOptional: true },
      e: { link: true, resolved: 'packages/e' },
      'c/node_modules/f': { version: '5.0.0', inBundle: true },
    };
    const here = { 'a.js': "require('@s/b')", 'package-lock.json': lock(free) };
    expect(told({ here, there: { 'node_modules/z/index.js': '', ...installed({}) } })).toEqual([]);
  });

  it('takes a version that is only spelled otherwise for the same', () => {
    const there = { ...installed(all), 'node_modules/a/package.json': { version: 'v1.0.0' } };
    expect(told({ here: { ...code, 'package-lock.json': lock(all) }, there })).toEqual([]);
  });

  it('says which packages that code names npm ci --omit=dev would leave out', () => {
    const locked = lock({ ...all, a: { version: '1.0.0', dev: true } });
    expect(told({ here: { ...code, 'package-lock.json': locked }, there: installed(all) })).toEqual([
      'information: By package-lock.json 1 package that code here names would not come with npm ci --omit=dev: a.',
    ]);
  });

  it('prefers npm-shrinkwrap.json, as npm does', () => {
    const here = { ...code, 'package-lock.json': lock({}), 'npm-shrinkwrap.json': lock(all) };
    expect(apart({ here, there: installed({}) })).toMatchObject([{ lockfile: 'npm-shrinkwrap.json' }]);
  });

  it('says what it does not compare', () => {
    const there = installed(all);
    expect(told({ here: { ...code, 'yarn.lock': '' }, there })[0]).toContain('only the lockfiles of npm are read');
    expect(told({ here: { ...code, 'package-lock.json': '{' }, there })[0]).toContain('it is no JSON');
    expect(told({ here: { ...code, 'package-lock.json': { dependencies: {} } }, there })[0]).toContain('npm 7');
  });

  it('compares only what lies equally far up on both sides', () => {
    const here = { 'api/src/a.js': "require('a')", 'api/package-lock.json': lock(all) };
    const map = [{ local: 'api/src', production: 'src' }];
    const there = { ...installed({ c: { version: '3.0.0' } }), 'src/x.js': '' };
    expect(apart({ map, here, there })).toMatchObject([{ lockfile: 'api/package-lock.json', severity: 'warning' }]);
    const above = { 'api/src/a.js': "require('a')", 'package-lock.json': lock(all) };
    expect(apart({ map, here: above, there })).toEqual([]);
  });

  it('says nothing where production has no node_modules', () => {
    expect(told({ here: { ...code, 'package-lock.json': lock(all) }, there: {} })).toEqual([]);
  });
});

describe('builtPackages', () => {
  it("are those that npm's record says were built for what runs there", () => {
    const record = lock({
      a: { version: '1.0.0', hasInstallScript: true },
      'c/node_modules/b': { version: '1.0.0', hasInstallScript: true },
      d: { version: '1.0.0', hasInstallScript: true, dev: true },
      e: { version: '1.0.0' },
    });
    const there = { 'node_modules/.package-lock.json': record };
    expect(builtPackages(viewOf({ here: {}, there }))).toEqual([
      `${ROOT}/node_modules/a`,
      `${ROOT}/node_modules/c/node_modules/b`,
    ]);
    expect(builtPackages(viewOf({ here: {}, there: { 'node_modules/a/index.js': '' } }))).toEqual([]);
    expect(builtPackages(viewOf({ here: {}, there: {} }))).toEqual([]);
  });
});
