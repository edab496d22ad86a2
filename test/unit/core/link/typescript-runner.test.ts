import { describe, expect, it } from 'vitest';
import { declaredRunner } from '../../../../server/core/link/entries.ts';
import type { Version } from '../../../../server/core/link/builtins.ts';
import { onlyRunner, runnerIn } from '../../../../server/core/link/typescript-runner.ts';
import { viewOf } from '../../../support/trees.ts';

describe('what runs TypeScript in a process', () => {
  it.each([
    ['/usr/bin/node', 'src/index.ts', 'strip'],
    ['node --experimental-transform-types', 'src/index.mts', 'transform'],
    ['node --no-experimental-strip-types', 'src/index.ts', undefined],
    ['node', 'dist/index.js', undefined],
    ['node', '/srv/tsx/index.js', undefined],
    ['node --import tsx', 'src/index.js', 'tsx'],
    ['node --import=file:///srv/app/node_modules/tsx/dist/loader.mjs', 'src/index.ts', 'tsx'],
    ['node /srv/app/node_modules/.bin/tsx', 'src/index.ts', 'tsx'],
    ['/usr/local/bin/tsx', 'src/index.ts', 'tsx'],
    ['node -r ts-node/register/transpile-only', 'src/index.ts', 'ts-node'],
    ['node /usr/local/lib/node_modules/ts-node/dist/bin.js', 'index.ts', 'ts-node'],
    ['node --loader ts-node/esm', 'index.ts', 'other'],
    ['node -r @swc-node/register', 'index.ts', 'other'],
    ['bun', 'index.ts', 'other'],
  ])('%s %s: %s', (command, script, runner) => {
    expect(runnerIn(command.split(' '), script)).toBe(runner);
  });

  it.each<[Version, string | undefined]>([
    [[22, 17], undefined],
    [[22, 18], 'strip'],
    [[23, 5], undefined],
    [[24, 0], 'strip'],
  ])('of Node %s that would be started: %s', (node, runner) => {
    expect(runnerIn(['node'], 'index.ts', node)).toBe(runner);
  });

  it('is one for several processes, or nobody can tell', () => {
    expect(onlyRunner(['tsx', 'tsx'])).toBe('tsx');
    expect(onlyRunner(['tsx', 'strip'])).toBeUndefined();
    expect(onlyRunner(['other'])).toBeUndefined();
    expect(onlyRunner([])).toBeUndefined();
  });
});

describe('what is declared to run TypeScript', () => {
  const of = (start: string, more: Readonly<Record<string, string>> = {}): unknown =>
    declaredRunner(viewOf({ here: { 'package.json': JSON.stringify({ scripts: { start } }), ...more }, there: {} }));

  it.each([
    ['tsx src/index.ts', 'tsx'],
    ['npx ts-node --files src/index.ts', 'ts-node'],
    ['NODE_OPTIONS="--import tsx" node src/index.ts', 'tsx'],
    ['node dist/index.js --name tsx', undefined],
    ['node src/index.ts', undefined],
    ['node --experimental-strip-types src/index.ts', 'strip'],
  ])('by a start script: %s', (start, runner) => {
    expect(of(start)).toBe(runner);
  });

  it.each([
    ["{ script: 'src/a.ts', interpreter: 'node_modules/.bin/tsx' }", 'tsx'],
    ["{ script: 'src/a.ts', interpreter: 'node', node_args: '--import tsx' }", 'tsx'],
    ["{ script: 'dist/a.js' }", undefined],
    // PM2 has its own table for these, by version.
    ["{ script: 'src/a.ts' }", undefined],
  ])("by PM2's file: %s", (app, runner) => {
    const apps = `module.exports = { apps: [${app}] }`;
    expect(declaredRunner(viewOf({ here: { 'ecosystem.config.js': apps }, there: {} }))).toBe(runner);
  });
});
