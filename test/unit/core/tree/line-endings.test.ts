import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withLf } from '../../../../server/core/tree/line-endings.ts';

function turned(text: string): string | undefined {
  const bytes = withLf(Buffer.from(text));
  return bytes && Buffer.from(bytes).toString();
}

describe('withLf', () => {
  it.each([
    ['a\r\nb\r\n', 'a\nb\n'],
    ['a\r\r\nb', 'a\r\nb'],
    ['\r\n', '\n'],
    ['a\nb\rc', undefined],
    ['a\r', undefined],
    ['', undefined],
    ['a\0\r\n', undefined],
  ])('turns %j into %j', (text, expected) => {
    expect(turned(text)).toBe(expected);
  });

  it('does what a replacement of all does', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab\r\n]*$/), (text) => {
        const expected = text.replaceAll('\r\n', '\n');
        expect(turned(text)).toBe(expected === text ? undefined : expected);
      }),
    );
  });
});
