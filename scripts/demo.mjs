// `npm run demo`: installs what the story needs, builds, and plays it.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { setUp } from './set-up.mjs';

const top = path.resolve(import.meta.dirname, '..');

try {
  await setUp('demo');
} catch (error) {
  process.stderr.write(`set-up: ${error.message}\n`);
  process.exit(1);
}
const run = (...words) => spawnSync(process.execPath, words, { cwd: top, stdio: 'inherit' }).status ?? 1;
if (run('scripts/build.mjs') !== 0) {
  process.stderr.write('demo: not played, because Driftline could not be built.\n');
  process.exit(1);
}
process.exit(run('node_modules/tsx/dist/cli.mjs', 'test/demo/demo.ts'));
