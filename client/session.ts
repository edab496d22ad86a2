import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type {
  ClientNotifications,
  ClientRequests,
  InitializationOptions,
  ServerNotifications,
  SessionState,
} from '../server/protocol.ts';
import { answerQuestions } from './person.ts';
import type { Redactor } from './redact.ts';

/** Languages whose files have imports that Node follows, and the configuration. */
const DOCUMENTS = [
  { scheme: 'file', language: 'javascript' },
  { scheme: 'file', language: 'javascriptreact' },
  { scheme: 'file', language: 'typescript' },
  { scheme: 'file', language: 'typescriptreact' },
  { scheme: 'file', pattern: '**/driftline.json' },
];

const UNKNOWN: SessionState = { phase: 'looking', counts: { differing: 0, productionOnly: 0, needed: 0 } };

/** The language server as the rest of the client sees it: started at the first question, asked by typed methods. */
export class Session implements vscode.Disposable {
  readonly #stateChanged = new vscode.EventEmitter<SessionState>();
  readonly onStateChanged = this.#stateChanged.event;
  readonly #progress = new vscode.EventEmitter<ServerNotifications['driftline/progress']>();
  readonly onProgress = this.#progress.event;
  #state = UNKNOWN;
  #client: Promise<LanguageClient> | undefined;

  constructor(
    readonly context: vscode.ExtensionContext,
    readonly log: vscode.LogOutputChannel,
    readonly redactor: Redactor,
  ) {}

  get state(): SessionState {
    return this.#state;
  }

  /** Starts the server, if it does not run yet. */
  start(): Promise<LanguageClient> {
    this.#client ??= this.#start().catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async ask<M extends keyof ClientRequests>(
    method: M,
    params: ClientRequests[M]['params'],
    token?: vscode.CancellationToken,
  ): Promise<ClientRequests[M]['result']> {
    const client = await this.start();
    // A token that is not there would be sent as one more parameter.
    return token === undefined
      ? client.sendRequest<ClientRequests[M]['result']>(method, params)
      : client.sendRequest<ClientRequests[M]['result']>(method, params, token);
  }

  async tell<M extends keyof ClientNotifications>(method: M, params: ClientNotifications[M]): Promise<void> {
    await (await this.start()).sendNotification(method, params);
  }

  async stop(): Promise<void> {
    const client = await this.#client;
    await client?.stop();
  }

  dispose(): void {
    this.#stateChanged.dispose();
    this.#progress.dispose();
  }

  async #start(): Promise<LanguageClient> {
    // Loaded here, not at activation: a window that never looks at Driftline does not pay for it.
    const { LanguageClient, TransportKind } = await import('vscode-languageclient/node');
    const options: InitializationOptions = { client: 'driftline', trusted: vscode.workspace.isTrusted };
    const module = this.context.asAbsolutePath('dist/server.js');
    const client = new LanguageClient(
      'driftline',
      'Driftline',
      { module, transport: TransportKind.ipc },
      { documentSelector: DOCUMENTS, initializationOptions: options, outputChannel: this.log },
    );
    answerQuestions(client, this.redactor);
    client.onNotification('driftline/stateChanged', (state: SessionState) => this.#show(state));
    client.onNotification('driftline/progress', (update: ServerNotifications['driftline/progress']) =>
      this.#progress.fire(update),
    );
    await client.start();
    this.#show(await client.sendRequest<SessionState>('driftline/state', {}));
    return client;
  }

  #show(state: SessionState): void {
    this.#state = state;
    this.#stateChanged.fire(state);
  }
}
