import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ESLint } from 'eslint';
import eslintPluginN from 'eslint-plugin-n';
import { fetchApplications } from '../links/applications.ts';
import { startBareClient } from '../support/lsp-client.ts';
import type { BareClient } from '../support/lsp-client.ts';
import { writeCopies } from './growth.ts';
import { percentile, timed } from './measure.ts';
import type { Measured } from './measure.ts';
import { inPlace } from './place.ts';

const MODULES = 10_000;
const EDITS = Number(process.env['E'] ?? 300);
const BYTES = 200 * 1024;
const OPEN = 'copy-0/core/open.js';
/** A person's keys come about so fast at most. */
const PAUSE_MS = 30;

/**
 * An edit in a large open file of a large project, from its arrival at the language server to the diagnostics that it leads to, while the
 * project is looked at again all the time. The peer judges the same text alone, in this process.
 */
export async function editing(): Promise<Measured[]> {
  fetchApplications();
  return inPlace(async (place) => {
    writeCopies(place.workspace, MODULES);
    cpSync(place.workspace, place.root, { recursive: true });
    await place.configure({ host: 'local' });
    const text = largeModule(readFileSync(path.join(place.workspace, 'copy-0/core/boot.js'), 'utf8'));
    writeFileSync(path.join(place.workspace, OPEN), text);
    const client = await startBareClient({
      folder: place.workspace,
      environment: place.home.environment(),
      initializationOptions: { trusted: true },
    });
    try {
      await client.open(OPEN, text);
      await client.line.sendRequest('workspace/executeCommand', REFRESH);
      const quiet = await edits(client, text, 1);
      let goesOn = true;
      const background = lookAgainAndAgain(client, path.join(place.workspace, 'copy-1/core/boot.js'), () => goesOn);
      const busy = await edits(client, text, 1 + EDITS);
      goesOn = false;
      await background;
      const other = {
        name: 'eslint-plugin-n on the same text',
        ms: percentile(await linted(place.workspace, text), 0.5),
      };
      const size = `an edit of ${Math.round(text.length / 1024)} KB among ${MODULES} modules`;
      return [
        { what: `${size}, median`, ours: { name: 'driftline lsp', ms: percentile(quiet, 0.5) }, other },
        { what: `${size}, 99th in 100`, ours: { name: 'driftline lsp', ms: percentile(quiet, 0.99) }, other },
        {
          what: `${size}, while it looks again, median`,
          ours: { name: 'driftline lsp', ms: percentile(busy, 0.5) },
          other,
        },
        {
          what: `${size}, while it looks again, 99th`,
          ours: { name: 'driftline lsp', ms: percentile(busy, 0.99) },
          other,
        },
      ];
    } finally {
      await client.stop();
    }
  });
}

const REFRESH = { command: 'driftline.server.refresh' };

/** Many copies of a module, and at the end an import that every edit changes. */
function largeModule(module: string): string {
  const parts: string[] = [];
  for (let size = 0; size < BYTES; size += module.length) parts.push(`function part${parts.length}() {\n${module}\n}`);
  return `${parts.join('\n')}\nrequire('./gone-000');\n`;
}

async function edits(client: BareClient, text: string, first: number): Promise<number[]> {
  const line = text.split('\n').length - 2;
  const uri = `${client.folder}/${OPEN}`;
  const times: number[] = [];
  for (let version = first; version < first + EDITS; version++) {
    const number = String(version).padStart(3, '0');
    const range = { start: { line, character: 16 }, end: { line, character: 19 } };
    const shown = client.next(uri, (diagnostics) =>
      diagnostics.some(({ message }) => typeof message === 'string' && message.includes(`gone-${number}`)),
    );
    times.push(
      await timed(async () => {
        const change = { textDocument: { uri, version: version + 1 }, contentChanges: [{ range, text: number }] };
        await client.line.sendNotification('textDocument/didChange', change);
        await shown;
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return times;
}

/** Another file changes and is saved, and somebody asks for a new look, one after the other without a pause. */
async function lookAgainAndAgain(client: BareClient, file: string, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    appendFileSync(file, '// changed\n');
    const changes = [{ uri: `${client.folder}/copy-1/core/boot.js`, type: 2 }];
    await client.line.sendNotification('workspace/didChangeWatchedFiles', { changes });
    await client.line.sendRequest('workspace/executeCommand', REFRESH);
  }
}

async function linted(cwd: string, text: string): Promise<number[]> {
  const eslint = new ESLint({
    cwd,
    overrideConfigFile: true,
    baseConfig: [
      {
        plugins: { n: eslintPluginN },
        rules: { 'n/no-missing-require': 'error' },
        languageOptions: { sourceType: 'commonjs' },
      },
    ],
  });
  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    const changed = text.replace('gone-000', `gone-${String(round).padStart(3, '0')}`);
    times.push(await timed(() => eslint.lintText(changed, { filePath: path.join(cwd, OPEN) })));
  }
  return times;
}
