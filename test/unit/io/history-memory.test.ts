import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryMemory } from '../../../server/io/history-memory.ts';
import { temporaryFolder } from '../../support/home.ts';

let folder: string;
let memory: HistoryMemory;
const TOLD = { committed: new Map([['b'.repeat(40), '840d6271']]), nearest: { commit: 'c'.repeat(40), differing: 3 } };

beforeEach(async () => {
  folder = await temporaryFolder('history');
  memory = new HistoryMemory(folder, ['/work', 'production']);
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('what history said', () => {
  it('is known for the same question only', async () => {
    expect(await memory.load('refs and files')).toBeUndefined();
    await memory.save('refs and files', TOLD);
    expect(await memory.load('refs and files')).toEqual(TOLD);
    expect(await memory.load('other refs')).toBeUndefined();
    expect(await new HistoryMemory(folder, ['/work', 'staging']).load('refs and files')).toBeUndefined();
  });

  it('is as good as never said where its file is damaged', async () => {
    await memory.save('refs', TOLD);
    const file = path.join(folder, 'history', readdirSync(path.join(folder, 'history'))[0] ?? '');
    const text = readFileSync(file, 'utf8');
    for (const damaged of ['', '{}', '[]', text.slice(0, -9), text.replace('840d6271', '840d6272')]) {
      writeFileSync(file, damaged);
      expect(await memory.load('refs')).toBeUndefined();
    }
  });
});
