import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { Diagnostic, PublishDiagnosticsParams } from 'vscode-languageserver/node';
import type { InitializationOptions } from '../../server/protocol.ts';

/** The bundled language server, as `npm run build` makes it. */
const SERVER = path.resolve(import.meta.dirname, '../../dist/server.js');

export interface BareClientOptions {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly initializationOptions?: InitializationOptions;
}

/** An editor that speaks the language server protocol over standard input and output, and nothing more. */
export interface BareClient {
  readonly line: MessageConnection;
  /** The folder's URI without a slash at its end. */
  readonly folder: string;
  /** What the server logged, a line each. */
  readonly log: readonly string[];
  diagnosticsOf(relative: string): readonly Diagnostic[];
  /** Ends when the next diagnostics of a file are as they are waited for. */
  next(uri: string, isWanted: (diagnostics: readonly Diagnostic[]) => boolean): Promise<void>;
  /** Everything that has been published so far, by URI. */
  readonly published: ReadonlyMap<string, readonly Diagnostic[]>;
  open(relative: string, text: string): Promise<void>;
  /** Ends the server as the protocol says, and waits for its end. Gives its exit code. */
  stop(): Promise<number | null>;
}

export async function startBareClient(options: BareClientOptions): Promise<BareClient> {
  const child = spawn(process.execPath, [SERVER, '--stdio'], {
    env: options.environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const line = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const published = new Map<string, readonly Diagnostic[]>();
  const waitings = new Set<(uri: string, diagnostics: readonly Diagnostic[]) => void>();
  const log: string[] = [];
  line.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }: PublishDiagnosticsParams) => {
    published.set(uri, diagnostics);
    for (const waiting of waitings) waiting(uri, diagnostics);
  });
  line.onNotification('window/logMessage', ({ message }: { message: string }) => void log.push(message));
  line.listen();
  const folder = pathToFileURL(options.folder).href;
  await line.sendRequest('initialize', {
    processId: process.pid,
    rootUri: folder,
    capabilities: {},
    workspaceFolders: [{ uri: folder, name: 'workspace' }],
    initializationOptions: options.initializationOptions,
  });
  await line.sendNotification('initialized', {});
  const uriOf = (relative: string): string => `${folder}/${relative}`;
  return {
    line,
    folder,
    log,
    published,
    diagnosticsOf: (relative) => published.get(uriOf(relative)) ?? [],
    next: (wanted, isWanted) =>
      new Promise((resolve) => {
        const waiting = (uri: string, diagnostics: readonly Diagnostic[]): void => {
          if (uri !== wanted || !isWanted(diagnostics)) return;
          waitings.delete(waiting);
          resolve();
        };
        waitings.add(waiting);
      }),
    open: (relative, text) =>
      line.sendNotification('textDocument/didOpen', {
        textDocument: { uri: uriOf(relative), languageId: 'javascript', version: 1, text },
      }),
    stop: async () => {
      await line.sendRequest('shutdown');
      await line.sendNotification('exit');
      const code = await ended;
      line.dispose();
      return code;
    },
  };
}
