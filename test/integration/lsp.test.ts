import { readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiagnosticSeverity } from 'vscode-languageserver/node';
import type { DocumentLink, Hover, Location } from 'vscode-languageserver/node';
import type { InitializationOptions, SessionState } from '../../server/protocol.ts';
import { temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';
import { startBareClient } from '../support/lsp-client.ts';
import type { BareClient } from '../support/lsp-client.ts';
import { until } from '../support/processes.ts';
import { layOutLocal } from '../vscode/scene.mjs';
import type { LocalScene } from '../vscode/scene.mjs';

const REFRESH = { command: 'driftline.server.refresh' };
const INDEX = 'api/src/index.js';

let scene: LocalScene;
let home: TemporaryHome;
let client: BareClient | undefined;

beforeEach(async () => {
  scene = await layOutLocal();
  home = await temporaryHome();
});
afterEach(async () => {
  const code = await client?.stop();
  client = undefined;
  await scene.remove();
  await home.remove();
  expect(code ?? 0).toBe(0);
});

async function start(initializationOptions?: InitializationOptions): Promise<BareClient> {
  client = await startBareClient({
    folder: scene.workspace,
    environment: home.environment(),
    ...(initializationOptions !== undefined && { initializationOptions }),
  });
  return client;
}

const textOf = (relative: string): Promise<string> => readFile(path.join(scene.workspace, relative), 'utf8');
const codes = (bare: BareClient, relative: string): string[] =>
  bare.diagnosticsOf(relative).map(({ code, range }) => `${code}:${range.start.line + 1}:${range.start.character + 1}`);

describe('an editor that only speaks the protocol', () => {
  it('is shown nothing before it asks, and then what is open, what is not, and what is typed', async () => {
    const bare = await start({ trusted: true });
    const text = await textOf(INDEX);
    await bare.open(INDEX, text);
    const hover = { textDocument: { uri: `${bare.folder}/${INDEX}` }, position: { line: 0, character: 30 } };
    expect(await bare.line.sendRequest('textDocument/hover', hover)).toBeNull();
    expect([...bare.published.keys()]).toEqual([]);

    await bare.line.sendRequest('workspace/executeCommand', REFRESH);
    await until('both files have their findings', () =>
      Promise.resolve(codes(bare, INDEX).length === 2 && codes(bare, 'api/src/routes/chat.js').length === 1),
    );
    expect(codes(bare, INDEX)).toEqual(['production-only-import:1:29', 'production-only-import:6:29']);
    expect(codes(bare, 'api/src/routes/chat.js')).toEqual(['production-only-import:1:27']);

    const uri = `${bare.folder}/${INDEX}`;
    await bare.line.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ text: `require('./services/forgotten');\n${text}` }],
    });
    await until('the typed import has its finding', () => Promise.resolve(codes(bare, INDEX).length === 3));
    expect(codes(bare, INDEX)[0]).toBe('production-only-import:1:10');
    await bare.line.sendNotification('textDocument/didClose', { textDocument: { uri } });
    await until('what is saved counts again', () => Promise.resolve(codes(bare, INDEX).length === 2));
  });

  it('is told which failures end a start and by which way, and hears softly of what nothing loads', async () => {
    const manifest = { scripts: { start: 'node src/index.js' } };
    await writeFile(path.join(scene.workspace, 'api/package.json'), JSON.stringify(manifest));
    await writeFile(path.join(scene.workspace, 'api/src/unused.js'), "require('./db/connection');\n");
    const bare = await start({ trusted: true });
    const UNUSED = 'api/src/unused.js';
    await bare.open(UNUSED, await textOf(UNUSED));
    await bare.line.sendRequest('workspace/executeCommand', REFRESH);
    await until('all have their findings', () =>
      Promise.resolve(codes(bare, UNUSED).length === 1 && codes(bare, 'api/src/routes/chat.js').length === 1),
    );
    const [unused] = bare.diagnosticsOf(UNUSED);
    expect(unused?.severity).toBe(DiagnosticSeverity.Hint);
    expect(unused?.message).toContain('Nothing that is known to be started loads this file.');
    const [chat] = bare.diagnosticsOf('api/src/routes/chat.js');
    expect(chat?.message).toContain('It fails at start.');
    expect(chat?.relatedInformation).toMatchObject([
      {
        location: { uri: `${bare.folder}/${INDEX}` },
        message: 'started by package.json, "start"; loads this file',
      },
    ]);
  });

  it('is told where an import leads, here and there and after a deploy', async () => {
    const bare = await start({ trusted: true });
    await bare.open(INDEX, await textOf(INDEX));
    await bare.line.sendRequest('workspace/executeCommand', REFRESH);
    const textDocument = { uri: `${bare.folder}/${INDEX}` };
    const hoverAt = async (line: number, character: number): Promise<string> => {
      const found = await bare.line.sendRequest<Hover | null>('textDocument/hover', {
        textDocument,
        position: { line, character },
      });
      return JSON.stringify(found?.contents ?? null);
    };
    const missing = await hoverAt(0, 30);
    expect(missing).toContain('here | **nothing**');
    expect(missing).toContain('on production | `src/db/connection.js`');
    expect(missing).toContain('after a deploy | `src/db/connection.js`');
    const fresh = await hoverAt(1, 24);
    expect(fresh).toContain('here | `api/src/routes/chat.js`');
    expect(fresh).toContain('on production | **nothing**');
    expect(fresh).toContain('after a deploy | `src/routes/chat.js`');
    expect(await hoverAt(0, 2)).toBe('null');

    const links = await bare.line.sendRequest<DocumentLink[]>('textDocument/documentLink', { textDocument });
    // Production's files are documents of our own client only: this one could not open them.
    expect(links.map((link) => link.target)).toEqual([
      `${bare.folder}/api/src/routes/chat.js`,
      `${bare.folder}/api/src/routes/health.js`,
    ]);
    const definitions = (line: number): Promise<Location[]> =>
      bare.line.sendRequest('textDocument/definition', { textDocument, position: { line, character: 24 } });
    expect((await definitions(1)).map(({ uri }) => uri)).toEqual([`${bare.folder}/api/src/routes/chat.js`]);
    expect(await definitions(0)).toEqual([]);
  });

  it('is offered no fix that it has no command for', async () => {
    const bare = await start({ trusted: true });
    await bare.open(INDEX, await textOf(INDEX));
    await bare.line.sendRequest('workspace/executeCommand', REFRESH);
    await until('there is a finding', () => Promise.resolve(codes(bare, INDEX).length === 2));
    const [diagnostic] = bare.diagnosticsOf(INDEX);
    const actions = await bare.line.sendRequest('textDocument/codeAction', {
      textDocument: { uri: `${bare.folder}/${INDEX}` },
      range: diagnostic?.range,
      context: { diagnostics: [diagnostic] },
    });
    expect(actions).toEqual([]);
  });

  it('is told what is wrong in a driftline.json, at its line', async () => {
    const file = path.join(scene.workspace, 'driftline.json');
    await writeFile(file, '{\n  "targets": {\n    "production": { "host": "local", "rot": "/srv" }\n  }\n}\n');
    const bare = await start({ trusted: true });
    await until('it is told', () => Promise.resolve(bare.diagnosticsOf('driftline.json').length > 0));
    const lines = bare.diagnosticsOf('driftline.json').map(({ range }) => range.start.line);
    expect(new Set(lines)).toEqual(new Set([2]));
    expect(JSON.stringify(bare.diagnosticsOf('driftline.json'))).toContain('rot');
  });
});

describe('who may connect', () => {
  let connections: number;
  let production: net.Server;

  beforeEach(async () => {
    connections = 0;
    // Counts whoever comes, and sends them away.
    production = net.createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => production.listen(0, '127.0.0.1', resolve));
    const { port } = production.address() as AddressInfo;
    const target = { host: '127.0.0.1', port, root: '/srv/voice', map: { 'api/src': 'src' } };
    await writeFile(path.join(scene.workspace, 'driftline.json'), JSON.stringify({ targets: { production: target } }));
  });
  afterEach(() => new Promise<void>((resolve) => production.close(() => resolve())));

  /** Everything that an editor asks by itself when a file is opened. */
  async function lookAround(bare: BareClient): Promise<void> {
    await bare.open(INDEX, await textOf(INDEX));
    const textDocument = { uri: `${bare.folder}/${INDEX}` };
    await bare.line.sendRequest('textDocument/hover', { textDocument, position: { line: 0, character: 30 } });
    await bare.line.sendRequest('textDocument/documentLink', { textDocument });
    await bare.line.sendNotification('textDocument/didSave', { textDocument });
    // Answered only after the configuration was read.
    await bare.line.sendRequest('driftline/targets', {});
  }

  it('is nobody in an untrusted workspace, whatever is asked', async () => {
    const bare = await start();
    await lookAround(bare);
    const asked = [
      bare.line.sendRequest('workspace/executeCommand', REFRESH),
      bare.line.sendRequest('driftline/refresh', {}),
      bare.line.sendRequest('driftline/pull', { paths: 'missing', preview: true }),
      bare.line.sendRequest('driftline/content', { path: 'src/index.js' }),
    ];
    for (const answer of asked) await expect(answer).rejects.toThrow('untrusted');
    expect(await bare.line.sendRequest<SessionState>('driftline/state', {})).toMatchObject({ phase: 'untrusted' });
    expect(connections).toBe(0);
  });

  it('is, behind an editor that only speaks the protocol, whoever runs the command, and only then', async () => {
    const bare = await start({ trusted: true });
    await lookAround(bare);
    expect(connections).toBe(0);
    await bare.line.sendRequest('workspace/executeCommand', REFRESH);
    expect(connections).toBe(1);
    expect(await bare.line.sendRequest<SessionState>('driftline/state', {})).toMatchObject({ phase: 'failed' });
    // Not even the next time, although the command counted as consent.
    await bare.stop();
    const again = await start({ trusted: true });
    await lookAround(again);
    expect(connections).toBe(1);
  });

  it('is, behind our own client, whom the person agreed to, and a changed configuration is asked again', async () => {
    const bare = await start({ client: 'driftline', trusted: true });
    const questions: unknown[] = [];
    let answer = false;
    bare.line.onRequest('driftline/consent', (question) => {
      questions.push(question);
      return answer;
    });
    await lookAround(bare);
    await bare.line.sendRequest('driftline/refresh', {});
    expect(questions).toHaveLength(1);
    expect(questions[0]).toMatchObject({ root: '/srv/voice', folder: scene.workspace });
    expect(connections).toBe(0);
    answer = true;
    await bare.line.sendRequest('driftline/refresh', {});
    await bare.line.sendRequest('driftline/refresh', {});
    expect(questions).toHaveLength(2);
    expect(connections).toBe(2);
    await bare.stop();

    const file = path.join(scene.workspace, 'driftline.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('/srv/voice', '/srv/other'));
    const changed = await start({ client: 'driftline', trusted: true });
    await lookAround(changed);
    await until('it waits to be asked again', async () => {
      const { phase } = await changed.line.sendRequest<SessionState>('driftline/state', {});
      return phase === 'notConnected';
    });
    expect(connections).toBe(2);
  });
});
