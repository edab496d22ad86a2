import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** A person's home folder that nobody else has: `$HOME` decides where `~/.ssh`, caches and stores are. */
export interface TemporaryHome {
  /** Its real path. */
  readonly folder: string;
  /** `~/.ssh`, mode 0700, empty at first. */
  readonly ssh: string;
  /** This process's environment with that home, and without what would lead out of it (agents, XDG folders, a PM2 of one's own). */
  environment(more?: Readonly<Record<string, string>>): Record<string, string>;
  remove(): Promise<void>;
}

export async function temporaryHome(): Promise<TemporaryHome> {
  const folder = await temporaryFolder('home');
  const ssh = path.join(folder, '.ssh');
  await mkdir(ssh, { mode: 0o700 });
  return {
    folder,
    ssh,
    environment: (more = {}) => ({ ...inherited(), HOME: folder, ...more }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A fresh folder by its real path, which is what hosts and editors report. Whoever asks for it removes it. */
export async function temporaryFolder(name: string): Promise<string> {
  return realpath(await mkdtemp(path.join(os.tmpdir(), `driftline-${name}-`)));
}

const LEADS_OUT = /^(HOME|SSH_.*|XDG_.*|PM2_.*|NODE_OPTIONS|NODE_PATH|DRIFTLINE_.*|npm_.*|INIT_CWD|VITEST.*)$/;

function inherited(): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !LEADS_OUT.test(name)) kept[name] = value;
  }
  return kept;
}
