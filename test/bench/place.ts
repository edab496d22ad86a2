import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';
import { startCli } from '../story/cli.ts';

const HOST = 'bench-host';

/** A production and a workspace with nothing in them, a real sshd between them. */
export interface Place {
  readonly home: TemporaryHome;
  readonly sshd: Sshd;
  readonly root: string;
  readonly workspace: string;
  configure(target: Readonly<Record<string, unknown>>): Promise<void>;
  /** Runs `driftline`; throws where it ends with a status that is not among these. */
  driftline(words: readonly string[], statuses?: readonly number[]): Promise<string>;
}

export async function inPlace<T>(work: (place: Place) => Promise<T>): Promise<T> {
  const folder = await temporaryFolder('bench');
  const home = await temporaryHome();
  try {
    const sshd = await startSshd({ home });
    try {
      await sshd.writeClientConfig(HOST);
      await sshd.acceptHostKey();
      const root = path.join(folder, 'production');
      const workspace = path.join(folder, 'workspace');
      await mkdir(root);
      await mkdir(workspace);
      return await work({
        home,
        sshd,
        root,
        workspace,
        configure: (target) => {
          const production = { host: HOST, root, ...target };
          return writeFile(path.join(workspace, 'driftline.json'), JSON.stringify({ targets: { production } }));
        },
        driftline: async (words, statuses = [0]) => {
          const done = await startCli(words, { cwd: workspace, environment: home.environment() }).ended;
          if (!statuses.includes(done.status ?? -1)) {
            throw new Error(
              `driftline ${words.join(' ')} ended with ${String(done.status)}: ${done.stdout}${done.stderr}`,
            );
          }
          return done.stdout;
        },
      });
    } finally {
      await sshd.stop();
    }
  } finally {
    await home.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The words of OpenSSH's own client for this place, as rsync's `-e` takes them. */
export function sshWords(place: Place): string {
  const { home, sshd } = place;
  const options = [
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${path.join(home.ssh, 'known_hosts')}`,
    'BatchMode=yes',
  ];
  return [
    'ssh',
    '-F',
    'none',
    '-p',
    String(sshd.port),
    '-i',
    sshd.keyFile,
    ...options.flatMap((option) => ['-o', option]),
  ].join(' ');
}
