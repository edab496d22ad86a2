import { describe, expect, it } from 'vitest';
import { hasCode, reasonOf } from '../../../server/host/names.ts';

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says it`), { code });
}

describe('reasonOf', () => {
  it('is a clause for what is common, and the system’s own words for the rest', () => {
    expect(reasonOf(failure('EACCES'))).toBe('permission denied');
    expect(reasonOf(failure('ENOTEMPTY'))).toBe('ENOTEMPTY: as the system says it');
    expect(reasonOf(new Error('it is a FIFO'))).toBe('it is a FIFO');
    expect(reasonOf('thrown')).toBe('thrown');
  });
});

describe('hasCode', () => {
  it('is true of errors with one of the codes', () => {
    expect(hasCode(failure('ENOENT'), 'ENOTDIR', 'ENOENT')).toBe(true);
    expect(hasCode(failure('EACCES'), 'ENOENT')).toBe(false);
    expect(hasCode({ code: 'ENOENT' }, 'ENOENT')).toBe(false);
  });
});
