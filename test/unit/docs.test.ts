import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const top = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(top, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string>; bin: Record<string, string> };
const schema = JSON.parse(read('schema/driftline.schema.json')) as {
  definitions: { target: { properties: Record<string, unknown> } };
};

/** The cells of every table row of a page. */
function rows(page: string): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('docs/PROMISES.md', () => {
  const promises = rows(read('docs/PROMISES.md')).filter(([number]) => /^\d+$/.test(number ?? ''));

  it('has all thirteen', () => {
    expect(promises.map(([number]) => Number(number))).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
  });

  it.each(promises)(
    'promise %s names tests that are there, or says that it is not yet proven',
    (_, promise, proof = '') => {
      const files = [...proof.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1] ?? '');
      if (files.length === 0) {
        expect(proof).toContain('not yet proven');
        return;
      }
      for (const file of files)
        expect([promise, file, existsSync(path.join(top, file))]).toEqual([promise, file, true]);
      const texts = files.map(read).join('\n').replaceAll("\\'", "'");
      for (const [, title = ''] of proof.matchAll(/"([^"]+)"/g)) expect(texts).toContain(title);
    },
  );
});

describe('README.md and CONTRIBUTING.md', () => {
  const pages = read('README.md') + read('CONTRIBUTING.md');

  it('name only scripts that are there', () => {
    const named = [...pages.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it('link only to files that are there', () => {
    const links = [...pages.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(path.join(top, link)))).toEqual([]);
  });

  it('explain every key of a target, and no other', () => {
    const table = rows(read('README.md').split('## Configuration')[1] ?? '');
    const explained = table
      .slice(1)
      .flatMap(([keys = '']) => [...keys.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ''));
    expect(explained.sort()).toEqual(Object.keys(schema.definitions.target.properties).sort());
  });

  it('name the command as it is installed', () => {
    expect(Object.keys(manifest.bin)).toEqual(['driftline']);
  });
});
