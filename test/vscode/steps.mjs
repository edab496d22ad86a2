// Plays what a person does at one window with the installed extension, step by step, and prints a line for each.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atTheWindow } from './at-the-window.mjs';
import { installVsix } from './vsix.mjs';
import { openWorkbench } from './workbench.mjs';

const top = path.resolve(import.meta.dirname, '../..');
const PICTURES = path.join(top, '.cache/screenshots');

/** @typedef {ReturnType<typeof atTheWindow>} AtTheWindow */

/**
 * A step that fails ends the play, for each stands on those before it; the process's exit code is then 1.
 *
 * @template Scene
 * @param {import('./workbench.mjs').Opening} opening
 * @param {[string, (person: AtTheWindow, scene: Scene) => Promise<void>][]} steps
 * @param {Scene} scene
 */
export async function playSteps(opening, steps, scene) {
  await mkdir(PICTURES, { recursive: true });
  const extensionsDir = await mkdtemp(path.join(tmpdir(), 'driftline-extensions-'));
  await installVsix(extensionsDir);
  const window = await openWorkbench({ extensionsDir, ...opening });
  const person = atTheWindow(window, PICTURES);
  try {
    await window.open();
    for (const [name, step] of steps) {
      const begin = performance.now();
      try {
        await step(person, scene);
      } catch (error) {
        process.exitCode = 1;
        await person.picture(`failed-${path.basename(process.argv[1] ?? '', '.mjs')}`);
        const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
        process.stdout.write(`✗ in the editor: ${name}\n${why}\n`);
        return;
      }
      process.stdout.write(`✓ in the editor: ${name} (${Math.round(performance.now() - begin)} ms)\n`);
    }
  } finally {
    await window.close();
    await rm(extensionsDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
