import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodePathOf } from '../../../server/host/node-path.ts';
import { temporaryFolder } from '../../support/home.ts';

let root: string;
const running: ChildProcess[] = [];

beforeEach(async () => {
  root = await temporaryFolder('node-path');
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
    expect(nodePathOf(root)).toEqual([path.join(root, 'api'), path.join(root, 'shared'), '/usr/lib/node_modules']);
  });

  it('is nothing where nothing runs there, or where it is not set', async () => {
    expect(nodePathOf(root)).toEqual([]);
    await run(root, {});
    await run(path.dirname(root), { NODE_PATH: '/elsewhere' });
    expect(nodePathOf(root)).toEqual([]);
  });
});
