import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessInstance, ProcessReport } from '../../../../server/core/plan/host-report.ts';
import type { HealthSpec, Plan } from '../../../../server/core/plan/plan.ts';
import { lookBefore, LogTail, NOBODY_BEFORE, watch } from '../../../../server/host/release/watch.ts';
import type { Watched, WatchOptions } from '../../../../server/host/release/watch.ts';
import { temporaryFolder } from '../../../support/home.ts';
import { layOutPlanned } from '../../../support/planned.ts';
import type { Planned } from '../../../support/planned.ts';
import { until } from '../../../support/processes.ts';

let planned: Planned;
let server: http.Server;
let status = 200;
let asked = 0;
let onRequest: (count: number) => void;
beforeEach(async () => {
  planned = await layOutPlanned({ old: { 'a.js': 'a' }, next: { 'a.js': 'b' } });
  status = 200;
  asked = 0;
  onRequest = () => undefined;
  server = http.createServer((_, response) => {
    onRequest(++asked);
    response.writeHead(status).end('answer');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
const children: ChildProcess[] = [];
afterEach(async () => {
  planned.remove();
  await new Promise((resolve) => server.close(resolve));
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

function health(more: Partial<HealthSpec> = {}): HealthSpec {
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const probes = [{ kind: 'http', name: 'api', url, method: 'GET', headers: {}, expect: { status: 200 } }] as const;
  return { probes, outside: [], withinMs: 3_000, stableForMs: 300, ...more };
}
const instance = (more: Partial<ProcessInstance> = {}): ProcessInstance => ({
  id: '0',
  status: 'online',
  pid: process.pid,
  restarts: 3,
  uptimeMs: 0,
  mode: 'fork',
  logs: [],
  ...more,
});
const found = (...instances: ProcessInstance[]): ProcessReport => ({ state: 'found', instances });

function see(more: Partial<WatchOptions> = {}, plan: Partial<Plan> = {}): Promise<Watched> {
  return watch({
    plan: { ...planned.plan, health: health(), ...plan },
    journal: { say: () => undefined },
    logs: new LogTail([]),
    before: NOBODY_BEFORE,
    inspect: () => Promise.resolve(found(instance())),
    cancelled: () => undefined,
    mayLack: () => false,
    ...more,
  });
}
/** A process of ours that can be ended. */
function sleeper(): ChildProcess {
  const child = spawn('sleep', ['600']);
  children.push(child);
  return child;
}

describe('the watch', () => {
  it('calls an app healthy that answers and stays the same process', async () => {
    expect(await see()).toEqual({ healthy: true });
    expect(asked).toBeGreaterThan(1);
  });

  it('waits for one that is slow to answer well', async () => {
    status = 503;
    onRequest = (count) => {
      if (count === 3) status = 200;
    };
    expect(await see()).toEqual({ healthy: true });
  });

  it('begins to count anew after each answer that was wrong', async () => {
    onRequest = (count) => {
      status = count % 2 === 1 ? 200 : 500;
    };
    expect(await see({}, { health: health({ withinMs: 1_500, stableForMs: 400 }) })).toMatchObject({ healthy: false });
  });

  it('counts no time in which nobody asked the app, however slow the process manager is', async () => {
    const inspect = async (): Promise<ProcessReport> => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return found(instance());
    };
    expect(await see({ inspect }, { health: health({ stableForMs: 400 }) })).toEqual({ healthy: true });
    expect(asked).toBeGreaterThan(1);
  });

  it('ends as soon as an app has kept answering wrongly for long enough, and says what it saw', async () => {
    status = 500;
    const seen = await see({}, { health: health({ withinMs: 600_000 }) });
    expect(seen).toEqual({ healthy: false, why: 'the probe "api" keeps seeing: 500 answer' });
  });

  it('ends when the time is up, with what it saw last', async () => {
    status = 503;
    const seen = await see({}, { health: health({ withinMs: 600 }) });
    expect(seen).toEqual({ healthy: false, why: 'not healthy within 0.6 s; the probe "api" saw: 503 answer' });
  });

  it('ends when somebody wants it to', async () => {
    let rounds = 0;
    expect(await see({ cancelled: () => (++rounds > 1 ? 'said no' : undefined) })).toEqual({
      healthy: false,
      why: 'said no',
    });
  });
});

describe('the process under the watch', () => {
  it.each<[string, ProcessReport, string]>([
    ['is down', found(instance({ pid: 0, status: 'errored' })), 'the process manager says that the app is "errored"'],
    ['waits for its next try', found(instance({ pid: 0, status: 'activating (auto-restart)' })), 'auto-restart'],
    [
      'is down in one of its instances',
      found(instance(), instance({ id: '1', pid: 0, status: 'stopped' })),
      '"stopped"',
    ],
    ['is not known any more', { state: 'notFound', detail: 'PM2 has no app "api"', others: [] }, 'has no app'],
    ['has no manager any more', { state: 'noDaemon', detail: 'No PM2 daemon runs' }, 'No PM2 daemon runs'],
  ])('fails where it %s', async (_, report, why) => {
    const seen = await see({ inspect: () => Promise.resolve(report) });
    expect(seen).toMatchObject({ healthy: false });
    expect(JSON.stringify(seen)).toContain(why.replaceAll('"', '\\"'));
  });

  it('is waited for while it is being started', async () => {
    let looks = 0;
    const inspect = () => Promise.resolve(found(instance(++looks < 3 ? { pid: 0, status: 'launching' } : {})));
    expect(await see({ inspect })).toEqual({ healthy: true });
    const never = () => Promise.resolve(found(instance({ pid: 0, status: 'launching' })));
    const why = 'not healthy within 0.7 s; the process manager still starts it';
    expect(await see({ inspect: never }, { health: health({ withinMs: 700 }) })).toEqual({ healthy: false, why });
  });

  it.each([
    ['in PM2, which counts on', 3, [4, 5, 6], '2 times'],
    ['in PM2, seen late', 3, [9], '5 times'],
    ['in systemd, which counts anew with an order', 3, [0, 1, 2], '2 times'],
    ['in one that nobody asked before', undefined, [7, 8, 9], '2 times'],
  ])('fails where it is started again and again: %s', async (_, before, counts, times) => {
    const restarts = new Map(before === undefined ? [] : [['0', before]]);
    let looks = 0;
    const inspect = () =>
      Promise.resolve(found(instance({ pid: 0, status: 'launching', restarts: counts[looks++] ?? 0 })));
    const options = { before: { ...NOBODY_BEFORE, restarts }, inspect };
    expect(await see(options, { health: health({ withinMs: 600_000 }) })).toEqual({
      healthy: false,
      why: `the app exits while it starts, and was started again ${times}`,
    });
    expect(looks).toBe(counts.length);
  });

  it('may exit once while it starts', async () => {
    const counts = [4, 5];
    const inspect = () => {
      const restarts = counts.shift();
      return Promise.resolve(
        found(instance(restarts === undefined ? { restarts: 5 } : { pid: 0, status: 'launching', restarts })),
      );
    };
    const before = { ...NOBODY_BEFORE, restarts: new Map([['0', 3]]) };
    expect(await see({ before, inspect })).toEqual({ healthy: true });
  });

  it('fails as soon as it exits, whatever the probes say', async () => {
    const child = sleeper();
    onRequest = (count) => {
      if (count === 2) child.kill('SIGKILL');
    };
    const inspect = () => Promise.resolve(found(instance({ pid: child.pid ?? 0 })));
    const seen = await see({ inspect }, { health: health({ withinMs: 600_000, stableForMs: 500_000 }) });
    expect(seen).toEqual({ healthy: false, why: 'the app exited and was started again since the restart' });
  });

  it('fails where its manager has restarted it since, though it answers', async () => {
    let looks = 0;
    const inspect = () => Promise.resolve(found(instance({ restarts: 3 + looks++ })));
    expect(await see({ inspect })).toEqual({
      healthy: false,
      why: 'the app exited and was started again since the restart',
    });
  });

  it('fails where it is the very process that ran before', async () => {
    const seen = await see({ before: { ...NOBODY_BEFORE, pids: [process.pid] } });
    expect(seen).toMatchObject({
      healthy: false,
      why: `process ${process.pid} was not restarted: it still runs what it ran before`,
    });
  });

  it('is only seen to stay up where nobody is asked', async () => {
    expect(await see({}, { health: null })).toEqual({ healthy: true });
    expect(asked).toBe(0);
  });
});

describe('an answer', () => {
  it('does not count where the old process gave it', async () => {
    // This process listens, and was the app before; the new one never gets the port.
    const { port } = server.address() as AddressInfo;
    const plan = { ...planned.plan, health: health() };
    const before = lookBefore(plan, found(instance()));
    expect(before).toMatchObject({ pids: [process.pid], ports: [port] });
    const fresh = sleeper();
    const inspect = () => Promise.resolve(found(instance({ pid: fresh.pid ?? 0 })));
    const seen = await see({ before, inspect }, { health: health({ withinMs: 700 }) });
    expect(seen).toEqual({
      healthy: false,
      why: `not healthy within 0.7 s; port ${port} is answered by process ${process.pid}, which is not what was started`,
    });
  });

  it('counts where a proxy gave it, which is another program before and after', async () => {
    const app = sleeper();
    const before = lookBefore({ ...planned.plan, health: health() }, found(instance({ pid: app.pid ?? 0 })));
    expect(before).toMatchObject({ pids: [app.pid], ports: [] });
    const fresh = sleeper();
    expect(await see({ before, inspect: () => Promise.resolve(found(instance({ pid: fresh.pid ?? 0 }))) })).toEqual({
      healthy: true,
    });
  });

  it('counts where a daemon gave it that hands its connections to the app', async () => {
    // In a cluster the daemon has the socket; here that is this process, from which the worker was started.
    const { port } = server.address() as AddressInfo;
    const old = instance({ pid: sleeper().pid ?? 0, mode: 'cluster' });
    const before = lookBefore({ ...planned.plan, health: health() }, found(old));
    expect(before).toMatchObject({ pids: [old.pid], ports: [port] });
    const fresh = instance({ pid: sleeper().pid ?? 0, mode: 'cluster' });
    expect(await see({ before, inspect: () => Promise.resolve(found(fresh)) })).toEqual({ healthy: true });
  });
});

describe("the app's log", () => {
  let folder: string;
  let log: string;
  beforeEach(async () => {
    folder = await temporaryFolder('log');
    log = path.join(folder, 'error.log');
    writeFileSync(log, "Error: Cannot find module './old'\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    "Error: Cannot find module './services/freeswitch'",
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x'",
  ])('fails the release where it says %s, though every probe holds', async (line) => {
    const logs = new LogTail([log]);
    onRequest = (count) => {
      if (count === 1) appendFileSync(log, `${line}\n    at nowhere\n`);
    };
    expect(await see({ logs }, { health: health({ stableForMs: 100_000, withinMs: 600_000 }) })).toEqual({
      healthy: false,
      why: `the app's log says: ${line}`,
    });
  });

  it('may name a module that may be missing, and says no more by the code of that error', async () => {
    const logs = new LogTail([log]);
    onRequest = (count) => {
      if (count === 1) appendFileSync(log, "no images: Cannot find module 'sharp'\n  code: 'ERR_MODULE_NOT_FOUND'\n");
    };
    expect(await see({ logs, mayLack: (module) => module === 'sharp' })).toEqual({ healthy: true });
  });

  it('tells what stood in it before, and nothing that came after', () => {
    appendFileSync(log, 'x'.repeat(200_000));
    const logs = new LogTail([log]);
    appendFileSync(log, '\nnew\n');
    expect(logs.picked((line) => line.slice(0, 12))).toEqual(new Set(['Error: Canno', 'xxxxxxxxxxxx']));
  });

  it('of before the restart says nothing', async () => {
    expect(await see({ logs: new LogTail([log]) })).toEqual({ healthy: true });
  });

  it('is read from its beginning where it was rotated, by a new file or in place', () => {
    const logs = new LogTail([log]);
    renameSync(log, `${log}.1`);
    writeFileSync(log, `${'x'.repeat(200)}\nnew\n`);
    expect(logs.lines()).toEqual(['x'.repeat(200), 'new']);
    writeFileSync(log, 'newer\n');
    expect(new LogTail([log]).lines()).toEqual([]);
    expect(logs.lines()).toEqual(['newer']);
  });

  it('says nothing where it is gone, a folder or a FIFO, or huge', async () => {
    const logs = new LogTail([log, folder, path.join(folder, 'none')]);
    expect(logs.lines()).toEqual([]);
    rmSync(log);
    expect(logs.lines()).toEqual([]);
    spawn('mkfifo', [log]);
    await until('the FIFO is there', () => new LogTail([log]).lines().length === 0);
    const big = path.join(folder, 'big');
    const tail = new LogTail([big]);
    appendFileSync(big, 'a line of the log\n'.repeat(100_000));
    expect(tail.lines()).toHaveLength(40);
  });
});
