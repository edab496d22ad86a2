import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineIndex } from '../../../server/core/link/lines.ts';
import type { Finding } from '../../../server/core/link/finding.ts';
import { shownAt } from '../../../server/core/link/finding.ts';
import { inSources } from '../../../server/io/sources.ts';
import { temporaryFolder } from '../../support/home.ts';

const SOURCE = "type Long = {\n  a: string;\n};\n\nexport { gone } from './gone';\n";

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('sources');
  for (const name of ['src', 'dist']) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, 'src/a.ts'), SOURCE);
});
afterEach(() => rmSync(folder, { recursive: true }));

function build(sourcemap: 'inline' | 'external', change: (map: string) => string = (map) => map): void {
  const { code, map } = transformSync(SOURCE, { loader: 'ts', sourcemap, sourcefile: '../src/a.ts' });
  writeFileSync(
    path.join(folder, 'dist/a.js'),
    sourcemap === 'inline' ? code : `${code}//# sourceMappingURL=a.js.map\n`,
  );
  if (sourcemap === 'external') writeFileSync(path.join(folder, 'dist/a.js.map'), change(map));
}

/** Where a finding on the specifier of the output is shown. */
async function shown(): Promise<string> {
  const text = readFileSync(path.join(folder, 'dist/a.js'), 'utf8');
  const start = new LineIndex(text).position(text.indexOf('./gone'));
  const finding: Finding = {
    ...{
      code: 'unresolved-import',
      severity: 'error',
      file: { tree: 'local', path: 'dist/a.js' },
      message: '',
      remedy: '',
    },
    ...{ range: { start, end: start }, when: 'start' },
  };
  const [found] = await inSources(folder, [finding]);
  const { file, range, output = '' } = shownAt(found ?? finding);
  return `${file.path}:${range.start.line + 1} ${output.replace(/:\d+$/, '')}`;
}

describe('a finding in an output', () => {
  it.each(['inline', 'external'] as const)('is shown in the source, by a map that is %s', async (kind) => {
    build(kind);
    expect(await shown()).toBe('src/a.ts:5 dist/a.js:1');
  });

  it('stays in the output where the map that it names is no file, which reading would never end', async () => {
    build('external');
    const output = path.join(folder, 'dist/a.js');
    writeFileSync(output, readFileSync(output, 'utf8').replace('a.js.map', 'file:///dev/zero'));
    expect(await shown()).toMatch(/^dist\/a\.js:1/);
  });

  it('is shown there by a map of sections too', async () => {
    build('external', (map) => `{"version":3,"sections":[{"offset":{"line":0,"column":0},"map":${map}}]}`);
    expect(await shown()).toBe('src/a.ts:5 dist/a.js:1');
  });

  it.each<[string, (map: string) => string]>([
    ['is no JSON', () => '{'],
    ['is no map', () => '[]'],
    ['has mappings that are none', (map) => map.replace(/"mappings": *"[^"]*"/, '"mappings":"!!!!"')],
    ['names a source that is not there', (map) => map.replace('../src/a.ts', '../src/b.ts')],
    ['names a file outside', (map) => map.replace('../src/a.ts', '/etc/hostname')],
    ['is of another text', (map) => map.replace(/"mappings": *"/, '"mappings":"AA+/+/+/AA;')],
    ['names a folder', (map) => map.replace('../src/a.ts', '../src')],
    ['names another protocol', (map) => map.replace('../src/a.ts', 'webpack://app/src/a.ts')],
  ])('stays in the output where the map %s', async (_, change) => {
    build('external', change);
    expect(await shown()).toBe('dist/a.js:1 ');
  });

  it('stays in the output where no map is', async () => {
    build('external');
    rmSync(path.join(folder, 'dist/a.js.map'));
    expect(await shown()).toBe('dist/a.js:1 ');
  });
});
