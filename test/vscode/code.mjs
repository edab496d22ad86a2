#!/usr/bin/env node
// Speaks VS Code's command line as @vscode/test-electron calls it, and runs the extension tests in a real VS Code without a desktop: the
// workbench's page is given the two functions by which tests log and end. Ends with the suite's own exit code.
import { fileURLToPath } from 'node:url';
import { openWorkbench } from './workbench.mjs';

const options = new Map();
const positional = [];
for (const word of process.argv.slice(2)) {
  const match = /^--([\w-]+)(?:=(.*))?$/s.exec(word);
  if (match === null) positional.push(word);
  else options.set(match[1], match[2] ?? '');
}
const file = (value) => (value?.startsWith('file://') ? fileURLToPath(value) : value);
const loud = process.env.VSCODE_LOG !== undefined;

const window = await openWorkbench({
  folder: file(positional[0] ?? options.get('folder-uri')),
  extension: file(options.get('extensionDevelopmentPath')),
  tests: file(options.get('extensionTestsPath')),
  extensionsDir: options.get('extensions-dir'),
  trusted: options.has('disable-workspace-trust'),
});
try {
  process.exitCode = await new Promise((resolve, reject) => {
    window.page.on('crash', () => reject(new Error("VS Code's page crashed")));
    Promise.all([
      window.page.exposeFunction('codeAutomationLog', (type, words) => {
        // The workbench's own log is noisy; the suite writes its report to a file.
        if (loud) process.stderr.write(`${type}: ${words.join(' ')}\n`);
      }),
      window.page.exposeFunction('codeAutomationExit', (code) => resolve(Number(code))),
    ])
      .then(() => window.open())
      .catch(reject);
  });
} finally {
  await window.close();
}
