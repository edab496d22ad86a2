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
for (const words of [['scripts/build.mjs'], ['node_modules/tsx/dist/cli.mjs', 'test/demo/demo.ts']]) {
  const { status } = spawnSync(process.execPath, words, { cwd: top, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
