import type { CancellationToken, Connection } from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import type { DriftEntry } from '../core/drift/drift.ts';
import { Selection } from '../core/tree/selection.ts';
import type { DeployResult } from '../app/results.ts';
import type { ClientRequests, DeployReport } from '../protocol.ts';
import { fileOf, uriOf } from './diagnostics.ts';
import { driftItem, driftView } from './drift-view.ts';
import type { EngineClient } from './engine-client.ts';
import { asResponseError, Cancelled, NotReady } from './failures.ts';
import { deployReport, planReport, pullReport, releaseLines } from './reports.ts';
import type { TargetName } from './engine.ts';
import type { Session } from './session.ts';

/** Our own requests of the client, each answered from the session or by the worker. */
export function serveRequests(connection: Connection, session: Session, engine: EngineClient): void {
  const serve = <M extends keyof ClientRequests>(
    method: M,
    handle: (
      params: ClientRequests[M]['params'],
      token: CancellationToken,
    ) => ClientRequests[M]['result'] | Promise<ClientRequests[M]['result']>,
  ): void => {
    connection.onRequest(method, async (params: ClientRequests[M]['params'], token: CancellationToken) => {
      try {
        await session.configsRead();
        return await handle(params, token);
      } catch (error) {
        return asResponseError(error);
      }
    });
  };
  const uriOfLocal = (local: string): string => session.uriOfLocal(local);

  serve('driftline/state', () => session.state());
  serve('driftline/targets', () => ({ targets: session.targets() }));
  serve('driftline/drift', () => driftView(session.look?.audit.entries ?? [], uriOfLocal));
  serve('driftline/refresh', async (_params, token) => {
    await session.refresh(token);
    return session.state();
  });
  serve('driftline/chooseTarget', async ({ id }) => {
    await session.choose(id);
    return session.state();
  });
  serve('driftline/content', ({ path }, token) => engine.ask('content', { ...session.ready(), path }, token));
  serve('driftline/locate', async (params, token) => {
    await session.looked(token);
    const local = 'uri' in params ? localOf(session, params.uri) : undefined;
    const isIt = (candidate: DriftEntry): boolean =>
      'path' in params ? candidate.path === params.path : candidate.local === local;
    const entry = session.entry((candidate) => isIt(candidate) && candidate.kind !== 'same');
    return entry === undefined ? null : driftItem(entry, uriOfLocal);
  });
  serve('driftline/pull', async ({ paths, preview }, token) => {
    const result = await engine.ask('pull', { ...(await agreed(session, token)), paths, preview }, token);
    if (result.done) await session.recall();
    return pullReport(result, uriOfLocal);
  });
  serve('driftline/plan', async ({ deletes }, token) => {
    const planned = await engine.ask('plan', { ...(await agreed(session, token)), deletes }, token);
    return planReport(planned, session.target?.protected === true);
  });
  serve('driftline/deploy', async ({ plan }, token) =>
    tellChange(session, await engine.ask('deploy', { ...(await agreed(session, token)), plan }, token)),
  );
  serve('driftline/rollback', async (params, token) =>
    tellChange(session, await engine.ask('rollback', { ...(await agreed(session, token)), ...params }, token)),
  );
  serve('driftline/releases', async (_params, token) => {
    const listed = await engine.ask('releases', await agreed(session, token), token);
    return { releases: releaseLines(listed) };
  });
  serve('driftline/propose', ({ folder }, token) => engine.ask('propose', { folder: folderOf(folder) }, token));
  serve('driftline/init', async (params, token) => {
    const { file } = await engine.ask('init', { ...params, folder: folderOf(params.folder) }, token);
    await session.readConfigs();
    return { uri: uriOf(file) };
  });
  serve('driftline/managed', ({ uris }) => ({ uris: uris.filter((uri) => isManaged(session, uri)) }));
}

/** A person who does not agree has ended the verb: nothing is wrong. */
async function agreed(session: Session, token: CancellationToken): Promise<TargetName> {
  const name = await session.agreed(token);
  if (name === undefined) throw new Cancelled();
  return name;
}

/** Production is another one after a release: it is looked at again before the outcome is told. */
async function tellChange(session: Session, result: DeployResult): Promise<DeployReport> {
  if (result.release !== null) await session.afterChange();
  return deployReport(result);
}

function folderOf(uri: string): string {
  const folder = fileOf(uri);
  if (folder === undefined) throw new NotReady(`${uri} is no folder on a disk.`, 'Open one that is.');
  return folder;
}

function localOf(session: Session, uri: string): string | undefined {
  const file = fileOf(URI.parse(uri).toString());
  return file === undefined ? undefined : session.inConfigFolder(file);
}

function isManaged(session: Session, uri: string): boolean {
  const local = localOf(session, uri);
  const { target } = session;
  return local !== undefined && target !== undefined && new Selection(target.rules).toProduction(local).managed;
}
