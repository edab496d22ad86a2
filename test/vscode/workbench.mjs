// A real VS Code in a page of headless Chromium: its server on a free port of the loopback, with data and home of its own, gone at the end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { node, workbench } from './install.mjs';

/** A quiet window: nothing that the tests did not open. */
const SETTINGS = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'files.simpleDialog.enable': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.banner': 'never',
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'typescript.validate.enable': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * @typedef {object} Opening
 * @property {string} [folder] the workspace
 * @property {string} [extension] the extension under development
 * @property {string} [tests] a CommonJS module with `run()` for the extension host
 * @property {string} [extensionsDir] installed extensions
 * @property {boolean} [trusted] without the trust dialogue
 * @property {Record<string, unknown>} [settings] beyond the quiet ones
 * @property {NodeJS.ProcessEnv} [env] of the extension host
 * @property {{ width: number, height: number }} [viewport]
 */

/** Makes a window; `open` shows its folder, or another one, in it. `close` ends everything that this started.  @param {Opening} opening */
export async function openWorkbench(opening) {
  const data = await mkdtemp(path.join(tmpdir(), 'driftline-vscode-'));
  const closing = [() => rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const machine = path.join(data, 'data/Machine');
    await mkdir(machine, { recursive: true });
    await writeFile(path.join(machine, 'settings.json'), JSON.stringify({ ...SETTINGS, ...opening.settings }));
    const server = startServer(data, opening);
    closing.push(() => endServer(server));
    const port = await portOf(server);
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
    closing.push(() => browser.close());
    const viewport = opening.viewport ?? { width: 1400, height: 900 };
    const page = await browser.newPage({ viewport });
    return { page, close, open: (folder = opening.folder) => page.goto(addressOf(port, { ...opening, folder })) };
  } catch (error) {
    await close();
    throw error;
  }
}

function startServer(data, opening) {
  const words = ['--host', '127.0.0.1', '--port', '0', '--server-data-dir', data];
  const extensions = opening.extensionsDir ?? path.join(data, 'extensions');
  const flags = [
    '--without-connection-token',
    '--accept-server-license-terms',
    '--disable-telemetry',
    // Without it the page knows no extension under development; with it no notification is shown.
    ...(opening.extension === undefined ? [] : ['--enable-smoke-test-driver']),
    ...(opening.trusted === false ? [] : ['--disable-workspace-trust']),
  ];
  const entry = path.join(workbench, 'out/server-main.js');
  // A group of its own, so that its extension hosts end with it.
  return spawn(node, [entry, ...words, '--extensions-dir', extensions, ...flags], {
    env: { ...process.env, ...opening.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

async function endServer(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  process.kill(-server.pid, 'SIGTERM');
  await ended;
}

function portOf(server) {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk) => {
      said += chunk;
      const port = /(?:Web UI available at \S+?:|Extension host agent listening on )(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    server.stdout.on('data', listen);
    server.stderr.on('data', listen);
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`VS Code's server ended with ${code}: ${said}`)));
  });
}

function addressOf(port, { folder, extension, tests }) {
  const remote = (file) => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`;
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
    ...(extension === undefined ? [] : [['extensionDevelopmentPath', remote(extension)]]),
    ...(tests === undefined ? [] : [['extensionTestsPath', remote(tests)]]),
  ];
  const address = new URL(`http://127.0.0.1:${port}/`);
  if (folder !== undefined) address.searchParams.set('folder', path.resolve(folder));
  address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
}
