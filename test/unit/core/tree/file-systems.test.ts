import { describe, expect, it } from 'vitest';
import { isBelowAny, untrustedBelow } from '../../../../server/core/tree/file-systems.ts';

function mount(point: string, type: string): string {
  return `36 35 98:0 / ${point} rw,noatime master:1 - ${type} /dev/sda1 rw`;
}

describe('untrustedBelow', () => {
  it.each(['ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'tmpfs'])('trusts %s', (type) => {
    expect(untrustedBelow('/srv/app', mount('/', type))).toEqual([]);
  });

  it.each(['nfs4', 'fuse.sshfs', 'overlay', '9p', 'cifs', 'vfat'])('does not trust %s', (type) => {
    expect(untrustedBelow('/srv/app', mount('/', type))).toEqual([{ path: '.', type }]);
  });

  it('goes by the mount nearest above the root, the last one where several lie on each other', () => {
    const mounts = [mount('/', 'overlay'), mount('/srv', 'nfs4'), mount('/srv', 'ext4'), mount('/srv/app2', 'nfs4')];
    expect(untrustedBelow('/srv/app', mounts.join('\n'))).toEqual([]);
  });

  it('names what is mounted below', () => {
    const mounts = [mount('/', 'ext4'), mount('/srv/app/up\\040loads', 'nfs4'), mount('/srv/app/data', 'xfs')];
    expect(untrustedBelow('/srv/app', mounts.join('\n'))).toEqual([{ path: 'up loads', type: 'nfs4' }]);
  });

  it('trusts nothing where nobody tells', () => {
    expect(untrustedBelow('/srv/app', undefined)).toEqual([{ path: '.', type: 'unknown' }]);
    expect(untrustedBelow('/srv/app', '')).toEqual([{ path: '.', type: 'unknown' }]);
  });
});

describe('isBelowAny', () => {
  it('is true of a place itself and of what lies in it', () => {
    const places = [{ path: 'data', type: 'nfs' }];
    expect(['data', 'data/a', 'database', 'a/data'].map((path) => isBelowAny(path, places))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isBelowAny('anything', [{ path: '.', type: 'nfs' }])).toBe(true);
  });
});
