// Installs the real VS Code that needs no desktop into .cache/vscode: VS Code's server and web workbench as the npm package code-server
// carries them, and the Node that it wants. Kept out of devDependencies, since only these tests need it. Does nothing where it stands.
import { execFile } from 'node:child_process';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export const CODE_SERVER = '4.139.1';
export const NODE_MAJOR = '24';
/** Where everything lies, absolute. */
export const cache = path.resolve(import.meta.dirname, '../../.cache/vscode');
export const workbench = path.join(cache, 'node_modules/code-server/lib/vscode');
export const node = path.join(cache, 'node_modules/node/bin/node');

const run = promisify(execFile);
const quiet = ['--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];

export async function installVSCode() {
  if (await stands()) return;
  await mkdir(cache, { recursive: true });
  await writeFile(path.join(cache, 'package.json'), '{ "private": true }\n');
  await run('npm', ['install', `code-server@${CODE_SERVER}`, `node@${NODE_MAJOR}`, ...quiet], { cwd: cache });
  await run(process.execPath, ['installArchSpecificPackage.js'], { cwd: path.join(cache, 'node_modules/node') });
  for (const folder of [workbench, path.join(workbench, 'extensions')]) {
    await run('npm', ['install', '--omit=dev', ...quiet], { cwd: folder });
  }
}

/** The last step of an installation leaves its mark, so that one cut short is done again. */
async function stands() {
  try {
    const manifest = JSON.parse(await readFile(path.join(workbench, '../../package.json'), 'utf8'));
    await Promise.all([access(node), access(path.join(workbench, 'extensions/node_modules'))]);
    return manifest.version === CODE_SERVER;
  } catch {
    return false;
  }
}

if (process.argv[1] === import.meta.filename) await installVSCode();
