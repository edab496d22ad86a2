import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Selection } from '../../../server/core/tree/selection.ts';
import { hashFile, readLocalFiles } from '../../../server/io/local-files.ts';
import { temporaryFolder } from '../../support/home.ts';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder('local-files');
});
afterEach(() => rmSync(folder, { recursive: true }));

const everything = new Selection({ map: [{ local: 'api/src', production: 'src' }], include: [], exclude: ['*.log'] });

describe('hashFile', () => {
  it.each([0, 1, 262_143, 262_144, 262_145, 700_000])('gives both ids of a file of %i bytes', (size) => {
    const bytes = Buffer.alloc(size, 'a\0é');
    const file = path.join(folder, 'file');
    writeFileSync(file, bytes);
    expect(hashFile(file)).toEqual({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      // As git has it: the kind, the size and a zero byte before the content.
      blob: createHash('sha1').update(`blob ${size}\0`).update(bytes).digest('hex'),
    });
  });
});

describe('readLocalFiles', () => {
  it('reads every managed file once, by its production path, however many there are', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `part-${index % 7}/file-${index}.js`);
    for (const name of [...names, 'left-out.log']) {
      const file = path.join(folder, 'api/src', name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, `// ${name}\n`);
    }
    const { files, unnamed } = await readLocalFiles(folder, everything);
    expect([...files.keys()].sort()).toEqual(names.map((name) => `src/${name}`).sort());
    for (const [place, file] of files) {
      expect(file.local).toBe(`api/${place}`);
      const text = `// ${place.slice('src/'.length)}\n`;
      expect(file).toMatchObject({ kind: 'file', size: text.length });
      expect(file.content?.sha256).toBe(createHash('sha256').update(text).digest('hex'));
    }
    expect(unnamed).toEqual([]);
  });

  it('tells where a link leads, and does not follow it', async () => {
    mkdirSync(path.join(folder, 'api/src'), { recursive: true });
    symlinkSync('elsewhere.js', path.join(folder, 'api/src/link.js'));
    const { files } = await readLocalFiles(folder, everything);
    expect(files.get('src/link.js')).toMatchObject({ kind: 'symlink', leadsTo: 'elsewhere.js' });
  });
});
