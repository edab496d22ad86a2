import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runningNodes } from '../../../server/host/running-nodes.ts';
import { temporaryFolder } from '../../support/home.ts';

let root: string;
const running: ChildProcess[] = [];

beforeEach(async () => {
  root = await temporaryFolder('running-nodes');
  mkdirSync(path.join(root, 'api'));
});

afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(root, { recursive: true });
});

/** A Node that runs from a folder until the test ends. */
async function run(cwd: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1e6)'], {
    cwd,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  await once(child.stdout, 'data');
}

describe('NODE_PATH of what runs from a root', () => {
  it('is told as absolute folders, relative ones from where the process stands', async () => {
    await run(path.join(root, 'api'), { NODE_PATH: '.:../shared:/usr/lib/node_modules:', SECRET: 'x' });
    expect(runningNodes(root).nodePath).toEqual([
      path.join(root, 'api'),
      path.join(root, 'shared'),
      '/usr/lib/node_modules',
    ]);
  });

  it('is nothing where nothing runs there, or where it is not set', async () => {
    expect(runningNodes(root).nodePath).toEqual([]);
    await run(root, {});
    await run(path.dirname(root), { NODE_PATH: '/elsewhere' });
    expect(runningNodes(root).nodePath).toEqual([]);
  });
});

describe('conditions of what runs from a root', () => {
  it('are those of its command line and of NODE_OPTIONS', async () => {
    writeFileSync(path.join(root, 'main.js'), 'process.stdout.write("up"); setInterval(() => {}, 1e6)');
    const child = spawn(process.execPath, ['-C', 'one', '--conditions=two', 'main.js', '--conditions=none'], {
      cwd: root,
      env: { PATH: process.env['PATH'], NODE_OPTIONS: '--no-warnings --conditions three -C four' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.push(child);
    await once(child.stdout, 'data');
    expect(runningNodes(root).conditions).toEqual(['one', 'two', 'three', 'four']);
  });

  it('are none where nothing says any', async () => {
    await run(root, { NODE_OPTIONS: '--no-warnings' });
    expect(runningNodes(root).conditions).toEqual([]);
  });
});

describe('what the Nodes of a root were started with', () => {
  const FOREVER = 'process.stdout.write("up"); setInterval(() => {}, 1e6)';

  async function start(cwd: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, words, {
      cwd,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.push(child);
    await once(child.stdout, 'data');
  }

  it('is their script, after options, as the command names it', async () => {
    writeFileSync(path.join(root, 'api/main.js'), FOREVER);
    await start(path.join(root, 'api'), ['--no-warnings', '-r', 'node:os', 'main', '--port', '80']);
    await start(path.dirname(root), [path.join(root, 'api/main.js')]);
    await start(root, ['-e', FOREVER, 'no-script.js']);
    expect(runningNodes(root).starts).toEqual([path.join(root, 'api/main'), path.join(root, 'api/main.js')]);
  });

  it('is known of one that changed its title, and of one that PM2 runs, which tells it', async () => {
    writeFileSync(path.join(root, 'titled.js'), `process.title = 'node ' + __filename; ${FOREVER}`);
    await start(root, [path.join(root, 'titled.js'), 'x'.repeat(200)]);
    const there = { cwd: path.dirname(root), file: path.join(root, 'forked.js') };
    await start(there.cwd, ['-e', FOREVER], { pm_exec_path: there.file });
    const worker = JSON.stringify({ pm_exec_path: path.join(root, 'worker.js'), SECRET: 'x' });
    await start(there.cwd, ['-e', FOREVER], { pm2_env: worker });
    expect(runningNodes(root).starts.map((each) => path.basename(each))).toEqual([
      'forked.js',
      'titled.js',
      'worker.js',
    ]);
  });

  it('is nothing that lies elsewhere', async () => {
    await start(root, ['-e', FOREVER], { pm_exec_path: '/opt/other/app.js' });
    expect(runningNodes(root).starts).toEqual([]);
  });

  it('are said to run TypeScript, by what was preloaded or by their script, and by nothing that stands elsewhere', async () => {
    expect(runningNodes(root).typescript).toBeUndefined();
    mkdirSync(path.join(root, 'node_modules/tsx'), { recursive: true });
    writeFileSync(path.join(root, 'node_modules/tsx/loader.cjs'), '');
    writeFileSync(path.join(root, 'main.js'), FOREVER);
    await start(root, ['main.js']);
    expect(runningNodes(root).typescript).toBeUndefined();
    await start(root, ['main.js'], { NODE_OPTIONS: `--require ${path.join(root, 'node_modules/tsx/loader.cjs')}` });
    expect(runningNodes(root).typescript).toBe('tsx');
    await start(root, ['-e', FOREVER], { pm_exec_path: path.join(root, 'src/main.ts'), node_args: '' });
    expect(runningNodes(root).typescript).toBeNull();
    expect(runningNodes(path.join(root, 'api')).typescript).toBeUndefined();
  });
});
