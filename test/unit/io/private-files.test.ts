import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { savedIfPossible, writePrivately } from '../../../server/io/private-files.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'driftline-private-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('what is only a memory', () => {
  it('is saved for this user only', async () => {
    const file = path.join(folder, 'a/b');
    await savedIfPossible(writePrivately(file, 'x'));
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['x', 0o600]);
  });

  it('is lost where the file system says no, and only there', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    await expect(savedIfPossible(writePrivately(path.join(folder, 'file/below'), 'x'))).resolves.toBeUndefined();
    await expect(savedIfPossible(Promise.reject(new TypeError('a mistake of ours')))).rejects.toThrow('a mistake');
  });
});
