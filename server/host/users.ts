import { execFileSync } from 'child_process';

/** The name of a user id as the system's databases know it, else the number. */
export function ownerName(uid: number): string {
  try {
    return execFileSync('id', ['-nu', String(uid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return String(uid); // A user of a container's image or of another machine has no name here.
  }
}
