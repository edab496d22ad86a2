import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LineIndex } from '../../server/core/link/lines.ts';
import { extractModule } from '../../server/core/link/extract.ts';
import { copyApplication, fetchApplications, questionsIn } from '../links/applications.ts';
import type { Application } from '../links/applications.ts';
import { differences } from '../links/judge.ts';
import { disturb, filesBelow } from '../links/mutate.ts';
import { parseLinks } from '../links/parsed.ts';
import { temporaryFolder } from '../support/home.ts';

/** Fewer edges than these would mean that the applications were not read. */
const APPLICATIONS: readonly (readonly [name: Application, edges: number])[] = [
  ['ghost', 4000],
  ['directus', 2000],
  ['express', 300],
  ['pm2', 1500],
];

describe('every constant specifier of applications from npm', () => {
  let folder: string;

  beforeAll(async () => {
    fetchApplications();
    folder = await temporaryFolder('applications');
    for (const [name] of APPLICATIONS) copyApplication(name, path.join(folder, name, 'app'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(APPLICATIONS)('%s leads where Node says, whole and with files deleted and renamed', async (name, edges) => {
    const app = path.join(folder, name, 'app');
    const questions = await questionsIn(app);
    expect(questions.length).toBeGreaterThan(edges);
    expect(await differences(questions)).toEqual([]);
    expect(disturb(app, 1, 0.08)).toBeGreaterThan(10);
    expect(await differences(questions)).toEqual([]);
  });

  it.each(['ghost', 'directus'] as const)('%s has the links that a parser with scopes sees', (name) => {
    const wrong: unknown[] = [];
    for (const file of filesBelow(path.join(folder, name, 'app'))) {
      if (!/\.[cm]?js$/.test(file)) continue;
      const text = readFileSync(file, 'utf8');
      const parsed = parseLinks(text);
      if (parsed === undefined) continue;
      const lines = new LineIndex(text);
      const expected = parsed.map(({ kind, specifier, at, reached }) => ({
        ...{ kind, specifier, when: reached ? 'reached' : 'start' },
        start: lines.position(at + 1),
      }));
      const found = extractModule(text)
        .links.map(({ kind, specifier, when, range }) => ({ kind, specifier, when, start: range.start }))
        .filter(({ kind }) => kind in KINDS_OF_THE_PARSER);
      if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push({ file, found, expected });
    }
    expect(wrong).toEqual([]);
  });
});

const KINDS_OF_THE_PARSER = { import: 1, 'export-from': 1, 'dynamic-import': 1, require: 1, 'require-resolve': 1 };
