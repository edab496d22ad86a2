import { homedir, hostname, userInfo } from 'os';
import type { Handler } from './handlers.ts';

export const hello: Handler<'hello'> = () =>
  Promise.resolve({
    protocol: 1,
    node: process.version,
    platform: process.platform,
    hostname: hostname(),
    user: userName(),
    uid: process.getuid?.() ?? -1,
    home: homedir(),
    clockMs: Date.now(),
  });

export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown'); // A user that the system's database does not know (containers).
  }
}
