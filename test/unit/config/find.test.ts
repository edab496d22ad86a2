import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findConfig, findConfigs } from '../../../server/config/find.ts';
import { ConfigProblems } from '../../../server/config/errors.ts';
import { loadConfig } from '../../../server/config/load.ts';

let top = '';
beforeEach(async () => {
  top = await mkdtemp(path.join(os.tmpdir(), 'driftline-find-'));
});
afterEach(() => rm(top, { recursive: true }));

async function write(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(top, file)), { recursive: true });
    await writeFile(path.join(top, file), '{}');
  }
}

describe('findConfig', () => {
  it('looks upward to the root of the repository and no further', async () => {
    await write('driftline.json', 'repo/.git/HEAD', 'repo/api/src/x.js');
    const from = path.join(top, 'repo/api/src');
    expect(await findConfig(from)).toEqual({ file: undefined, upTo: path.join(top, 'repo') });
    await write('repo/driftline.json');
    expect((await findConfig(from)).file).toBe(path.join(top, 'repo/driftline.json'));
    await write('repo/api/driftline.json');
    expect((await findConfig(from)).file).toBe(path.join(top, 'repo/api/driftline.json'));
  });

  it('takes no file from above where there is no repository', async () => {
    await write('driftline.json', 'app/x.js');
    expect((await findConfig(path.join(top, 'app'))).file).toBeUndefined();
    expect((await findConfig(top)).file).toBe(path.join(top, 'driftline.json'));
  });

  it('does not take a folder of that name', async () => {
    await mkdir(path.join(top, 'driftline.json'));
    expect((await findConfig(top)).file).toBeUndefined();
  });
});

describe('findConfigs', () => {
  it('finds those above and below, but none in node_modules', async () => {
    await write(
      'repo/.git/HEAD',
      'repo/driftline.json',
      'repo/web/apps/a/driftline.json',
      'repo/web/node_modules/b/driftline.json',
      'repo/other/driftline.json',
    );
    expect(await findConfigs(path.join(top, 'repo/web'))).toEqual(
      ['repo/driftline.json', 'repo/web/apps/a/driftline.json'].map((file) => path.join(top, file)),
    );
  });
});

describe('loadConfig', () => {
  it('says that a file is missing, or is a folder', async () => {
    const missing = await loadConfig(path.join(top, 'driftline.json'));
    expect(missing).toBeInstanceOf(ConfigProblems);
    expect(missing instanceof ConfigProblems ? missing.message : '').toBe(
      `${path.join(top, 'driftline.json')}:1:1: This file does not exist.`,
    );
    const folder = await loadConfig(top);
    expect(folder instanceof ConfigProblems ? folder.message : '').toContain('This is a folder');
  });

  it('gives every problem its line as people count', async () => {
    await writeFile(
      path.join(top, 'driftline.json'),
      '{\n  "targets": { "a": { "host": "h", "root": "r" } },\n  "x": 1 }',
    );
    const result = await loadConfig(path.join(top, 'driftline.json'));
    expect(result instanceof ConfigProblems ? result.problems.map((each) => [each.line, each.bySchema]) : []).toEqual([
      [1, true],
      [2, true],
    ]);
    expect(result instanceof ConfigProblems ? result.message : '').toContain('driftline.json:2:44: ');
  });
});
