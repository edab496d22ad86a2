import { describe, expect, it } from 'vitest';
import { lastLine, printable } from '../../../server/remote/text.ts';

describe('lastLine', () => {
  it.each([
    ['a\nb\n', 'b'],
    ['a', 'a'],
    ['a\n\n\n', 'a'],
    ['', ''],
  ])('of %j is %j', (text, last) => {
    expect(lastLine(text)).toBe(last);
  });
});

describe('printable', () => {
  it('keeps words of any language, and nothing that steers a terminal', () => {
    expect(printable('Zugriff verweigert: 文件 😀')).toBe('Zugriff verweigert: 文件 😀');
    expect(printable('\u001b[2Jgone\u0007\r\nnext\u202e\u009b1m')).toBe('[2Jgone   next  1m');
  });

  it('is cut where it is long', () => {
    expect(printable('x'.repeat(100_000)).length).toBeLessThanOrEqual(1000);
  });
});
