import { execFileSync, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './processes.ts';

/** Names that shells, lists and lines trip over. None has a line break, see `BROKEN_NAME`. */
export const AWKWARD_NAMES: readonly string[] = [
  ' leading space',
  'trailing space ',
  "it's",
  '"quoted"',
  '-rf',
  '--',
  '$HOME `id` $(id)',
  'a\\b',
  'tab\there',
  'semi;colon&and|pipe',
  '*',
  '?[a]{b,c}',
  '~',
  '!bang',
  '#hash',
  '%s%n',
  'Ünïcödé-文-😀',
  '\u0001control',
  '...',
  '.hidden',
];

/** A name that tools which print a name a line cannot say. */
export const BROKEN_NAME = 'line\nbreak';

/** A name of bytes that are no UTF-8: `caf\xe9` as Latin-1 has it. */
export const LATIN1_NAME = Buffer.from('caf\xe9', 'latin1');

/** A folder with everything in it that a listing may stumble over, and what lies beside it. */
export interface AwkwardRoot {
  readonly root: string;
  /** A file outside of the root, that links lead to. */
  readonly outside: string;
  /** Makes every folder removable again. */
  unlock(): void;
}

export function makeAwkwardRoot(folder: string): AwkwardRoot {
  const root = path.join(folder, "the root's own");
  const outside = path.join(folder, 'outside');
  const at = (...parts: string[]): string => path.join(root, ...parts);
  mkdirSync(at('src', 'empty'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(path.join(outside, 'secret.js'), 'outside');
  AWKWARD_NAMES.forEach((name, index) => {
    mkdirSync(at('names', name), { recursive: true });
    writeFileSync(at('names', name, name), `content ${index}`);
  });
  mkdirSync(at('broken'));
  writeFileSync(at('broken', BROKEN_NAME), 'broken');
  mkdirSync(at('latin1'));
  writeFileSync(Buffer.concat([Buffer.from(`${at('latin1')}/`), LATIN1_NAME]), 'latin1');
  writeFileSync(at('src', 'empty.js'), '');
  writeFileSync(at('src', 'index.js'), "require('./db');\n");
  writeFileSync(at('src', 'binary.bin'), Buffer.from([0, 255, 10, 13, 0]));
  writeFileSync(at('src', 'run.sh'), '#!/bin/sh\n');
  chmodSync(at('src', 'run.sh'), 0o755);
  symlinkSync('index.js', at('src', 'inside.js'));
  symlinkSync(path.join(outside, 'secret.js'), at('src', 'outside.js'));
  symlinkSync('../../outside', at('src', 'outside-folder'));
  symlinkSync('nowhere', at('src', 'dangling.js'));
  execFileSync('mkfifo', [at('src', 'pipe')]);
  mkdirSync(at('closed', 'inner'), { recursive: true });
  writeFileSync(at('closed', 'inner', 'a.js'), 'closed');
  writeFileSync(at('src', 'unreadable.js'), 'unreadable');
  mkdirSync(at('node_modules', 'express'), { recursive: true });
  writeFileSync(at('node_modules', 'express', 'index.js'), 'express');
  mkdirSync(at('.git'));
  writeFileSync(at('.git', 'HEAD'), 'ref');
  mkdirSync(at('.driftline', 'releases'), { recursive: true });
  mkdirSync(at('uploads'));
  for (let index = 0; index < 12; index++) writeFileSync(at('uploads', `${index}.jpg`), 'jpg');
  chmodSync(at('closed'), 0o000);
  chmodSync(at('src', 'unreadable.js'), 0o000);
  return {
    root,
    outside,
    unlock: () => {
      chmodSync(at('closed'), 0o755);
    },
  };
}

/** Writes to a file without a pause, from another process, until what it returns is called. */
export async function keepChanging(file: string): Promise<() => Promise<void>> {
  const script = `const fs = require('fs'); const h = fs.openSync(process.argv[1], 'r+'); for (let i = 0; ; i++) fs.writeSync(h, String(i), 0)`;
  const writer = spawn(process.execPath, ['-e', script, file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => writer.once('exit', () => resolve()));
  const head = async (): Promise<string> => (await readFile(file)).toString('latin1', 0, 12);
  const first = await head();
  await until('the file changes', async () => (await head()) !== first);
  return async () => {
    writer.kill('SIGKILL');
    await ended;
  };
}
