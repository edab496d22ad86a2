import { describe, expect, it } from 'vitest';
import { acceptances, hostKeyOf } from '../../../server/cli/options.ts';

describe('acceptances', () => {
  it('are a guard, or a guard at a path, with the reason', () => {
    expect(acceptances({ accept: ['no-health', 'hotfix-overwritten:src/a:b.js'], reason: 'known' })).toEqual([
      { guard: 'no-health', reason: 'known' },
      { guard: 'hotfix-overwritten', path: 'src/a:b.js', reason: 'known' },
    ]);
    expect(acceptances({})).toEqual([]);
  });

  it.each([
    [{ accept: ['no-health'] }, '--reason'],
    [{ accept: ['no-health'], reason: '  ' }, '--reason'],
    [{ reason: 'because' }, 'nothing to --accept'],
    [{ accept: [':src/a.js'], reason: 'x' }, 'names no guard'],
    [{ accept: ['no-health:'], reason: 'x' }, 'names no path'],
  ])('%j is a mistake that is told', (options, told) => {
    expect(() => acceptances(options)).toThrow(told);
  });
});

describe('hostKeyOf', () => {
  const print = `SHA256:${'A'.repeat(43)}`;

  it('takes what ssh-keygen prints', () => {
    expect(hostKeyOf({ format: 'text', acceptHostKey: print })).toBe(print);
    expect(hostKeyOf({ format: 'text', acceptHostKey: `${print}=` })).toBe(print);
    expect(hostKeyOf({ format: 'text' })).toBeUndefined();
  });

  it.each(['MD5:aa:bb', 'SHA256:short', 'A'.repeat(43)])('refuses %s', (text) => {
    expect(() => hostKeyOf({ format: 'text', acceptHostKey: text })).toThrow('no fingerprint');
  });
});
