// Runs the VS Code tests: bundles the suite, lays a story out for it, and gives both to @vscode/test-electron. With VSCODE_EXECUTABLE a
// desktop VS Code is used instead of the one without a desktop.
import { build } from 'esbuild';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { installVSCode } from './install.mjs';
import { layOutLocal } from './scene.mjs';

const top = path.resolve(import.meta.dirname, '../..');
const out = path.join(top, '.cache/vscode-tests');

await installVSCode();
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  entryPoints: { suite: path.join(import.meta.dirname, 'suite/index.ts') },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outdir: out,
  // Mocha loads its own parts by name, so it stays in node_modules.
  external: ['vscode', 'mocha'],
  logLevel: 'warning',
});

const scene = await layOutLocal();
const report = path.join(out, 'report.txt');
try {
  await runTests({
    vscodeExecutablePath: process.env.VSCODE_EXECUTABLE ?? path.join(import.meta.dirname, 'code.mjs'),
    extensionDevelopmentPath: top,
    extensionTestsPath: path.join(out, 'suite.js'),
    launchArgs: [scene.workspace],
    extensionTestsEnv: { ...scene.env, DRIFTLINE_TEST_REPORT: report },
  });
} catch {
  process.exitCode = 1;
} finally {
  await scene.remove();
  process.stdout.write(await readFile(report, 'utf8').catch(() => 'The suite wrote no report: it never ran.\n'));
}
