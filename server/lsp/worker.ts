import { homedir } from 'node:os';
import path from 'node:path';
import { parentPort } from 'node:worker_threads';
import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import { placesOf } from '../io/places.ts';
import { PROGRESS } from './engine.ts';
import type { EngineParams, EngineResult, EngineVerb } from './engine.ts';
import { Engine } from './engine-verbs.ts';
import { asResponseError } from './failures.ts';
import { connectPort } from './port.ts';
import { remotePerson } from './remote-person.ts';

/** The worker thread: every verb of the engine, asked by the main thread over the thread's own port. */
function start(line: MessageConnection): void {
  const engine = new Engine({
    person: remotePerson(line),
    report: (update) => void line.sendNotification(PROGRESS, update),
    home: homedir(),
    places: placesOf(process.env, homedir()),
    hostProgram: path.join(__dirname, 'host.js'),
  });
  const serve = <V extends EngineVerb>(
    verb: V,
    handle: (params: EngineParams<V>, signal: AbortSignal) => Promise<EngineResult<V>>,
  ): void => {
    line.onRequest(verb, async (params: EngineParams<V>, token: CancellationToken) => {
      const stop = new AbortController();
      const listening = token.onCancellationRequested(() => stop.abort());
      try {
        return await handle(params, stop.signal);
      } catch (error) {
        return asResponseError(error);
      } finally {
        listening.dispose();
      }
    });
  };
  serve('configs', (params) => engine.configs(params.folders));
  serve('reach', (params) => Promise.resolve(engine.reach(params)));
  serve('consented', (params) => engine.consented(params));
  serve('consent', (params) => engine.consent(params));
  serve('recall', (params, signal) => engine.recall(params, signal));
  serve('look', (params, signal) => engine.look(params, signal));
  serve('facts', (params, signal) => engine.facts(params, signal));
  serve('pull', (params, signal) => engine.pull(params, signal));
  serve('plan', (params, signal) => engine.plan(params, signal));
  serve('deploy', (params, signal) => engine.deploy(params, signal));
  serve('rollback', (params, signal) => engine.rollback(params, signal));
  serve('releases', (params, signal) => engine.releases(params, signal));
  serve('propose', (params) => engine.propose(params.folder));
  serve('init', (params) => engine.init(params));
  serve('content', (params, signal) => engine.content(params, signal));
  line.listen();
}

if (parentPort === null) throw new Error('worker.ts runs in a worker thread');
start(connectPort(parentPort));
