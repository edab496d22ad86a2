import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote, quoteForAnyShell } from '../../../server/remote/quote.ts';

function printedBy(shell: string, words: readonly string[]): string[] {
  const script = `printf '%s\\0' ${words.map(quote).join(' ')}`;
  return execFileSync(shell, ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('quote', () => {
  it.each([
    ['plain', `'plain'`],
    ['', `''`],
    ["it's", `'it'\\''s'`],
    ["''", `''\\'''\\'''`],
    ['$(id) `id` "x" \\', `'$(id) \`id\` "x" \\'`],
  ])('writes %j so that a shell reads it back', (word, quoted) => {
    expect(quote(word)).toBe(quoted);
  });

  it.each(['/bin/sh', '/bin/bash'])('gives %s back every word that can be one', (shell) => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
        expect(printedBy(shell, words)).toEqual(words);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses what no shell word can hold', () => {
    expect(() => quote('a\0b')).toThrow(RangeError);
  });
});

describe('quoteForAnyShell', () => {
  it('quotes what every login shell reads alike', () => {
    expect(quoteForAnyShell("a 'b' $c")).toBe(quote("a 'b' $c"));
  });

  it.each(['a\\b', 'a\nb', 'a!b'])('refuses %j, which some shell reads otherwise', (word) => {
    expect(() => quoteForAnyShell(word)).toThrow(RangeError);
  });
});
