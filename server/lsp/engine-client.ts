import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { CancellationToken } from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { Questions } from '../protocol.ts';
import { PROGRESS } from './engine.ts';
import type { EngineParams, EngineResult, EngineVerb, ProgressNote } from './engine.ts';
import { asResponseError, failureName, ServerTrouble } from './failures.ts';
import { connectPort } from './port.ts';

/** Who answers the worker's questions and hears its progress. */
export interface EngineListener {
  answer<Q extends keyof Questions>(question: Q, params: Questions[Q]['params']): Promise<Questions[Q]['result']>;
  progress(update: ProgressNote): void;
  log(line: string): void;
}

const QUESTIONS = [
  'driftline/confirmHostKey',
  'driftline/secret',
  'driftline/confirm',
  'driftline/consent',
] as const satisfies readonly (keyof Questions)[];

/** What changes nothing on the host is asked once more where the line was lost: mostly while nobody used it, as on a laptop that slept. */
const READING: ReadonlySet<EngineVerb> = new Set<EngineVerb>(['look', 'content', 'pull', 'plan', 'releases']);

interface Running {
  readonly worker: Worker;
  readonly line: MessageConnection;
  /** Rejects when the worker dies. */
  readonly death: Promise<never>;
}

/** The worker from the main thread's side. A worker that dies ends its requests with an error; the next request starts another. */
export class EngineClient {
  #running: Running | undefined;

  constructor(
    readonly listener: EngineListener,
    /** The bundled worker lies beside whoever runs this. */
    readonly program = path.join(__dirname, 'worker.js'),
  ) {}

  async ask<V extends EngineVerb>(
    verb: V,
    params: EngineParams<V>,
    token = CancellationToken.None,
  ): Promise<EngineResult<V>> {
    try {
      return await this.#askOnce(verb, params, token);
    } catch (error) {
      const wasLost = failureName(error) === 'LineDropped';
      if (!wasLost || !READING.has(verb) || token.isCancellationRequested) throw error;
      return this.#askOnce(verb, params, token);
    }
  }

  async #askOnce<V extends EngineVerb>(
    verb: V,
    params: EngineParams<V>,
    token: CancellationToken,
  ): Promise<EngineResult<V>> {
    const { line, death } = (this.#running ??= this.#start());
    try {
      return await Promise.race([line.sendRequest<EngineResult<V>>(verb, params, token), death]);
    } catch (error) {
      throw asResponseError(error);
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.line.dispose();
    await running?.worker.terminate();
  }

  #start(): Running {
    const worker = new Worker(this.program);
    const line = connectPort(worker);
    for (const question of QUESTIONS) this.#answer(line, question);
    line.onNotification(PROGRESS, (update: ProgressNote) => this.listener.progress(update));
    line.listen();

    const death = new Promise<never>((_resolve, reject) => {
      const die = (how: string): void => {
        if (this.#running?.worker === worker) {
          this.#running = undefined;
          this.listener.log(`the worker ended: ${how}`);
        }
        line.dispose();
        reject(
          new ServerTrouble(
            `Driftline's worker ended in the middle of this: ${how}.`,
            'Try again; if it happens twice, report the output.',
          ),
        );
      };
      worker.once('error', (error: Error) => die(error.stack ?? error.message));
      worker.once('exit', (code) => die(`status ${code}`));
    });
    // Nobody may be waiting when it dies; whoever is, is told by the race.
    death.catch(() => undefined);
    return { worker, line, death };
  }

  #answer(line: MessageConnection, question: keyof Questions): void {
    line.onRequest(question, (params: Questions[typeof question]['params']) => this.listener.answer(question, params));
  }
}
