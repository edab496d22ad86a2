import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { userInfo } from 'os';

/** The name of a user id as the system's databases know it, else the number. */
export function ownerName(uid: number): string {
  try {
    return execFileSync('id', ['-nu', String(uid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return String(uid); // A user of a container's image or of another machine has no name here.
  }
}

/** A user of this host by name. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

export function accountOf(name: string): Account | undefined {
  const [, , uid, , , home] = databaseLine('passwd', name) ?? [];
  return uid === undefined || home === undefined ? undefined : { name, uid: Number(uid), home };
}

export function groupId(name: string): number | undefined {
  const gid = databaseLine('group', name)?.[2];
  return gid === undefined ? undefined : Number(gid);
}

/** Whether this process may give files to a group. Who was put into it since this session began is not in it yet. */
export function isInGroup(gid: number): boolean {
  return process.geteuid?.() === 0 || process.getegid?.() === gid || (process.getgroups?.() ?? []).includes(gid);
}

export function myName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.geteuid?.() ?? 'this user'); // As above: not every user has a name.
  }
}

/** The fields of a name in the system's databases, wherever those are kept. */
function databaseLine(database: 'passwd' | 'group', name: string): string[] | undefined {
  let text: string;
  try {
    text = execFileSync('getent', [database, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    text = fileOf(database); // It has no such name, or this system has no getent: then the file says it.
  }
  const line = text.split('\n').find((each) => each.startsWith(`${name}:`));
  return line?.split(':');
}

function fileOf(database: 'passwd' | 'group'): string {
  try {
    return readFileSync(`/etc/${database}`, 'utf8');
  } catch {
    return ''; // Nobody is known by name here.
  }
}
