import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_SECRET, startScene } from '../story/scene.ts';
import type { Scene } from '../story/scene.ts';

/** Pull requests are judged where production cannot be reached: by what an audit wrote down before. */
describe('an inventory that travels', () => {
  let scene: Scene;
  let file: string;

  async function check(...words: string[]): Promise<{ status: number | null; found: Record<string, unknown> }> {
    const { status, stdout, stderr } = await scene.driftline(['check', '--format', 'json', ...words]);
    if (stdout === '') throw new Error(stderr);
    return { status, found: JSON.parse(stdout) as Record<string, unknown> };
  }

  beforeAll(async () => {
    scene = await startScene();
    await scene.sshd.acceptHostKey();
    file = path.join(scene.repository, 'inventory.json');
    const { status } = await scene.driftline(['audit', '--output', file]);
    expect(status).toBe(0);
  });
  afterAll(() => scene.stop());

  it('holds neither contents nor secrets', () => {
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('src/db/connection.js');
    expect(text).not.toContain(APP_SECRET);
    expect(text).not.toContain('pool_size');
    expect(text).not.toContain(scene.home.folder);
  });

  it('finds what a check with access finds, also of a change that came after it, and says how old it is', async () => {
    const change = path.join(scene.repository, 'api/src/change.js');
    writeFileSync(
      change,
      "require('express'); require('left-pad'); import('./db/redis.js').then(({ get }) => get); require('./gone'); require('body-parser');\n",
    );
    const withAccess = await check();
    await scene.sshd.stop();
    const without = await check('--inventory', file);
    expect(without.status).toBe(1);
    expect(without.found['findings']).toEqual(withAccess.found['findings']);
    expect(without.found['notJudged']).toEqual(withAccess.found['notJudged']);
    expect(without.found['inventory']).toMatchObject({ file });
    const { stdout } = await scene.driftline(['check', '--inventory', 'inventory.json']);
    expect(stdout).toMatch(/\(\d+ minutes? ago, by .*inventory\.json\)/);
    rmSync(change);
  });

  it.each([
    ['of another root', (text: string) => text.replace(/"root":"[^"]*"/, '"root":"/srv/other"'), /is of production/],
    [
      'taken by other rules',
      (text: string) => text.replace('\\"include\\":[]', '\\"include\\":[\\"x\\"]'),
      /another "map"/,
    ],
    ['cut short', (text: string) => text.slice(0, -100), /holds no inventory/],
    [
      'with a path that climbs',
      (text: string) => text.replace('"path":"src/db"', '"path":"../src/db"'),
      /no inventory/,
    ],
    ['with a fact that is none', (text: string) => text.replace('"ask":"list"', '"ask":"all"'), /no inventory/],
  ])('refuses a file that is %s', async (_what, change, why) => {
    const text = readFileSync(file, 'utf8');
    const other = path.join(scene.repository, 'other.json');
    expect(change(text)).not.toBe(text);
    writeFileSync(other, change(text));
    const { status, stderr } = await scene.driftline(['check', '--inventory', other]);
    expect(status).toBe(2);
    expect(stderr).toMatch(why);
    expect(stderr).toContain('driftline audit -o FILE');
    rmSync(other);
  });
});
