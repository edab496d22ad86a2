import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planFileText } from '../../../server/app/plan-file.ts';
import { readPlanFile } from '../../../server/cli/plan-file.ts';
import { planned } from './results.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'driftline-plan-'));
});
afterEach(() => rm(folder, { recursive: true }));

const text = planFileText(planned());

describe('readPlanFile', () => {
  it('finds a plan under both names, with its target', async () => {
    for (const name of ['friday.driftline-plan', 'plan.json']) {
      await writeFile(path.join(folder, name), text);
      expect(await readPlanFile([name], folder)).toEqual({ text, target: 'production' });
    }
  });

  it('takes other JSON, and what is not here, for paths to deploy', async () => {
    await writeFile(path.join(folder, 'package.json'), '{ "name": "voice" }');
    expect(await readPlanFile(['package.json'], folder)).toBeUndefined();
    expect(await readPlanFile(['gone.json'], folder)).toBeUndefined();
    expect(await readPlanFile(['src/index.js'], folder)).toBeUndefined();
    expect(await readPlanFile([], folder)).toBeUndefined();
  });

  it('says so where a named plan is not there, or has company', async () => {
    await expect(readPlanFile(['gone.driftline-plan'], folder)).rejects.toThrow('There is no plan file');
    await mkdir(path.join(folder, 'folder.driftline-plan'));
    await expect(readPlanFile(['folder.driftline-plan'], folder)).rejects.toThrow('cannot be read');
    await expect(readPlanFile(['a.driftline-plan', 'src'], folder)).rejects.toThrow('alone');
  });
});
