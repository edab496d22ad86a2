import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, closeSync, fstatSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashFile } from '../../../server/host/hash.ts';
import { openRegular, readRegular, unchanged } from '../../../server/host/open.ts';
import { keepChanging } from '../../support/awkward.ts';
import { temporaryFolder } from '../../support/home.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await temporaryFolder('open');
  file = path.join(folder, 'a.js');
  writeFileSync(file, 'abc');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('openRegular', () => {
  it('refuses what is no regular file without waiting for a writer', () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const odd of [pipe, folder, '/dev/zero']) {
      expect(() => openRegular(odd, 'follow')).toThrow('it is not a regular file');
    }
  });

  it('follows links only when told to', () => {
    const link = path.join(folder, 'link');
    symlinkSync('a.js', link);
    expect(readRegular(link, 10, 'follow').bytes.toString()).toBe('abc');
    expect(() => openRegular(link, 'refuse')).toThrow('ELOOP');
  });

  it('leaves no descriptor open', () => {
    const { handle } = openRegular(file, 'refuse');
    closeSync(handle);
    for (let times = 0; times < 3; times++) expect(() => openRegular(folder, 'refuse')).toThrow();
    const next = openRegular(file, 'refuse').handle;
    closeSync(next);
    expect(next).toBe(handle);
  });
});

describe('readRegular', () => {
  it('gives bytes and permission bits', () => {
    chmodSync(file, 0o4751);
    expect(readRegular(file, 3, 'refuse')).toEqual({ bytes: Buffer.from('abc'), mode: 0o4751 });
    writeFileSync(file, '');
    expect(readRegular(file, 0, 'refuse').bytes).toHaveLength(0);
  });

  it('refuses what is too large', () => {
    expect(() => readRegular(file, 2, 'refuse')).toThrow('it is larger than 2 bytes');
  });
});

describe('unchanged', () => {
  it('sees a write, a new time and a new mode', () => {
    const { handle, stat } = openRegular(file, 'refuse');
    try {
      const look = () => fstatSync(handle, { bigint: true });
      expect(unchanged(stat, look())).toBe(true);
      appendFileSync(file, 'd');
      expect(unchanged(stat, look())).toBe(false);
      const grown = look();
      utimesSync(file, 1, 1);
      expect(unchanged(grown, look())).toBe(false);
      const aged = look();
      chmodSync(file, 0o600);
      expect(unchanged(aged, look())).toBe(false);
    } finally {
      closeSync(handle);
    }
  });
});

describe('hashFile', () => {
  it.each([0, 1, 65_535, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])(
    'gives what sha256sum and git say of %d bytes',
    (length) => {
      writeFileSync(file, Buffer.alloc(length, 'driftline'));
      const sha256 = execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64);
      const blob = execFileSync('git', ['hash-object', '--no-filters', file], { encoding: 'utf8' }).trim();
      expect(hashFile(file, 'refuse')).toMatchObject({ content: { sha256, blob } });
      expect(hashFile(Buffer.from(file), 'refuse')).toMatchObject({ content: { sha256, blob } });
    },
  );

  it('has no hash for a file that never holds still, and neither does its text', async () => {
    writeFileSync(file, Buffer.alloc(8 << 20));
    const stop = await keepChanging(file);
    try {
      expect(hashFile(file, 'refuse')).toEqual({ problem: 'it kept changing while it was read' });
      expect(() => readRegular(file, 8 << 20, 'refuse')).toThrow('it kept changing while it was read');
    } finally {
      await stop();
    }
  });
});
