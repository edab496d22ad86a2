import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CLOSURE, HAND_MADE, PRODUCTION_ONLY } from './production-files.ts';
import { startScene } from './scene.ts';
import type { Scene, SceneOptions } from './scene.ts';
import { configOf, gitEnvironment } from './voice-api.ts';

const run = promisify(execFile);

/** The story after its fifth step: the host is known, and the repository has all that its code needs. */
export async function startReadyScene(options: SceneOptions = {}): Promise<Scene> {
  const scene = await startScene(options);
  try {
    await scene.sshd.acceptHostKey();
    for (const file of [...HAND_MADE, ...CLOSURE]) {
      const local = path.join(scene.repository, 'api', file);
      await mkdir(path.dirname(local), { recursive: true });
      await writeFile(local, PRODUCTION_ONLY[file]);
    }
    await commitAll(scene.repository, 'Take over what only production had');
    return scene;
  } catch (error) {
    await scene.stop();
    throw error;
  }
}

/** Changes keys of the target in `driftline.json`. */
export async function configure(scene: Scene, more: Readonly<Record<string, unknown>>): Promise<void> {
  const text = configOf({ ...scene.target, more: { ...scene.target.more, ...more } });
  await writeFile(path.join(scene.repository, 'driftline.json'), text);
}

async function commitAll(repository: string, subject: string): Promise<void> {
  const git = (...words: string[]): Promise<unknown> =>
    run('git', ['-C', repository, ...words], { env: gitEnvironment() });
  await git('add', '--all');
  await git('commit', '--quiet', '--message', subject);
}

/** Ids of the releases that the host keeps, as their folders show. */
export function releasesOnHost(scene: Scene): string[] {
  const folder = path.join(scene.root, '.driftline/releases');
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** What a release's journal says by now; empty where it has none yet. */
export function journalOf(scene: Scene, release: string): Readonly<Record<string, unknown>>[] {
  const file = path.join(scene.root, '.driftline/releases', release, 'journal.jsonl');
  if (!existsSync(file)) return [];
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>); // A line is one JSON object.
}

/** The events of one kind of the newest release. */
export function lastEvents(scene: Scene, type: string): Readonly<Record<string, unknown>>[] {
  const release = releasesOnHost(scene).at(-1);
  return release === undefined ? [] : journalOf(scene, release).filter((event) => event['type'] === type);
}

export function isLocked(scene: Scene): boolean {
  return existsSync(path.join(scene.root, '.driftline/lock'));
}

/** A file system of its own with so many megabytes. Mounting needs root, or `sudo` that asks nothing. */
export function mountSmallDisk(folder: string, megabytes: number): { readonly unmount: () => void } {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const command = (...words: string[]): void => {
    const [program = '', ...rest] = [...sudo, ...words];
    const done = spawnSync(program, rest, { encoding: 'utf8' });
    if (done.status !== 0) {
      throw new Error(`A small disk needs the right to mount (root, or sudo that asks nothing): ${done.stderr}`);
    }
  };
  const owner = `uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0}`;
  command('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755,${owner}`, 'driftline-test', folder);
  return { unmount: () => command('umount', folder) };
}
