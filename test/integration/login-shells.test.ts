import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeInventory } from '../../server/io/inventory.ts';
import type { Host } from '../../server/remote/host.ts';
import { temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';
import { connectFrom } from '../support/hosts.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';
import { startCli } from '../story/cli.ts';

const RULES = { map: [{ local: '.', production: '.' }], include: [], exclude: [] };
/** What a person may have written into the file that a shell reads first, in a language that all of them know. */
const NOISE = 'echo "Welcome to the machine"\n';

/** How sshd calls each login shell, and the files in the home folder that it reads for a command. */
const SHELLS: readonly (readonly [name: string, words: string, files: readonly string[]])[] = [
  ['dash', 'dash', []],
  ['bash', 'bash', ['.bashrc']],
  ['zsh', 'zsh', ['.zshenv']],
  ['fish', 'fish', ['.config/fish/config.fish']],
  ['csh', 'tcsh', ['.cshrc']],
  ['tcsh', 'tcsh', ['.tcshrc']],
  ['the sh of BusyBox', 'busybox sh', []],
];

let home: TemporaryHome;
let sshd: Sshd | undefined;
let host: Host | undefined;

beforeEach(async () => {
  home = await temporaryHome();
});

afterEach(async () => {
  await host?.close();
  await sshd?.stop();
  await home.remove();
  host = undefined;
  sshd = undefined;
});

async function startWith(options: Omit<Parameters<typeof startSshd>[0], 'home'>): Promise<Sshd> {
  sshd = await startSshd({ home, ...options });
  await sshd.writeClientConfig('voice');
  await sshd.acceptHostKey();
  return sshd;
}

describe.each(SHELLS)('a host whose login shell is %s', (_name, words, files) => {
  it('starts the program through its noise, and lists whatever the root is called', async () => {
    // A forced command is run by the account's own shell, which hands over to the one under test as sshd would.
    const { hostHome } = await startWith({ config: [`ForceCommand exec ${words} -c "$SSH_ORIGINAL_COMMAND"`] });
    for (const file of files) {
      mkdirSync(path.dirname(path.join(hostHome, file)), { recursive: true });
      writeFileSync(path.join(hostHome, file), NOISE);
    }
    const root = path.join(mkdtempSync(path.join(hostHome, 'root-')), `it's a "root" with $HOME, \\n and !`);
    mkdirSync(root);
    writeFileSync(path.join(root, 'a.js'), 'a');
    host = await connectFrom(home, { host: 'voice' });
    expect(host.hello.node).toBe(process.version);
    const { entries } = await takeInventory(host, { root, state: `${root}/.driftline`, rules: RULES });
    expect(entries.map((entry) => entry.path)).toEqual(['a.js']);
  });
});

describe('a shell that returns early where nobody types', () => {
  it('has its Node found where a version manager keeps it', async () => {
    const { hostHome } = await startWith({ environment: { PATH: '/nowhere', SHELL: '/bin/false' } });
    const bin = path.join(hostHome, '.nvm/versions/node/v20.0.0/bin');
    mkdirSync(bin, { recursive: true });
    // Newer than what the machine itself may have in its own places.
    writeFileSync(
      path.join(bin, 'node'),
      `#!/bin/sh\nif [ "$1" = -p ]; then echo 999; else NVM=yes exec ${process.execPath} "$@"; fi\n`,
      { mode: 0o755 },
    );
    writeFileSync(
      path.join(hostHome, '.bashrc'),
      `case $- in *i*) ;; *) return ;; esac\nPATH=$HOME/.nvm/versions/node/v20.0.0/bin:$PATH\n`,
    );
    host = await connectFrom(home, { host: 'voice' });
    const { stdout } = await host.request('run', { command: 'echo "$NVM"', cwd: '/', timeoutMs: 10_000 });
    expect(stdout.trim()).toBe('yes');
  });
});

describe('doctor on a host without Node', () => {
  it('says what it found and what nobody can prove there', async () => {
    const { port, user, hostHome, keyFile } = await startWith({ withoutNode: true });
    const target = { host: '127.0.0.1', port, user, root: hostHome };
    writeFileSync(path.join(home.ssh, 'config'), `IdentityFile ${keyFile}\n`);
    writeFileSync(path.join(home.folder, 'driftline.json'), JSON.stringify({ targets: { production: target } }));
    const words = ['doctor', '--format', 'json'];
    const run = await startCli(words, { cwd: home.folder, environment: home.environment() }).ended;
    expect(run.status).toBe(1);
    const { checks } = JSON.parse(run.stdout) as { checks: { area: string; verdict: string; found: string }[] };
    const verdicts = Object.fromEntries(checks.map(({ area, verdict }) => [area, verdict]));
    expect(verdicts).toEqual({
      connection: 'ok',
      hostKey: 'ok',
      root: 'ok',
      state: 'warning',
      node: 'failed',
      process: 'warning',
      health: 'warning',
      disk: 'warning',
      clock: 'ok',
    });
    expect(checks.find(({ area }) => area === 'node')?.found).toContain(
      'a deploy, which nothing could prove, is refused',
    );
  });
});
