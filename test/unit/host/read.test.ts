import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { read } from '../../../server/host/read.ts';
import { ask, talk } from '../../support/handlers.ts';
import { temporaryFolder } from '../../support/home.ts';

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await temporaryFolder('read');
  root = path.join(folder, 'root');
  mkdirSync(root);
  writeFileSync(path.join(root, 'a.js'), 'a');
  writeFileSync(path.join(folder, 'secret'), 'secret');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('read', () => {
  it('sends each file whole, with its hash, size and mode', async () => {
    writeFileSync(path.join(root, 'b.sh'), 'bb', { mode: 0o755 });
    const { parts } = await ask(read, {
      root,
      files: [{ path: 'a.js', sha256: hash('a') }, { path: 'b.sh' }],
      maxBytes: 10,
    });
    expect(parts.map(({ part, body }) => [part, Buffer.from(body).toString()])).toEqual([
      [{ path: 'a.js', sha256: hash('a'), size: 1, mode: 0o644 }, 'a'],
      [{ path: 'b.sh', sha256: hash('bb'), size: 2, mode: 0o755 }, 'bb'],
    ]);
  });

  it('never leaves the root, by dots or by links', async () => {
    mkdirSync(path.join(folder, 'root-beside'));
    writeFileSync(path.join(folder, 'root-beside', 'x'), 'x');
    symlinkSync('../secret', path.join(root, 'link'));
    symlinkSync('..', path.join(root, 'up'));
    symlinkSync('a.js', path.join(root, 'inside'));
    const wanted = ['../secret', 'link', 'up/secret', '../root-beside/x', 'inside'];
    const { parts } = await ask(read, { root, files: wanted.map((each) => ({ path: each })), maxBytes: 10 });
    expect(parts.map(({ part }) => part.problem)).toEqual([
      ...Array<string>(4).fill('it leads out of the root'),
      undefined,
    ]);
    expect(parts.slice(0, 4).every(({ body }) => body.length === 0)).toBe(true);
  });

  it('says what is wrong with one file and goes on with the next', async () => {
    const wanted = [{ path: 'none' }, { path: 'a.js', sha256: hash('older') }, { path: '.' }, { path: 'a.js' }];
    const { parts } = await ask(read, { root, files: wanted, maxBytes: 1 });
    expect(parts.map(({ part }) => part.problem)).toEqual([
      'it vanished while it was read',
      'it changed on production since it was listed',
      'it is not a regular file',
      undefined,
    ]);
    const { parts: small } = await ask(read, { root, files: [{ path: 'a.js' }], maxBytes: 0 });
    expect(small[0]?.part.problem).toBe('it is larger than 0 bytes');
  });

  it('stops when nobody wants to know any more', async () => {
    const conversation = talk<'read'>();
    conversation.onPart = () => (conversation.cancelled.now = true);
    const files = [{ path: 'a.js' }, { path: 'a.js' }];
    await expect(read({ root, files, maxBytes: 10 }, conversation)).rejects.toMatchObject({ code: 'cancelled' });
    expect(conversation.parts).toHaveLength(1);
  });
});
