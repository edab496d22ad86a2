import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot, upward } from '../find.ts';
import { readEcosystem } from '../../core/link/ecosystem.ts';
import type { Ecosystem } from '../../core/link/ecosystem.ts';
import { readSftp } from './sftp.ts';
import type { SftpProposal } from './sftp.ts';

/** What a first `driftline.json` in a folder could say, each part only where some file says it. */
export interface Proposal {
  readonly name?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly root?: string;
  readonly map: Readonly<Record<string, string>>;
  readonly pm2?: string;
  /** What people should know of how this came about, a sentence each. */
  readonly notes: readonly string[];
}

/** Reads what other tools know of this project. Runs nothing, connects nowhere. */
export async function proposeFrom(folder: string): Promise<Proposal> {
  const app = await appFolder(folder);
  const [sftp, ecosystem] = await Promise.all([sftpOf(folder), ecosystemOf(folder, app)]);
  return combine({ app: relative(folder, app), sftp: sftp[0], ecosystem });
}

/**
 * Puts the sources together. The root of an application is the folder that has its `package.json`: where an SFTP extension uploads only a
 * folder below it, the root is that much further up.
 */
export function combine(from: {
  readonly app: string | undefined;
  readonly sftp: SftpProposal | undefined;
  readonly ecosystem: Ecosystem | undefined;
}): Proposal {
  const { sftp, ecosystem } = from;
  const app = from.app ?? '.';
  const deploy = ecosystem?.deploys[0];
  const apps = (ecosystem?.apps ?? []).filter((each) => each.name !== '');
  const process = apps[0];
  const host = sftp?.host ?? deploy?.host;
  const user = sftp?.user ?? deploy?.user;
  const placed = sftp?.root === undefined ? undefined : placeOf(sftp.context ?? '.', sftp.root, app);
  const cwd = process?.cwd?.startsWith('/') === true ? process.cwd : undefined;
  const root = placed?.root ?? cwd ?? deploy?.path;
  return {
    ...(sftp?.name !== undefined && /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(sftp.name) && { name: sftp.name }),
    ...(host !== undefined && { host }),
    ...(sftp?.port !== undefined && sftp.port !== 22 && { port: sftp.port }),
    ...(user !== undefined && { user }),
    ...(root !== undefined && { root }),
    map: placed?.map ?? { [app]: '.' },
    ...(process !== undefined && { pm2: process.name }),
    notes: [
      ...(sftp?.hadSecret === true
        ? ['The password in .vscode/sftp.json was not taken over: load a key into the SSH agent instead.']
        : []),
      ...(apps.length > 1
        ? [`PM2 runs several apps: ${apps.map((each) => each.name).join(', ')}. The first one was taken.`]
        : []),
    ],
  };
}

function placeOf(context: string, remote: string, app: string): { root: string; map: Record<string, string> } {
  const clean = remote.replace(/\/+$/, '') || '/';
  const below =
    app === '.'
      ? context
      : context === app
        ? '.'
        : context.startsWith(`${app}/`)
          ? context.slice(app.length + 1)
          : undefined;
  if (below !== undefined && below !== '.' && clean.endsWith(`/${below}`) && clean.length > below.length + 1)
    return { root: clean.slice(0, -below.length - 1), map: { [context]: below } };
  return { root: clean, map: { [context]: '.' } };
}

/** The nearest folder with `package.json`: upward to the repository's root, else the shallowest below. */
async function appFolder(folder: string): Promise<string | undefined> {
  const root = await repositoryRoot(folder);
  for (const each of [...upward(folder, root)]) {
    if ((await read(path.join(each, 'package.json'))) !== undefined) return each;
  }
  let level = [folder];
  for (let depth = 0; depth < 3; depth++) {
    const next = (await Promise.all(level.map(subfolders))).flat();
    for (const each of next) if ((await read(path.join(each, 'package.json'))) !== undefined) return each;
    level = next;
  }
  return undefined;
}

async function sftpOf(folder: string): Promise<SftpProposal[]> {
  const text = await read(path.join(folder, '.vscode', 'sftp.json'));
  return text === undefined ? [] : readSftp(text);
}

async function ecosystemOf(folder: string, app: string | undefined): Promise<Ecosystem | undefined> {
  for (const place of new Set([folder, ...(app === undefined ? [] : [app])])) {
    for (const extension of ['js', 'cjs', 'mjs', 'json']) {
      const text = await read(path.join(place, `ecosystem.config.${extension}`));
      if (text !== undefined) return readEcosystem(text);
    }
  }
  return undefined;
}

/** A folder above the config's own cannot be mapped; the config's own stands for it. */
function relative(folder: string, app: string | undefined): string | undefined {
  if (app === undefined) return undefined;
  const between = path.relative(folder, app).split(path.sep).join('/');
  return between === '' || between.startsWith('..') ? '.' : between;
}

async function subfolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
      .map((entry) => path.join(folder, entry.name))
      .sort();
  } catch {
    return []; // Not ours to read: nothing is proposed from it.
  }
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined; // A source that is not there, or not ours to read, proposes nothing.
  }
}
