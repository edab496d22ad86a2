import {
  CodeActionKind,
  createConnection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  ProposedFeatures,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import type { Connection, InitializeParams, InitializeResult } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { readInitializationOptions } from '../protocol.ts';
import type { Questions } from '../protocol.ts';
import { codeActions } from './code-actions.ts';
import { DiagnosticBoard, fileOf } from './diagnostics.ts';
import type { Manner } from './diagnostics.ts';
import { EngineClient } from './engine-client.ts';
import { asResponseError, NotReady } from './failures.ts';
import { definition, documentLinks, hover } from './links-shown.ts';
import { LiveDiagnostics } from './live-diagnostics.ts';
import { serveRequests } from './requests.ts';
import { Session } from './session.ts';
import { readSeverities } from './severities.ts';
import type { Severities } from './severities.ts';

/** Changes of these files, however made, may change a verdict. */
const WATCHED = '**/{driftline.json,package.json,*.js,*.mjs,*.cjs,*.ts,*.mts,*.cts,*.jsx,*.tsx}';
const SETTLE_MS = 300;

/** Starts the language server on the transport that the command line names (`--node-ipc`, `--stdio`), and serves until it is closed. */
export function startServer(): void {
  serve(createConnection(ProposedFeatures.all));
}

/** The main thread: protocol, buffers and questions to the graph. Everything that takes time is asked of the worker. */
export function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const board = new DiagnosticBoard((uri, diagnostics) => void connection.sendDiagnostics({ uri, diagnostics }));
  let hasPerson = false;
  let severities: Severities = new Map();
  let initialize: InitializeParams | undefined;

  const engine = new EngineClient({
    answer: async <Q extends keyof Questions>(question: Q, params: Questions[Q]['params']) => {
      if (hasPerson) return connection.sendRequest<Questions[Q]['result']>(question, params);
      throw new NotReady('This needs a person to answer, and this editor cannot ask.', COMMAND_LINE[question]);
    },
    progress: (note) => {
      if (hasPerson) void connection.sendNotification('driftline/progress', note);
    },
    log: (line) => connection.console.warn(line),
  });
  const session: Session = new Session(engine, {
    stateChanged: (state) => {
      if (hasPerson) void connection.sendNotification('driftline/stateChanged', state);
    },
    graphComing: (graph) => live.prepare(graph),
    lookChanged: () => live.lookChanged(),
    configsChanged: (problems) => live.configsChanged(problems),
  });
  const manner = (): Manner => ({ ours: hasPerson, severities });
  const live: LiveDiagnostics = new LiveDiagnostics(session, documents, board, (error) => tell(error), manner);
  const tell = (error: unknown): void => {
    if (!isCancelled(error)) connection.console.error(asResponseError(error).message);
  };

  /** An editor that cannot be asked for its settings has the defaults. */
  const readSettings = async (): Promise<void> => {
    if (initialize?.capabilities.workspace?.configuration !== true) return;
    severities = readSeverities(await connection.workspace.getConfiguration('driftline.severity'));
    live.lookChanged();
  };

  connection.onInitialize((params) => {
    initialize = params;
    hasPerson = 'client' in readInitializationOptions(params.initializationOptions);
    return CAPABILITIES;
  });
  connection.onInitialized(() => {
    if (initialize === undefined) return;
    if (initialize.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true) {
      connection.client
        .register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: WATCHED }] })
        .catch(tell);
    }
    if (initialize.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration === true) {
      connection.client.register(DidChangeConfigurationNotification.type, { section: 'driftline' }).catch(tell);
    }
    readSettings().catch(tell);
    const { trusted } = readInitializationOptions(initialize.initializationOptions);
    const folders = initialize.workspaceFolders ?? [];
    session
      .open(
        folders.map((folder) => fileOf(folder.uri)).filter((file) => file !== undefined),
        { trusted, announced: hasPerson },
      )
      .catch(tell);
  });
  connection.onDidChangeConfiguration(() => readSettings().catch(tell));
  connection.onDidChangeWatchedFiles(({ changes }) => changed(changes.map((change) => change.uri)));
  documents.onDidSave(({ document }) => changed([document.uri]));
  connection.onShutdown(() => engine.stop());

  // One look for a burst of changes: a checkout touches many files at once.
  let waiting: NodeJS.Timeout | undefined;
  let configs = false;
  const changed = (uris: readonly string[]): void => {
    configs ||= uris.some((uri) => uri.endsWith('/driftline.json'));
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const work = configs ? session.readConfigs() : session.recall();
      configs = false;
      work.catch(tell);
    }, SETTLE_MS);
  };

  // The fixes are commands of our client; another editor has none of that name.
  connection.onCodeAction((params) =>
    hasPerson ? codeActions(params.context.diagnostics, session.state().counts.needed) : [],
  );
  connection.onHover((params, token) => hover(session, params, token).catch(asEmpty(tell, null)));
  connection.onDocumentLinks((params, token) =>
    documentLinks(session, params, manner(), token).catch(asEmpty(tell, [])),
  );
  connection.onDefinition(async (params, token) => {
    const found = await definition(session, params, manner(), token).catch(asEmpty(tell, []));
    if (initialize?.capabilities.textDocument?.definition?.linkSupport === true) return found;
    return found.map(({ targetUri, targetRange }) => ({ uri: targetUri, range: targetRange }));
  });
  connection.onExecuteCommand(async ({ command }, token) => {
    await session.configsRead();
    if (command === 'driftline.server.refresh') await session.refresh(token);
  });
  serveRequests(connection, session, engine);
  connection.onNotification('driftline/trusted', () => void session.trust().catch(tell));

  documents.listen(connection);
  connection.listen();
}

/** Without somebody to ask, the command line is where a person can answer. */
const COMMAND_LINE: Readonly<Record<keyof Questions, string>> = {
  'driftline/confirmHostKey': 'Run "driftline doctor" in a terminal, which shows the host key and asks.',
  'driftline/secret': 'Load the key into an SSH agent, or run "driftline doctor" in a terminal.',
  'driftline/confirm': 'Run the verb in a terminal: "driftline deploy", "driftline pull", "driftline rollback".',
  'driftline/consent': 'Run "driftline audit" in a terminal.',
};

const CAPABILITIES: InitializeResult = {
  capabilities: {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
    hoverProvider: true,
    definitionProvider: true,
    documentLinkProvider: { resolveProvider: false },
    executeCommandProvider: { commands: ['driftline.server.refresh'] },
    workspace: { workspaceFolders: { supported: true } },
  },
};

function isCancelled(error: unknown): boolean {
  return error instanceof ResponseError && error.code === -32800;
}

/** What an editor asks while somebody types may fail quietly: it is asked again, and the log says why. */
function asEmpty<T>(tell: (error: unknown) => void, empty: T): (error: unknown) => T {
  return (error) => {
    tell(error);
    return empty;
  };
}
