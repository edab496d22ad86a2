import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addons, whyUnfit } from '../../../server/host/addons.ts';
import type { Loader } from '../../../server/host/addons.ts';
import { ask } from '../../support/handlers.ts';
import { temporaryFolder } from '../../support/home.ts';

const X64 = 62;
const ARM64 = 183;
const loader: Loader = { platform: 'linux', arch: 'x64', abi: '115' };

/** The beginning of an ELF file, and the names in its table of symbols. */
function elf(machine: number, ...symbols: string[]): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01', 'latin1');
  header.writeUInt16LE(machine, 18);
  return Buffer.concat([header, Buffer.from(symbols.map((symbol) => `\0${symbol}\0`).join(''))]);
}

describe('whyUnfit', () => {
  it.each([
    ['another processor', elf(ARM64, 'node_register_module_v115'), /another processor than x64/],
    ['another processor, by Node-API', elf(ARM64, 'napi_register_module_v1'), /another processor than x64/],
    ['another ABI', elf(X64, 'node_register_module_v108'), /ABI 108, and this Node has 115/],
    ['a file of macOS', Buffer.from('cffaedfe07000001'.repeat(4), 'hex'), /another system than Linux/],
    ['an empty file', Buffer.alloc(0), /another system than Linux/],
  ])('is told of %s', (_what, bytes, why) => {
    expect(whyUnfit(bytes, loader)).toMatch(why);
  });

  it.each([
    ['this ABI', elf(X64, 'node_register_module_v115')],
    ['several ABIs, with this one', elf(X64, 'node_register_module_v108', 'node_register_module_v115')],
    ['Node-API', elf(X64, 'napi_register_module_v1', 'node_register_module_v108')],
    ['an addon that registers itself when it is loaded', elf(X64)],
    ['a name that only begins so', elf(X64, 'node_register_module_v108x')],
  ])('is not told of %s', (_what, bytes) => {
    expect(whyUnfit(bytes, loader)).toBeUndefined();
  });

  it('is not told where the rules of the system or the processor are not known', () => {
    expect(whyUnfit(elf(ARM64), { ...loader, platform: 'darwin' })).toBeUndefined();
    expect(whyUnfit(elf(ARM64), { ...loader, arch: 'mips' })).toBeUndefined();
  });
});

describe('addons', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder('addons');
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  function build(name: string, bytes: Buffer): string {
    const file = path.join(folder, name, 'build/Release', `${name}.node`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    return file;
  }

  it('names those that the asked Node cannot load', async () => {
    const file = build('old', Buffer.from('no addon'));
    build('fits', elf(X64, 'napi_register_module_v1'));
    const packages = ['old', 'none'].map((name) => path.join(folder, name));
    const { end } = await ask(addons, { packages, node: process.execPath });
    expect(end).toEqual({ unfit: [{ file, why: 'it was built for another system than Linux' }] });
  });

  it('says nothing where that Node cannot be asked', async () => {
    build('old', Buffer.from('no addon'));
    const { end } = await ask(addons, { packages: [path.join(folder, 'old')], node: path.join(folder, 'no-node') });
    expect(end).toEqual({ unfit: [] });
  });
});
