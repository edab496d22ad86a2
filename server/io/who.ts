import { hostname, userInfo } from 'node:os';

/** Who is at this machine, for the books of production: the user's name and the machine's. */
export function whoAmI(): { readonly user: string; readonly machine: string } {
  return { user: userName(), machine: hostname() };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? ''}`.trim(); // A container's user may have no name.
  }
}
