import { describe, expect, it } from 'vitest';
import { escapeLines, escapeName } from '../../../../server/cli/output/escape.ts';

describe('escapeName', () => {
  it.each([
    ['a\u001b[31m', 'a\\e[31m'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['\u0007\u007f\u009b', '\\x07\\x7f\\x9b'],
    ['\u202egpj.exe', '\\u202egpj.exe'],
    ['a\ud800b', 'a\\ud800b'],
    ['\u2028', '\\u2028'],
  ])('%j is shown as it is spelled', (name, shown) => {
    expect(escapeName(name)).toBe(shown);
  });

  it('leaves other writing alone', () => {
    expect(escapeName('ключ 鍵 😀 é')).toBe('ключ 鍵 😀 é');
  });
});

describe('escapeLines', () => {
  it('keeps line ends, and nothing else that moves', () => {
    expect(escapeLines('a\r\nb\u001b[2J\rc')).toBe('a\nb\\e[2J\\rc');
  });
});
