import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nextNode, nodeArguments } from '../../../server/host/next-node.ts';
import type { ProcessInstance } from '../../../server/host/protocol.ts';
import { until } from '../../support/processes.ts';

function instance(pid: number): ProcessInstance {
  return { id: '0', status: 'online', pid, restarts: 0, uptimeMs: 0, mode: 'fork', logs: [] };
}

describe('nextNode', () => {
  it('is the one that is named', () => {
    expect(nextNode(process.execPath, { state: 'notConfigured' })).toEqual({
      path: process.execPath,
      version: process.version,
      args: [],
      differs: false,
    });
    expect(nextNode('/no/such/node', { state: 'notConfigured' })).toMatchObject({
      unknown: expect.stringContaining('/no/such/node') as string,
    });
  });

  it('is the one that runs the app, with its arguments', async () => {
    const app = spawn(process.execPath, ['--max-old-space-size=64', '-e', 'setInterval(() => 0, 1000)'], {
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => app.once('exit', resolve));
    try {
      const pid = app.pid ?? 0;
      // Between fork and exec it is still what started it.
      await until('it runs', () => 'args' in nextNode(undefined, { state: 'found', instances: [instance(pid)] }));
      const found = nextNode(undefined, { state: 'found', instances: [instance(0), instance(pid)] });
      expect(found).toMatchObject({ version: process.version, differs: false });
      expect('path' in found && realpathSync(found.path)).toBe(realpathSync(process.execPath));
    } finally {
      app.kill('SIGKILL');
      await ended;
    }
  });

  it('is unknown where no process tells it', () => {
    expect(nextNode(undefined, { state: 'noDaemon', detail: '' })).toHaveProperty('unknown');
    expect(nextNode(undefined, { state: 'found', instances: [instance(0)] })).toHaveProperty('unknown');
    expect(nextNode(undefined, { state: 'found', instances: [instance(2 ** 22 + 1)] })).toHaveProperty('unknown');
  });
});

describe('nodeArguments', () => {
  it.each([
    ['node\0--inspect\0--max-old-space-size=64\0app.js\0--port\x0080\0', ['--inspect', '--max-old-space-size=64']],
    ['node\0-r\0dotenv/config\0--harmony\0app.js\0', ['-r', 'dotenv/config', '--harmony']],
    ['node\0app.js\0', []],
    ['PM2 v5: God Daemon', []],
  ])('of %j are %j', (cmdline, args) => {
    expect(nodeArguments(cmdline)).toEqual(args);
  });
});
