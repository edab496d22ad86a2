import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './home.ts';

/** A real user of this machine. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Users and a group that only a test has. */
export interface Accounts<Name extends string> {
  readonly group: string;
  /** In the group, but for those that were asked for outside it. */
  readonly of: Readonly<Record<Name, Account>>;
  /** Writes the lines of sudoers that hold while these users are there. */
  permit(...lines: readonly string[]): void;
  /** After all that runs as one of them has ended. */
  remove(): void;
}

let made = 0;

/** Making users needs root, as letting them in by sshd does: there is no other way to be several people. */
export async function makeAccounts<Name extends string>(
  members: readonly Name[],
  outsiders: readonly Name[] = [],
): Promise<Accounts<Name>> {
  if (process.getuid?.() !== 0) throw new Error('Tests with several users of a host make real ones: that needs root.');
  const folder = await temporaryFolder('people');
  chmodSync(folder, 0o755);
  const prefix = `dl${process.pid}n${++made}`;
  const group = `${prefix}team`;
  const sudoers = `/etc/sudoers.d/${prefix}`;
  execFileSync('groupadd', [group]);
  const make = (name: Name, groups: readonly string[]): [Name, Account] => {
    const account = `${prefix}${name}`;
    const home = path.join(folder, name);
    // No password fits, but unlike a locked account this one may log in by its key.
    const words = ['--create-home', '--home-dir', home, '--shell', '/bin/sh', '--password', '*', ...groups, account];
    execFileSync('useradd', words);
    const id = (which: string): number => Number(execFileSync('id', [which, account], { encoding: 'utf8' }));
    return [name, { name: account, uid: id('-u'), gid: id('-g'), home }];
  };
  const all = [...members.map((name) => make(name, ['-G', group])), ...outsiders.map((name) => make(name, []))];
  return {
    group,
    of: Object.fromEntries(all) as Record<Name, Account>, // One for each name, just above.
    permit: (...lines) => {
      writeFileSync(sudoers, `${lines.join('\n')}\n`, { mode: 0o440 });
      execFileSync('visudo', ['-c', '-q', '-f', sudoers]);
    },
    remove: () => {
      rmSync(sudoers, { force: true });
      for (const [, { name }] of all) execFileSync('userdel', [name]);
      execFileSync('groupdel', [group]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
