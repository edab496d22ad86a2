import { describe, expect, it } from 'vitest';
import { escapeBytes, nameText } from '../../../server/host/spelling.ts';

describe('nameText', () => {
  it.each(['plain', 'Ünïcödé-文-😀', 'line\nbreak', '\ufffd', ''])('reads %j', (name) => {
    expect(nameText(Buffer.from(name))).toBe(name);
  });

  it.each([
    ['Latin-1', [0x63, 0xe9]],
    ['a cut character', [0xe6, 0x96]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a replacement character beside a bad byte', [0xef, 0xbf, 0xbd, 0xff]],
  ])('has no text for %s', (_what, bytes) => {
    expect(nameText(Buffer.from(bytes))).toBeUndefined();
  });
});

describe('escapeBytes', () => {
  it('is ASCII that shows every other byte', () => {
    expect(escapeBytes(Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a, 0x20, 0x7e, 0x7f, 0]))).toBe(
      'caf\\xe9\\x0a ~\\x7f\\x00',
    );
  });
});
