/**
 * File systems of one machine, on which a file's inode, size and times of change are what the kernel of that machine says, so that no
 * write escapes them. Not NFS, sshfs and their like, where another machine writes by its own clock; not overlays, whose lower layers may
 * be changed or replaced behind their backs with numbers that mean something else.
 */
const TRUSTED: ReadonlySet<string> = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'tmpfs']);

/** A part of a tree that lies on a file system whose word is not enough; `.` is the whole tree. */
export interface Untrusted {
  /** Relative to the root. */
  readonly path: string;
  /** The file system as the kernel names it. */
  readonly type: string;
}

/**
 * Where below a root a file's looks do not tell whether it was written to.
 *
 * @param root its real path
 * @param mountinfo `/proc/self/mountinfo`, see proc(5); `undefined` where there is none: then nothing is trusted
 */
export function untrustedBelow(root: string, mountinfo: string | undefined): Untrusted[] {
  if (mountinfo === undefined) return [{ path: '.', type: 'unknown' }];
  const prefix = root === '/' ? '/' : `${root}/`;
  // The last mount at a point hides those before it.
  const below = new Map<string, string>();
  let own = { point: '', type: 'unknown' };
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ', 2);
    const point = unescape(before.split(' ')[4] ?? '');
    const type = after.split(' ')[0] ?? '';
    if (point === '' || type === '') continue;
    const holdsRoot = point === '/' || point === root || root.startsWith(`${point}/`);
    if (holdsRoot && point.length >= own.point.length) own = { point, type };
    else if (point.startsWith(prefix)) below.set(point.slice(prefix.length), type);
  }
  // Where one lies inside another that is not trusted, both are named, and a trusted one inside is lost: that only costs time.
  const places = [{ path: '.', type: own.type }, ...[...below].map(([path, type]) => ({ path, type }))];
  return places.filter(({ type }) => !TRUSTED.has(type));
}

export function isBelowAny(path: string, places: readonly Untrusted[]): boolean {
  return places.some((place) => place.path === '.' || path === place.path || path.startsWith(`${place.path}/`));
}

/** Spaces and their like are written as three octal digits. */
function unescape(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
