import { chmodSync, closeSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { giveToGroup, makeOurs, openOurs } from '../../../../server/host/release/ours.ts';
import { temporaryFolder } from '../../../support/home.ts';

let folder: string;
let umask: number;
beforeEach(async () => {
  folder = await temporaryFolder('ours');
  umask = process.umask(0o077);
});
afterEach(async () => {
  process.umask(umask);
  await rm(folder, { recursive: true });
});

const modeOf = (...names: string[]): string => (lstatSync(path.join(folder, ...names)).mode & 0o7777).toString(8);
const make = (name: string): void => makeOurs(path.join(folder, name));
const write = (name: string, flags: 'w' | 'a' = 'w'): void => closeSync(openOurs(path.join(folder, name), flags));

describe('files and folders of ours', () => {
  it("are their owner's alone in a folder that is", () => {
    make('releases');
    write('releases/word');
    expect([modeOf('releases'), modeOf('releases/word')]).toEqual(['700', '600']);
  });

  it('are the whole group’s in a folder that is, whatever the umask', () => {
    giveToGroup(folder, process.getgid?.() ?? 0);
    make('releases');
    write('releases/word');
    write('releases/word', 'a');
    expect([modeOf(), modeOf('releases'), modeOf('releases/word')]).toEqual(['2770', '2770', '660']);
  });

  it('stay as they are where they are made again', () => {
    make('bin');
    chmodSync(path.join(folder, 'bin'), 0o500);
    make('bin');
    expect(modeOf('bin')).toBe('500');
  });

  it('are given to a group whole, but for the bytes of the application’s own files', () => {
    for (const name of ['releases', 'releases/r1', 'releases/r1/old']) mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, 'releases/r1/plan.json'), '', { mode: 0o600 });
    writeFileSync(path.join(folder, 'releases/r1/old/0'), '');
    chmodSync(path.join(folder, 'releases/r1/old/0'), 0o640);
    giveToGroup(folder, process.getgid?.() ?? 0);
    const found = ['releases', 'releases/r1', 'releases/r1/plan.json', 'releases/r1/old', 'releases/r1/old/0'];
    expect(found.map((name) => modeOf(name))).toEqual(['2770', '2770', '660', '2770', '640']);
  });
});
