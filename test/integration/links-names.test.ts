import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { extractModule } from '../../server/core/link/extract.ts';
import { APPLICATIONS, fetchApplications } from '../links/applications.ts';
import { filesBelow } from '../links/mutate.ts';

describe('the names that a script is certain to export, as Node says', () => {
  beforeAll(fetchApplications);

  it('are all that it has, in what express installs and in packages of our own', () => {
    const own = ['ajv', 'iconv-lite', 'semver'].map((name) => path.join('node_modules', name));
    const scripts = [APPLICATIONS.express.folder, ...own]
      .flatMap((folder) => filesBelow(path.resolve(folder)))
      .filter((file) => /\.c?js$/.test(file) && !/\/(?:test|examples?|bin|util)\//.test(file))
      .flatMap((file) => {
        const { properties, syntax } = extractModule(readFileSync(file, 'utf8'));
        return properties === undefined || syntax === 'esm' ? [] : [{ file, properties }];
      });
    const node = spawnSync(process.execPath, [path.join(import.meta.dirname, '../links/ask-exports.mjs')], {
      input: JSON.stringify(scripts.map(({ file }) => file)),
      encoding: 'utf8',
      stdio: ['pipe', 'ignore', 'inherit', 'pipe'],
    });
    const answers = JSON.parse(node.output[3] ?? '') as (string[] | null)[];
    expect(answers).toHaveLength(scripts.length);
    const told = scripts.flatMap(({ file, properties }, index) => {
      const names = answers[index];
      if (names === null || names === undefined) return [];
      const missed = names.filter((name) => !properties.includes(name));
      return [{ file, missed }];
    });
    expect(told.length).toBeGreaterThan(100);
    expect(told.filter(({ missed }) => missed.length > 0)).toEqual([]);
  });
});
