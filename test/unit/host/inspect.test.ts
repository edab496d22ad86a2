import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspect } from '../../../server/host/inspect.ts';
import type { HostReport } from '../../../server/host/protocol.ts';
import { ask } from '../../support/handlers.ts';
import { temporaryFolder } from '../../support/home.ts';

let root: string;

beforeEach(async () => {
  root = await temporaryFolder('inspect');
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function look(at: string, state = `${at}/.driftline`): Promise<HostReport> {
  const { end } = await ask(inspect, { root: at, state, process: null, touches: [] });
  return end;
}

describe('inspect', () => {
  it('tells of a root what a deploy needs to know', async () => {
    const report = await look(root);
    expect(report).toMatchObject({
      root: { state: 'ok', real: root, writable: true, owner: os.userInfo().username },
      stateFolder: { path: `${root}/.driftline`, exists: false, usable: true },
      process: { state: 'notConfigured' },
      nextNode: { unknown: expect.any(String) as string },
    });
    expect(report.disk.freeBytes).toBeGreaterThan(0);
  });

  it('tells where the root really leads, and what is none', async () => {
    const link = path.join(root, 'link');
    mkdirSync(path.join(root, 'real'));
    symlinkSync('real', link);
    expect((await look(link)).root).toMatchObject({ state: 'ok', real: path.join(root, 'real') });
    expect((await look(path.join(root, 'none'))).root).toEqual({ state: 'absent' });
    writeFileSync(path.join(root, 'file'), '');
    expect((await look(path.join(root, 'file'))).root).toMatchObject({ state: 'notFolder' });
  });

  it('refuses a state folder that anybody may write to, or that is none, or lies on another file system', async () => {
    const state = path.join(root, 'state');
    mkdirSync(state);
    expect((await look(root, state)).stateFolder).toEqual({ path: state, exists: true, usable: true });
    chmodSync(state, 0o777);
    expect((await look(root, state)).stateFolder).toMatchObject({
      usable: false,
      why: 'others than its owner may write there',
    });
    await rm(state, { recursive: true });
    writeFileSync(state, '');
    expect((await look(root, state)).stateFolder).toMatchObject({ usable: false, why: 'it is no folder' });
    expect((await look(root, '/proc/driftline')).stateFolder).toMatchObject({ usable: false });
  });

  it('refuses a state folder that has no folder to lie in, or a lock that says nothing', async () => {
    const none = path.join(root, 'none');
    expect((await look(none)).stateFolder).toEqual({
      path: `${none}/.driftline`,
      exists: false,
      usable: false,
      why: `it cannot be made: there is no folder ${none}`,
    });
    const state = path.join(root, 'state');
    mkdirSync(state, { mode: 0o700 });
    writeFileSync(path.join(state, 'lock'), 'half a li');
    expect((await look(root, state)).stateFolder).toMatchObject({
      usable: false,
      why: 'its lock cannot be read as one',
      remedy: expect.stringContaining(`remove ${state}/lock`) as string,
    });
  });
});
