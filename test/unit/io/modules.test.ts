import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiskSource } from '../../../server/io/disk.ts';
import { ModuleMemory } from '../../../server/io/module-memory.ts';
import { ModuleStore } from '../../../server/io/modules.ts';
import { temporaryFolder } from '../../support/home.ts';

const TEXT = "const db = require('./db');\nexport { db };\n";
const SHA256 = createHash('sha256').update(TEXT).digest('hex');
let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('modules');
  vi.stubGlobal('MODULE_READER', 'one build');
});

afterEach(() => {
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true });
});

async function recalled(workspace = 'here'): Promise<ModuleStore> {
  const store = new ModuleStore(new ModuleMemory(folder, [workspace]));
  await store.recall();
  return store;
}

/** Reads the module once, and keeps what it says. */
async function readOnce() {
  const store = await recalled();
  const read = await store.read('/app/index.mjs', Buffer.from(TEXT));
  await store.keep();
  return read.state === 'known' ? read.value : undefined;
}

describe('what modules say', () => {
  it('is known to the next run by the content and the extension', async () => {
    const facts = await readOnce();
    expect(facts?.links.map((link) => link.specifier)).toEqual(['./db']);
    const store = await recalled();
    expect(store.get(SHA256, '/elsewhere/main.mjs')).toEqual(facts);
    expect(store.get(SHA256, '/app/index.ts')).toBeUndefined();
    expect((await recalled('another workspace')).get(SHA256, '/app/index.mjs')).toBeUndefined();
  });

  it('is not believed of another build', async () => {
    await readOnce();
    vi.stubGlobal('MODULE_READER', 'another build');
    expect((await recalled()).get(SHA256, '/app/index.mjs')).toBeUndefined();
  });

  it('is as good as unknown where its file is damaged', async () => {
    await readOnce();
    const file = path.join(folder, 'modules', readdirSync(path.join(folder, 'modules'))[0] ?? '');
    const text = readFileSync(file, 'utf8');
    for (const damaged of ['', '{}', text.slice(0, -9), text.replace('./db', './no')]) {
      writeFileSync(file, damaged);
      expect((await recalled()).get(SHA256, '/app/index.mjs')).toBeUndefined();
    }
  });

  it('drops what a run did not ask for', async () => {
    await readOnce();
    const store = await recalled();
    await store.read('/app/other.mjs', Buffer.from('export {};\n'));
    await store.keep();
    expect((await recalled()).get(SHA256, '/app/index.mjs')).toBeUndefined();
  });

  it('is not asked of the disk where the hash is known, and is read there otherwise', async () => {
    const facts = await readOnce();
    const signal = new AbortController().signal;
    const file = path.join(folder, 'index.mjs');
    const need = { ask: 'module', path: file } as const;
    const known = await new DiskSource(await recalled(), () => SHA256).answer([need], signal);
    expect(known).toEqual([{ ...need, answer: { state: 'known', value: facts } }]);
    const absent = await new DiskSource(await recalled()).answer([need], signal);
    expect(absent).toEqual([{ ...need, answer: { state: 'absent' } }]);
  });
});
