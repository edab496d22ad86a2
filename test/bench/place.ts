import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';
import { startCli } from '../story/cli.ts';
import { startLine } from './line.ts';

/** A production and a workspace with nothing in them, a real sshd between them. */
export interface Place {
  readonly home: TemporaryHome;
  readonly sshd: Sshd;
  /** Where its sshd is reached: by the line. */
  readonly port: number;
  readonly root: string;
  readonly workspace: string;
  configure(target: Readonly<Record<string, unknown>>): Promise<void>;
  /** Runs `driftline`; rejects where it ends otherwise than well. */
  driftline(words: readonly string[]): Promise<string>;
}

/** @param roundTripMs of the line to it; 0 for the loopback itself */
export async function inPlace<T>(work: (place: Place) => Promise<T>, roundTripMs = 0): Promise<T> {
  const closing: (() => Promise<void>)[] = [];
  try {
    const folder = await temporaryFolder('bench');
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const home = await temporaryHome();
    closing.push(() => home.remove());
    const sshd = await startSshd({ home });
    closing.push(() => sshd.stop());
    const line = await startLine(sshd.port, roundTripMs);
    closing.push(() => line.stop());
    const port = roundTripMs === 0 ? sshd.port : line.port;
    await sshd.acceptHostKey(port);
    const root = path.join(folder, 'production');
    const workspace = path.join(folder, 'workspace');
    await mkdir(root);
    await mkdir(workspace);
    const target = { host: '127.0.0.1', port, user: sshd.user, root };
    await writeFile(path.join(home.ssh, 'config'), `IdentityFile ${sshd.keyFile}\n`, { mode: 0o600 });
    return await work({
      home,
      sshd,
      port,
      root,
      workspace,
      configure: (more) =>
        writeFile(
          path.join(workspace, 'driftline.json'),
          JSON.stringify({ targets: { production: { ...target, ...more } } }),
        ),
      driftline: async (words) => {
        const done = await startCli(words, { cwd: workspace, environment: home.environment() }).ended;
        if (done.status === 0) return done.stdout;
        throw new Error(`driftline ${words.join(' ')} ended with ${String(done.status)}: ${done.stdout}${done.stderr}`);
      },
    });
  } finally {
    for (const step of closing.reverse()) await step();
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
    String(place.port),
    '-i',
    sshd.keyFile,
    ...options.flatMap((option) => ['-o', option]),
  ].join(' ');
}
