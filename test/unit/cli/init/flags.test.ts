import { describe, expect, it } from 'vitest';
import { flagAnswers } from '../../../../server/cli/init/flags.ts';

describe('flagAnswers', () => {
  it('has nothing that was not given', () => {
    expect(flagAnswers({})).toEqual({});
  });

  it('reads several maps, a unit and a name', () => {
    expect(flagAnswers({ map: ['api/src=src', '.=.'], systemd: 'voice.service', target: 'staging' })).toEqual({
      map: { 'api/src': 'src', '.': '.' },
      process: { systemd: 'voice.service' },
      name: 'staging',
    });
  });

  it.each([
    [{ port: '22x' }, 'no port'],
    [{ port: '0' }, 'no port'],
    [{ port: '65536' }, 'no port'],
    [{ map: ['src'] }, 'no pair'],
    [{ map: ['=src'] }, 'no pair'],
    [{ map: ['a=b=c'] }, 'no pair'],
    [{ pm2: 'a', systemd: 'b' }, 'exclude each other'],
  ])('%j is a mistake', (flags, told) => {
    expect(() => flagAnswers(flags)).toThrow(told);
  });
});
