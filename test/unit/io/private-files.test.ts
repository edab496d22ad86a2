import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readIfThere, savedIfPossible, writePrivately } from '../../../server/io/private-files.ts';
import { temporaryFolder } from '../../support/home.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('private');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('writePrivately', () => {
  it('makes the folders that it needs, for this user only', async () => {
    const file = path.join(folder, 'a/b/c.json');
    await writePrivately(file, '1');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(folder, 'a'))).mode & 0o777).toBe(0o700);
  });

  it('replaces a file whole, whatever its mode was, and leaves nothing beside it', async () => {
    const file = path.join(folder, 'c.json');
    await writeFile(file, 'older and longer');
    await chmod(file, 0o644);
    await writePrivately(file, Buffer.from('new'));
    expect(await readFile(file, 'utf8')).toBe('new');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['c.json']);
  });

  it('leaves nothing behind where it fails', async () => {
    await mkdir(path.join(folder, 'taken'));
    await expect(writePrivately(path.join(folder, 'taken'), 'x')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('may be called many times at once', async () => {
    const file = path.join(folder, 'c.json');
    await Promise.all(Array.from({ length: 20 }, (_none, index) => writePrivately(file, String(index).repeat(1000))));
    expect(await readFile(file, 'utf8')).toMatch(/^(\d{1,2})\1{999}$/);
    expect(await readdir(folder)).toEqual(['c.json']);
  });
});

describe('savedIfPossible', () => {
  it('forgives what the file system says, and nothing else', async () => {
    await writeFile(path.join(folder, 'file'), '');
    await expect(savedIfPossible(writePrivately(path.join(folder, 'file/below'), 'x'))).resolves.toBeUndefined();
    await expect(savedIfPossible(Promise.reject(new TypeError('a mistake of ours')))).rejects.toThrow('a mistake');
  });
});

describe('readIfThere', () => {
  it('tells what is not there from what cannot be read', async () => {
    expect(await readIfThere(path.join(folder, 'none'))).toBeUndefined();
    await expect(readIfThere(folder)).rejects.toThrow('EISDIR');
  });
});
