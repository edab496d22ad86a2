import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModuleKind } from '../../server/core/link/module-kind.ts';
import { compiledBy } from '../../server/host/release/compile.ts';
import type { Compiled, Runtime } from '../../server/host/release/compile.ts';
import { layOutPlanned } from '../support/planned.ts';
import type { Planned, PlannedOptions } from '../support/planned.ts';
import { stageAll } from '../support/staged.ts';
import { configure, lastEvents, startReadyScene } from '../story/ready.ts';
import { deployJson } from '../story/reports.ts';
import type { Scene } from '../story/scene.ts';
import { PRODUCTION_TOOLS } from '../story/voice-api.ts';

/** The oldest that a host may have, and what it does not know. */
const OLD_NODE = path.join(
  PRODUCTION_TOOLS,
  `node-linux-${process.arch}/node_modules/node-linux-${process.arch}/bin/node`,
);
const TOO_NEW = '\nglobalThis.shared ??= 1;\n';
const THIS_NODE: Runtime = { path: process.execPath, args: [] };
const COMPILED: Compiled = { state: 'compiled' };

describe('the Node that will run the app', () => {
  let planned: Planned;
  afterEach(() => planned.remove());

  async function compile(
    kinds: Readonly<Record<string, ModuleKind>>,
    next: PlannedOptions['next'],
    { old = {}, node = {} }: { old?: PlannedOptions['old']; node?: Partial<Runtime> } = {},
  ): Promise<Compiled> {
    planned = await layOutPlanned({ old, next });
    const operations = planned.plan.operations.map((operation) => {
      const module = kinds[operation.path];
      return operation.kind === 'delete' || module === undefined ? operation : { ...operation, module };
    });
    const folder = stageAll({ ...planned, plan: { ...planned.plan, operations } });
    const program = path.join(planned.folder, 'host.cjs');
    copyFileSync(path.resolve(import.meta.dirname, '../../dist/host.js'), program);
    return compiledBy({ path: OLD_NODE, args: [], ...node }, folder, program);
  }

  it('compiles what it knows, of both kinds, and evaluates nothing of it', async () => {
    const touched = "require('fs').writeFileSync('/nowhere/at/all', '');";
    const next = {
      'a.cjs': `\ufeff#!/usr/bin/env node\n${touched} return new.target;\n`,
      'b.mjs': "#!/usr/bin/env node\nimport none from './nowhere.js';\nawait none(import.meta.url);\n",
    };
    expect(await compile({ 'a.cjs': 'commonjs', 'b.mjs': 'esm' }, next)).toEqual(COMPILED);
  });

  it('says file, line and its own words where it does not', async () => {
    const why = "src/a b.js:2: Unexpected token '??='";
    expect(await compile({ 'src/a b.js': 'commonjs' }, { 'src/a b.js': TOO_NEW })).toEqual({ state: 'refused', why });
  });

  it('says in which line of an ES module that is from the Node on that tells it', async () => {
    const why = "a.js: Unexpected token '??='";
    expect(await compile({ 'a.js': 'esm' }, { 'a.js': TOO_NEW })).toEqual({ state: 'refused', why });
    planned.remove();
    expect(await compile({ 'a.js': 'esm' }, { 'a.js': TOO_NEW }, { node: THIS_NODE })).toEqual(COMPILED);
    planned.remove();
    const broken = await compile({ 'a.js': 'esm' }, { 'a.js': 'await 1;\nexport {' }, { node: THIS_NODE });
    expect(broken).toEqual({ state: 'refused', why: 'a.js:2: Unexpected end of input' });
  });

  it('is asked only about what some Node could parse, and runs now', async () => {
    expect(await compile({}, { 'template.js': '<%= new %>' })).toEqual(COMPILED);
    planned.remove();
    const page = { 'public/page.js': TOO_NEW };
    const changed = { 'public/page.js': `${TOO_NEW}//\n` };
    expect(await compile({ 'public/page.js': 'commonjs' }, changed, { old: page })).toEqual(COMPILED);
  });

  it('has the options that change what is syntax, and loads nothing of the app', async () => {
    const next = { 'a.js': 'await 1;\n' };
    const preload = ['--require=/nowhere/preload.js'];
    expect(await compile({ 'a.js': 'esm' }, next, { node: { args: preload } })).toEqual(COMPILED);
    planned.remove();
    const args = [...preload, '--no-harmony-top-level-await'];
    expect(await compile({ 'a.js': 'esm' }, next, { node: { args } })).toMatchObject({ state: 'refused' });
  });

  it('is not taken at its word where it cannot tell broken text from whole, or cannot be run', async () => {
    const next = { 'a.js': TOO_NEW };
    const shell = await compile({ 'a.js': 'esm' }, next, { node: { path: '/bin/true' } });
    expect(shell).toEqual({ state: 'unasked', why: 'it ended without a word' });
    planned.remove();
    const none = await compile({ 'a.js': 'esm' }, next, { node: { path: '/nowhere/node' } });
    expect(none.state).toBe('unasked');
  });
});

describe('a deploy', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startReadyScene();
  });
  afterEach(() => scene.stop());

  it('of what that Node cannot compile ends before its switch, and says where', async () => {
    await configure(scene, { node: OLD_NODE });
    const before = await scene.production();
    writeFileSync(path.join(scene.repository, 'api/src/lib/numbers.js'), `exports.format = String;${TOO_NEW}`);
    const { status, stdout } = await scene.driftline(['deploy', '--yes', '--format', 'json']);
    const { outcome, detail } = deployJson(stdout);
    expect([status, outcome]).toEqual([4, 'rolledBack']);
    expect(detail).toContain("src/lib/numbers.js:2: Unexpected token '??='. That is no JavaScript to Node v14.21.3");
    expect(detail).toContain('Nothing live was changed');
    expect(await scene.production()).toEqual(before);
    expect(lastEvents(scene, 'switched')).toEqual([]);
    expect(await scene.version()).toBe('1');
    // As for a browser's code, which no Node runs.
    const accept = ['--accept', 'syntax-error:api/src/lib/numbers.js', '--reason', 'a test'];
    await scene.driftline(['deploy', '--yes', ...accept, '--format', 'json']);
    expect(lastEvents(scene, 'switched')).toHaveLength(1);
  });

  it('of what it can says by which Node', async () => {
    const { status } = await scene.driftline(['deploy', '--yes', '--format', 'json']);
    expect(status).toBe(0);
    const said = lastEvents(scene, 'step').map((event) => String(event['detail']));
    expect(said).toContainEqual(expect.stringContaining(` modules, compiled by Node ${process.version} (/`));
  });

  it("of an app that tells no Node says that it was the host program's own", async () => {
    await configure(scene, { process: { restart: 'true' } });
    await scene.driftline(['deploy', '--yes', '--format', 'json']);
    const said = lastEvents(scene, 'step').map((event) => String(event['detail']));
    const why = "which is this program's own: a restart command does not tell which Node it starts";
    expect(said).toContainEqual(expect.stringContaining(why));
  });
});
