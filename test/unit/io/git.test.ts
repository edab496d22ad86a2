import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRepository } from '../../../server/io/git.ts';
import type { Repository } from '../../../server/io/git.ts';
import { gitEnvironment } from '../../story/voice-api.ts';

let top: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(path.join(tmpdir(), 'driftline-git-')));
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'Mira');
  git('config', 'user.email', 'mira@voice.example');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function git(...words: string[]): string {
  return execFileSync('git', ['-C', top, ...words], { encoding: 'utf8', env: gitEnvironment() });
}

function commit(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(top, name)), { recursive: true });
    writeFileSync(path.join(top, name), text);
  }
  git('add', '--all');
  git('commit', '--quiet', '--message', 'A change');
  return git('rev-parse', 'HEAD').trim();
}

const blobOf = (file: string): string => git('rev-parse', `HEAD:${file}`).trim();

async function open(): Promise<Repository> {
  const repository = await openRepository(top);
  if (repository === undefined) throw new Error('no repository was found');
  return repository;
}

describe('a commit', () => {
  it('is made of the named files alone', async () => {
    commit({ 'a.js': 'a\n' });
    writeFileSync(path.join(top, 'b.js'), 'b\n');
    writeFileSync(path.join(top, 'c.js'), 'c\n');
    const made = await (await open()).commit(['b.js'], 'Pull b.js');
    expect(git('rev-parse', '--short=8', 'HEAD').trim()).toBe(made);
    expect(git('show', '--format=%s', '--name-only', 'HEAD').trim().split(/\n+/)).toEqual(['Pull b.js', 'b.js']);
  });

  it('that git does not make is refused with its reason', async () => {
    commit({ 'a.js': 'a\n' });
    writeFileSync(path.join(top, 'b.js'), 'b\n');
    writeFileSync(path.join(top, '.git/index.lock'), '');
    await expect((await open()).commit(['b.js'], 'Pull b.js')).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /^The files are in the workspace, but git did not commit them: .*\w\.$/s,
      ) as string,
    });
  });
});

describe('the repository as the memory of what was committed', () => {
  it('stops reading history once every content is found, and that is no failure', async () => {
    // History enough that git is still writing when the first commit has answered.
    for (let number = 0; number < 40; number++) commit({ [`src/${number}.js`]: `${number}\n`.repeat(200) });
    const last = commit({ 'src/last.js': 'last\n' });
    const repository = await open();
    const found = await repository.commitsOf(new Set([blobOf('src/last.js')]));
    expect([...found]).toEqual([[blobOf('src/last.js'), last.slice(0, 8)]]);
  });

  it('finds a content of another branch, and does not find one that was never committed', async () => {
    commit({ 'a.js': 'a\n' });
    git('checkout', '--quiet', '-b', 'side');
    const side = commit({ 'b.js': 'b\n' });
    const blob = blobOf('b.js');
    git('checkout', '--quiet', 'main');
    const found = await (await open()).commitsOf(new Set([blob, '0123456789012345678901234567890123456789']));
    expect([...found]).toEqual([[blob, side.slice(0, 8)]]);
  });

  it('gives up when it is told to', async () => {
    commit({ 'a.js': 'a\n' });
    const stop = new AbortController();
    stop.abort();
    await expect((await open()).commitsOf(new Set(['x']), stop.signal)).rejects.toThrow();
  });

  it('names what is in no commit, with odd names as they are', async () => {
    commit({ 'a b.js': 'a\n', 'ä.js': 'b\n', 'same.js': 'c\n' });
    writeFileSync(path.join(top, 'a b.js'), 'changed\n');
    writeFileSync(path.join(top, 'ä.js'), 'changed\n');
    writeFileSync(path.join(top, 'new".js'), 'new\n');
    const names = ['a b.js', 'ä.js', 'same.js', 'new".js'];
    expect([...(await (await open()).uncommitted(names))].sort()).toEqual(['a b.js', 'new".js', 'ä.js']);
  });
});
