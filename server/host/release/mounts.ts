import { readFileSync, realpathSync, statSync } from 'fs';

/**
 * The mount that a path lies on, as a name to compare. By the kernel's own list where there is one: a folder that is bind-mounted from the
 * same disk has the same device, and yet nothing can be renamed into it.
 */
export function mountOf(place: string): string {
  const device = String(statSync(place).dev);
  let list: string;
  try {
    list = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return device; // No Linux: the device is all that tells.
  }
  return `${device} ${pointOf(realpathSync(place), list)}`;
}

/** The mount point nearest above a real path; see proc(5) for the format. */
export function pointOf(place: string, mountinfo: string): string {
  let nearest = '/';
  for (const line of mountinfo.split('\n')) {
    const point = unescape(line.split(' ')[4] ?? '');
    const holds = point === '/' || place === point || place.startsWith(`${point}/`);
    if (holds && point.length >= nearest.length) nearest = point;
  }
  return nearest;
}

/** Spaces and their like are written as three octal digits. */
function unescape(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
