import { describe, expect, it } from 'vitest';
import { JSX, tokenize } from '../../../../server/core/link/tokenizer.ts';
import { Token } from '../../../../server/core/link/tokens.ts';

const NAMES: Readonly<Record<number, string>> = {
  [Token.Word]: 'word',
  [Token.Number]: 'number',
  [Token.String]: 'string',
  [Token.Template]: 'template',
  [Token.TemplatePart]: 'part',
  [Token.Regex]: 'regex',
  [Token.Open]: 'open',
  [Token.Close]: 'close',
  [Token.Punctuator]: 'punctuator',
};

/** `kind:text` of every token. */
function cut(text: string): string[] {
  const tokens = tokenize(text);
  return Array.from(
    { length: tokens.count },
    (_, at) => `${NAMES[tokens.kind[at] ?? -1] ?? ''}:${text.slice(tokens.start[at], tokens.end[at])}`,
  );
}

/** The regular expressions in a text. */
function regexes(text: string): string[] {
  return cut(text)
    .filter((token) => token.startsWith('regex:'))
    .map((token) => token.slice(6));
}

describe('tokenize', () => {
  it('tells words, numbers, strings and punctuators apart', () => {
    expect(cut('let $a_1 = 0x1F + 1_000.5e-3 + .5 + 10n + "b\\"c" ?? \'d\';')).toEqual([
      ...['word:let', 'word:$a_1', 'punctuator:=', 'number:0x1F', 'punctuator:+', 'number:1_000.5e-3', 'punctuator:+'],
      ...['punctuator:.', 'number:5', 'punctuator:+', 'number:10n', 'punctuator:+', 'string:"b\\"c"'],
      ...['punctuator:??', "string:'d'", 'punctuator:;'],
    ]);
  });

  it('takes private names, escapes and letters of every script as words', () => {
    expect(cut('this.#a; \\u0061b; größe; 変数')).toEqual([
      ...['word:this', 'punctuator:.', 'word:#a', 'punctuator:;', 'word:\\u0061b', 'punctuator:;'],
      ...['word:größe', 'punctuator:;', 'word:変数'],
    ]);
  });

  it('knows a condition from a chain', () => {
    expect(cut('a?.b')).toEqual(['word:a', 'punctuator:?.', 'word:b']);
    expect(cut('a?.5:1')).toEqual(['word:a', 'punctuator:?', 'punctuator:.', 'number:5', 'punctuator::', 'number:1']);
  });

  it('opens templates and closes them again, one inside another', () => {
    expect(cut('`a${b + `c${d}` + "}"}e`')).toEqual([
      ...['part:`a', 'open:${', 'word:b', 'punctuator:+', 'part:`c', 'open:${', 'word:d', 'close:}', 'part:}`'],
      ...['punctuator:+', 'string:"}"', 'close:}', 'part:}e`'],
    ]);
    expect(cut('`a\\`$b`')).toEqual(['template:`a\\`$b`']);
  });

  it.each([
    ['x = /a/g', ['/a/g']],
    ['x = a / b / c', []],
    ['return /a/', ['/a/']],
    ['a.return /b/ c', []],
    ['if (x) /a/.test(y)', ['/a/']],
    ['f(x) / a / b', []],
    ['[/[/]/, /\\//]', ['/[/]/', '/\\//']],
    ['x++ / a / b', []],
    ['}\n/a/.test(x)', []],
    ['{ }\n/a/.test(x)', ['/a/']],
    ['x = {} / a / b', []],
    ['() => {}\n/a/.test(x)', ['/a/']],
    ['typeof /a/', ['/a/']],
    ['`${a}` / b / c', []],
    ['a = b\n/c/d', []],
    ['case /a/:', ['/a/']],
  ])('tells a division from a regular expression: %s', (text, expected) => {
    expect(regexes(text)).toEqual(expected);
  });

  it('finds the partner of each bracket', () => {
    const tokens = tokenize('f([{}])');
    expect([...tokens.partner.slice(0, tokens.count)]).toEqual([-1, 6, 5, 4, 3, 2, 1]);
  });

  it('remembers where lines end', () => {
    const tokens = tokenize('a b\nc /* \n */ d\u2028e // f\ng');
    expect([...tokens.newLine.slice(0, tokens.count)]).toEqual([0, 0, 1, 1, 1, 1]);
  });

  it('skips a byte order mark, a hashbang, comments and what HTML left in scripts', () => {
    expect(cut('\uFEFF#!node\na // b\n/* c */ d <!-- e\n--> f\ng')).toEqual(['word:a', 'word:d', 'word:g']);
    expect(cut('x --> 0')).toEqual(['word:x', 'punctuator:--', 'punctuator:>', 'number:0']);
  });

  it.each([
    ['"a', 'a string is never closed', 0],
    ['x = `a', 'a template is never closed', 4],
    ['/* a', 'a comment is never closed', 0],
    ['x = /a', 'a regular expression is never closed', 4],
    ['(', '"(" is never closed', 0],
    ['a)', '")" closes nothing', 1],
    ['(]', '"]" closes nothing', 1],
    ['x = <div>', JSX, 4],
    ['return <></>', JSX, 7],
  ])('says where it ends to understand: %s', (text, message, offset) => {
    expect(tokenize(text).problem).toEqual({ message, offset });
  });

  it('takes a comparison for no JSX', () => {
    expect(tokenize('a < b > c; f(x) < y; 1 <a').problem).toBeUndefined();
  });

  it('grows with a text that is all tokens', () => {
    expect(tokenize(';'.repeat(5000)).count).toBe(5000);
  });
});
