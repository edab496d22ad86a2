import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unfitPlaces } from '../../../../server/host/release/places.ts';
import { verifyPlaces } from '../../../../server/host/release/verify.ts';
import { layOutPlanned } from '../../../support/planned.ts';
import type { Planned } from '../../../support/planned.ts';

let planned: Planned;
const at = (name: string): string => path.join(planned.root, name);
const unfit = (...files: string[]) => unfitPlaces(planned.state, files.map(at));
beforeEach(async () => {
  planned = await layOutPlanned({ old: { 'lib/a.js': 'old', 'file.js': 'old' }, next: { 'lib/a.js': 'new' } });
});
afterEach(() => planned.remove());

describe('the places of a plan', () => {
  it('are fit below the root, whether their folder and the state folder are there or are to be made', () => {
    expect(unfit('lib/a.js', 'file.js', 'new/folder/b.js')).toEqual([]);
    expect(() => verifyPlaces(planned.plan)).not.toThrow();
  });

  it('are not judged where something else takes the place of their folder', () => {
    symlinkSync('lib', at('link'));
    expect(unfit('file.js/a.js', 'link/a.js')).toEqual([]);
  });
});

describe.runIf(process.getuid?.() === 0)('another mount below the root', () => {
  const mounted = (options: readonly string[], look: () => void): void => {
    const elsewhere = path.join(planned.folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(path.join(elsewhere, 'a.js'), 'old');
    execFileSync('mount', ['--bind', ...options, elsewhere, at('lib')]);
    try {
      look();
    } finally {
      execFileSync('umount', [at('lib')]);
    }
  };

  it('is named once for all its files, though it is the same disk', () => {
    const why = `is on another mount than the state folder ${planned.state}, so nothing can be renamed to it`;
    mounted([], () => {
      expect(unfit('lib/a.js', 'lib/new.js', 'file.js')).toEqual([{ folder: at('lib'), problem: 'otherMount', why }]);
      expect(() => verifyPlaces(planned.plan)).toThrow(`${at('lib')} ${why}`);
    });
  });

  it('that is read-only cannot be written, whoever asks', () => {
    mounted(['--options', 'ro'], () => {
      expect(unfit('lib/a.js')).toMatchObject([{ folder: at('lib'), problem: 'notWritable' }]);
      expect(() => verifyPlaces(planned.plan)).toThrow(`${at('lib')} cannot be written by this user: `);
    });
  });
});
