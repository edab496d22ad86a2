import { describe, expect, it } from 'vitest';
import { loudnessOf, readSeverities } from '../../../server/lsp/severities.ts';

describe('the setting driftline.severity', () => {
  it('is read code by code, and what is not ours is passed over', () => {
    const read = readSeverities({
      'package-version': 'hint',
      'unresolved-import': 'loud',
      'no-such-code': 'error',
      constructor: 'none',
      'case-mismatch': 'none',
    });
    expect([...read]).toEqual([
      ['package-version', 'hint'],
      ['case-mismatch', 'none'],
    ]);
  });

  it.each([[undefined], [null], ['error'], [7], [[]]])('says nothing where it is %j', (setting) => {
    expect(readSeverities(setting).size).toBe(0);
  });
});

describe('how loudly a finding is shown', () => {
  const usual = { code: 'unresolved-import', severity: 'error' } as const;
  const caught = { code: 'unresolved-import', severity: 'information' } as const;

  it('is its own severity without a setting', () => {
    expect(loudnessOf(usual, new Map())).toBe('error');
    expect(loudnessOf(caught, new Map())).toBe('information');
  });

  it('is what the setting says in the usual case, louder or quieter', () => {
    expect(loudnessOf(usual, new Map([['unresolved-import', 'hint']]))).toBe('hint');
    expect(loudnessOf({ code: 'package-version', severity: 'warning' }, new Map([['package-version', 'error']]))).toBe(
      'error',
    );
  });

  it('is never louder by a setting where it weighs less than usual', () => {
    expect(loudnessOf(caught, new Map([['unresolved-import', 'error']]))).toBe('information');
    expect(loudnessOf(caught, new Map([['unresolved-import', 'none']]))).toBe('none');
  });
});
