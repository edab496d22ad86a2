// The extension as people get it: packed, and installed into a folder of extensions as `code --install-extension` does.
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { node, workbench } from './install.mjs';

const run = promisify(execFile);
const top = path.resolve(import.meta.dirname, '../..');

/** Packs what `npm run build` has left, and installs it into a folder. @param {string} folder absolute */
export async function installVsix(folder) {
  const vsix = path.join(folder, 'driftline.vsix');
  const flags = ['--no-dependencies', '--no-rewrite-relative-links', '--allow-missing-repository'];
  await run(path.join(top, 'node_modules/.bin/vsce'), ['package', ...flags, '--out', vsix], { cwd: top });
  const server = path.join(workbench, 'out/server-main.js');
  await run(node, [server, '--install-extension', vsix, '--extensions-dir', folder, '--server-data-dir', folder]);
  await rm(vsix);
}
