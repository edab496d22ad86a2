// Runs the VS Code tests: first the suite, bundled, by @vscode/test-electron (with VSCODE_EXECUTABLE in a desktop VS Code instead of the one
// without a desktop), then the story at a window that is driven from outside.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { installVSCode } from './install.mjs';
import { layOutLocal } from './scene.mjs';

const top = path.resolve(import.meta.dirname, '../..');
const out = path.join(top, '.cache/vscode-tests');

await installVSCode();
await rm(out, { recursive: true, force: true });
await rm(path.join(top, '.cache/screenshots'), { recursive: true, force: true });
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

const report = path.join(out, 'report.txt');
const lines = [
  ...(await inTheExtensionHost()),
  ...(await atTheWindow('welcome.mjs')),
  ...(await atTheWindow('states.mjs')),
  ...(await atTheWindow('story.mjs')),
];
const counted = (sign) => lines.filter((line) => line.startsWith(sign)).length;
const text = `${lines.join('\n')}\n${counted('✓')} passed, ${counted('✗')} failed\n`;
await writeFile(report, text);
process.stdout.write(text);
process.exitCode = counted('✗') === 0 ? 0 : 1;

/** The suite that calls VS Code's own API. */
async function inTheExtensionHost() {
  const scene = await layOutLocal();
  const said = path.join(out, 'suite.txt');
  let code = 0;
  try {
    code = await runTests({
      vscodeExecutablePath: process.env.VSCODE_EXECUTABLE ?? path.join(import.meta.dirname, 'code.mjs'),
      extensionDevelopmentPath: top,
      extensionTestsPath: path.join(out, 'suite.js'),
      launchArgs: [scene.workspace],
      extensionTestsEnv: { ...scene.env, DRIFTLINE_TEST_REPORT: said },
    });
  } catch {
    code = 1; // The report says which test failed.
  } finally {
    await scene.remove();
  }
  return reportOf('the extension host', code, await readFile(said, 'utf8').catch(() => ''));
}

/** One play by mouse and keyboard; tsx reads what it shares with the other tests. */
async function atTheWindow(play) {
  const story = spawn(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, play)], {
    cwd: top,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  story.stdout.setEncoding('utf8').on('data', (chunk) => (said += chunk));
  const [code] = await once(story, 'close');
  return reportOf(play, code, said);
}

/** A run that ended badly without naming a test has failed all the same. */
function reportOf(where, code, text) {
  const lines = text.split('\n').filter((line) => line !== '');
  const failed = lines.some((line) => line.startsWith('✗'));
  return code === 0 || failed ? lines : [...lines, `✗ ${where}: it ended with ${code} before it could say why`];
}
