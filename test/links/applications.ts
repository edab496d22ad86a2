import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { MAX_MODULE_BYTES, readModule } from '../../server/io/modules.ts';
import type { Question } from './judge.ts';
import { filesBelow } from './mutate.ts';

const top = path.resolve(import.meta.dirname, '../..');

/** Applications and installed trees that nobody wrote for this. The parts of ghost are those that its server runs. */
export const APPLICATIONS = {
  ghost: {
    folder: '.cache/corpus/ghost-5.130.0',
    parts: ['package.json', 'ghost.js', 'index.js', 'core/*.js', 'core/server', 'core/shared', 'core/frontend'],
  },
  directus: { folder: '.cache/corpus/directus-api-23.3.2', parts: ['package.json', 'dist'] },
  express: { folder: '.cache/production-tools/express', parts: ['package.json', 'node_modules'] },
  pm2: { folder: '.cache/production-tools/pm2', parts: ['package.json', 'node_modules'] },
} as const;

export type Application = keyof typeof APPLICATIONS;

/** Fetches what is not there yet; what was fetched once stays below `.cache`. */
export function fetchApplications(): void {
  for (const purpose of ['corpora', 'demo']) {
    const { status, stderr } = spawnSync(process.execPath, [path.join(top, 'scripts/set-up.mjs'), purpose], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`set-up ${purpose}: ${stderr}`);
  }
}

/** An application in a folder of its own, with our packages above it to be found. */
export function copyApplication(name: Application, to: string): void {
  copyFiles(name, to);
  symlinkSync(path.join(top, 'node_modules'), path.join(path.dirname(to), 'node_modules'));
}

/** The code and the package files of an application, and none of the packages that it needs. */
export function copyFiles(name: Application, to: string): void {
  const { folder, parts } = APPLICATIONS[name];
  mkdirSync(path.dirname(to), { recursive: true });
  const from = realpathSync(path.join(top, folder));
  const isTaken = (file: string): boolean =>
    !/\.[^/.]+$/.test(path.basename(file)) || /\.(?:[cm]?js|json|node|hbs)$/.test(file);
  const isPart = (file: string): boolean => parts.some((part) => matches(path.relative(from, file), part));
  cpSync(from, to, { recursive: true, filter: (file) => file === from || (isPart(file) && isTaken(file)) });
}

/** Whether a path is one of the parts, below one, or above one. */
function matches(file: string, part: string): boolean {
  const folder = part.replace(/\/\*\.js$/, '');
  if (part.startsWith(`${file}/`) || file === folder) return true;
  return folder === part ? file.startsWith(`${part}/`) : path.dirname(file) === folder && file.endsWith('.js');
}

/** Every constant specifier of every module below a folder, as our own lexer reads it. */
export async function questionsIn(folder: string): Promise<Question[]> {
  const questions: Question[] = [];
  for (const file of filesBelow(folder)) {
    if (!/\.[cm]?js$/.test(file)) continue;
    const bytes = readFileSync(file);
    if (bytes.length > MAX_MODULE_BYTES) continue;
    const { links } = await readModule(file, bytes.toString('utf8'));
    for (const { kind, specifier } of links) {
      if (kind === 'import' || kind === 'export-from' || kind === 'dynamic-import')
        questions.push({ from: file, kind: 'import', specifier });
      else if (kind === 'require' || kind === 'require-resolve')
        questions.push({ from: file, kind: 'require', specifier });
    }
  }
  return questions;
}
