import { describe, expect, it } from 'vitest';
import { freeSpace, parseDf } from '../../../server/host/disk.ts';

describe('parseDf', () => {
  it.each([
    [
      'GNU',
      'Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/vda1         20509264 11226648   8215488      58% /\n',
      8_215_488,
    ],
    [
      'BusyBox',
      'Filesystem           1024-blocks    Used Available Capacity Mounted on\noverlay               61255492  41 61211   1% /srv/with space\n',
      61_211,
    ],
    ['no capacity', 'Filesystem Inodes IUsed IFree IUse% Mounted on\nnone            5     2     3     - /mnt\n', 3],
  ])('reads what is available as %s prints it', (_by, output, available) => {
    expect(parseDf(output)).toBe(available);
  });

  it('has no answer to what is none', () => {
    expect(parseDf('df: /x: No such file or directory\n')).toBeUndefined();
  });
});

describe('freeSpace', () => {
  it('tells what is left, and fails where there is nothing', () => {
    const { freeBytes, freeInodes } = freeSpace('/');
    expect(freeBytes).toBeGreaterThan(0);
    expect(freeInodes).toBeGreaterThan(0);
    expect(() => freeSpace('/no/such/place')).toThrow();
  });
});
