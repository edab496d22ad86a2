import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchApplications } from '../links/applications.ts';
import { compiledDifferences } from '../links/compiled.ts';
import { temporaryFolder } from '../support/home.ts';

const DECORATED = { experimentalDecorators: true, emitDecoratorMetadata: true };

/** Fewer links than these would mean that the sources were not read. */
const PACKAGES: readonly (readonly [name: string, options: object, links: number])[] = [
  ['rxjs-7.8.1', {}, 800],
  ['immer-10.1.1', {}, 20],
  ['immer-10.1.1', { verbatimModuleSyntax: true }, 20],
  ['loopback-rest-14.0.6', DECORATED, 200],
  ['loopback-repository-7.0.6', DECORATED, 150],
];

describe('the links of TypeScript sources, as the compiler leaves them', () => {
  let folder: string;

  beforeAll(async () => {
    fetchApplications();
    folder = await temporaryFolder('links-compiled');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const [index, [name, options, links]] of PACKAGES.entries()) {
    it.each([
      ['each source alone', false],
      ['the whole program', true],
    ])(`${name} by ${JSON.stringify(options)}, %s`, async (_, isWhole) => {
      const place = path.join(folder, `${index}-${isWhole}`);
      cpSync(path.resolve('.cache/corpus', name, 'src'), place, { recursive: true });
      const compiled = await compiledDifferences(place, { ...options }, isWhole);
      expect(compiled.differences).toEqual([]);
      expect(compiled.links).toBeGreaterThan(links);
    });
  }
});
