import { describe, expect, it } from 'vitest';
import { columns, group, GROUP_LIMIT, next, shellWord, time } from '../../../../server/cli/output/text.ts';
import { HOSTILE, REPORT } from '../results.ts';

describe('shellWord', () => {
  it.each([
    ['src/index.js', 'src/index.js'],
    ['a b.js', "'a b.js'"],
    ["it's.js", "'it'\\''s.js'"],
    ['-rf', './-rf'],
    ['-r f', "'./-r f'"],
    ['$(reboot)', "'$(reboot)'"],
    ['', "''"],
  ])('%s is one word', (path, word) => {
    expect(shellWord(path)).toBe(word);
  });

  it('does not pass on what a terminal would obey', () => {
    expect(shellWord(HOSTILE)).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

describe('columns', () => {
  it('aligns all but the last, whatever a name is', () => {
    expect(
      columns([
        ['a', 'x'],
        ['long', 'y'],
        [HOSTILE, 'z'],
      ]).map((row) => row.split('\n').length),
    ).toEqual([1, 1, 1]);
    const [first, second] = columns([
      ['a', 'x'],
      ['long', 'y'],
    ]);
    expect(first).toBe('  a     x');
    expect(second).toBe('  long  y');
  });
});

describe('group', () => {
  const rows = (number: number): string[][] => Array.from({ length: number }, (_, index) => [`f${index}`]);

  it('is cut with a count where it is long, and never for a single row', () => {
    expect(group('Files', [], REPORT)).toEqual([]);
    expect(group('Files', rows(GROUP_LIMIT + 1), REPORT)).toHaveLength(GROUP_LIMIT + 3);
    const cut = group('Files', rows(GROUP_LIMIT + 5), REPORT);
    expect(cut.at(-1)).toBe('  … and 5 more (--all shows them)');
    expect(group('Files', rows(GROUP_LIMIT + 5), { ...REPORT, all: true })).toHaveLength(GROUP_LIMIT + 7);
  });
});

describe('next', () => {
  it('repeats the flags that name the target, and is left out of a preview', () => {
    expect(next(['driftline plan'], { ...REPORT, flags: '--target b' })).toEqual([
      '',
      'Next: driftline plan --target b',
    ]);
    expect(next(['driftline plan'], { ...REPORT, isPreview: true })).toEqual([]);
  });
});

describe('time', () => {
  it('is short for people, and whatever a host says is no time stays harmless', () => {
    expect(time('2026-02-03T04:05:06.789Z')).toBe('2026-02-03 04:05:06 UTC');
    expect(time('\u001b[2Jnow')).toBe('\\e[2Jnow');
  });
});
