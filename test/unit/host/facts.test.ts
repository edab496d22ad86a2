import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Need } from '../../../server/core/tree/tree.ts';
import { facts } from '../../../server/host/facts.ts';
import { ask, talk } from '../../support/handlers.ts';
import { temporaryFolder } from '../../support/home.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('facts');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function answers(needs: readonly Need[]): Promise<unknown[]> {
  const { parts } = await ask(facts, { needs: [...needs] });
  return parts.flatMap(({ part }) => part.facts).map(({ answer }) => answer);
}

describe('facts', () => {
  it('answers in the order asked', async () => {
    const at = (name: string): string => path.join(folder, name);
    mkdirSync(at('src'));
    writeFileSync(at('src/package.json'), '{"type":"module"}');
    symlinkSync('src', at('current'));
    execFileSync('mkfifo', [at('pipe')]);
    expect(
      await answers([
        { ask: 'entry', path: at('src') },
        { ask: 'entry', path: at('current') },
        { ask: 'entry', path: at('pipe') },
        { ask: 'entry', path: at('none') },
        { ask: 'entry', path: at('src/package.json/none') },
        { ask: 'list', path: at('src') },
        { ask: 'list', path: at('current') },
        { ask: 'list', path: at('pipe') },
        { ask: 'text', path: at('current/package.json') },
        { ask: 'text', path: at('pipe') },
        { ask: 'text', path: at('src') },
        { ask: 'identity', path: at('src/package.json') },
        { ask: 'identity', path: at('src') },
        { ask: 'module', path: at('src/package.json') },
      ]),
    ).toEqual([
      { state: 'known', value: { kind: 'folder' } },
      { state: 'known', value: { kind: 'symlink', leadsTo: 'src' } },
      { state: 'known', value: { kind: 'other' } },
      { state: 'absent' },
      { state: 'absent' },
      { state: 'known', value: [['package.json', 'file']] },
      { state: 'known', value: [['package.json', 'file']] },
      { state: 'absent' },
      { state: 'known', value: '{"type":"module"}' },
      { state: 'unreadable', reason: 'it is not a regular file' },
      { state: 'unreadable', reason: 'it is not a regular file' },
      {
        state: 'known',
        value: {
          sha256: execFileSync('sha256sum', [at('src/package.json')], { encoding: 'utf8' }).slice(0, 64),
          blob: execFileSync('git', ['hash-object', '--no-filters', at('src/package.json')], {
            encoding: 'utf8',
          }).trim(),
        },
      },
      { state: 'unreadable', reason: 'it is not a regular file' },
      { state: 'unreadable', reason: 'modules are read where they are judged' },
    ]);
  });

  it('comes in batches, and stops between them when nobody wants to know any more', async () => {
    const needs = Array.from({ length: 1200 }, (): Need => ({ ask: 'entry', path: folder }));
    const { parts } = await ask(facts, { needs });
    expect(parts.map(({ part }) => part.facts.length)).toEqual([500, 500, 200]);
    const conversation = talk<'facts'>();
    conversation.onPart = () => (conversation.cancelled.now = true);
    await expect(facts({ needs }, conversation)).rejects.toMatchObject({ code: 'cancelled' });
    expect(conversation.parts).toHaveLength(1);
  });

  it('keeps large texts in parts of their own', async () => {
    const file = path.join(folder, 'large.json');
    writeFileSync(file, 'x'.repeat(3 * 1024 * 1024));
    const { parts } = await ask(facts, { needs: [1, 2].map((): Need => ({ ask: 'text', path: file })) });
    expect(parts.map(({ part }) => part.facts.length)).toEqual([1, 1, 0]);
    writeFileSync(file, 'x'.repeat(8 * 1024 * 1024 + 1));
    expect(await answers([{ ask: 'text', path: file }])).toEqual([
      { state: 'unreadable', reason: 'it is larger than 8388608 bytes' },
    ]);
  });
});
