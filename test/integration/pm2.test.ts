import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Pm2 } from '../../server/host/release/pm2.ts';
import { lookBefore, LogTail, watch } from '../../server/host/release/watch.ts';
import type { Watched } from '../../server/host/release/watch.ts';
import { temporaryFolder } from '../support/home.ts';
import { freePort } from '../support/net.ts';
import { planFor } from '../support/planned.ts';
import { startPm2 } from '../support/pm2.ts';
import type { Pm2 as RealPm2 } from '../support/pm2.ts';
import { until } from '../support/processes.ts';

const ANSWERS = `require('http').createServer((_, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));\n`;
const THROWS = `throw new Error('cannot start');\n`;
const THROWS_LATE = `setTimeout(() => { ${THROWS} }, 300);\n`;
/** What it needs to be told only once. */
const ENDS_ONCE = `const fs = require('fs');
if (fs.existsSync('begun')) { ${ANSWERS} } else { fs.writeFileSync('begun', ''); process.exit(1); }
`;

let folder: string;
let root: string;
let script: string;
let port: number;
let real: RealPm2;
let manager: Pm2;
beforeEach(async () => {
  folder = await temporaryFolder('real-pm2');
  root = path.join(folder, 'app');
  mkdirSync(root);
  script = path.join(root, 'index.js');
  writeFileSync(script, ANSWERS);
  port = await freePort();
  real = await startPm2({ home: folder });
  manager = new Pm2({ kind: 'pm2', name: 'api', home: real.home }, root);
});
afterEach(async () => {
  await real.stop();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (more: Readonly<Record<string, unknown>>): Promise<void> => {
  await real.start({ name: 'api', script, cwd: root, port, environment: { TOKEN: 'old' }, more });
  // From here on it has read its script.
  await until('the app answers', () => answers());
};
const answers = async (): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/`)).ok;
  } catch {
    return false; // Nobody listens yet.
  }
};

describe('an app that was restarted', () => {
  /** Restarts it with another version, and watches that as a release does, with more patience than any test has. */
  async function release(version: string): Promise<Watched> {
    writeFileSync(script, version);
    const url = `http://127.0.0.1:${port}/`;
    const probe = { kind: 'http', name: 'api', url, method: 'GET', headers: {}, expect: { status: 200 } } as const;
    const health = { probes: [probe], outside: [], withinMs: 3_600_000, stableForMs: 500 };
    const plan = { ...planFor(root, {}), health };
    const before = lookBefore(plan, await manager.inspect());
    await manager.restart();
    return watch({
      plan,
      journal: { say: () => undefined },
      logs: new LogTail([]),
      before,
      inspect: () => manager.inspect(),
      mayLack: () => false,
      cancelled: () => undefined,
    });
  }

  it.each([
    ['at once, in a fork', {}, THROWS],
    ['after a moment, in a fork', {}, THROWS_LATE],
    ['after a moment, in a cluster', { exec_mode: 'cluster', instances: 2 }, THROWS_LATE],
    ['at once, where PM2 waits for its word', { wait_ready: true, listen_timeout: 1000 }, THROWS],
    ['after a moment, where PM2 waits for its word', { wait_ready: true, listen_timeout: 1000 }, THROWS_LATE],
    ['at once, where PM2 waits before it starts it again', { restart_delay: 3_600_000 }, THROWS],
    ['and is not started again', { autorestart: false }, THROWS],
  ])('fails as soon as it is certain that it does not start: %s', async (_, more, version) => {
    await start(more);
    const seen = await release(version);
    expect(seen.healthy ? 'healthy' : seen.why).toMatch(/started again|"(errored|stopped|waiting restart)"/);
  });

  it.each([{ restart_delay: 3_600_000 }, { exp_backoff_restart_delay: 100 }, {}])(
    'is restarted with the old version however PM2 treats one that crashes: %j',
    async (more) => {
      await start(more);
      expect(await release(THROWS)).toMatchObject({ healthy: false });
      writeFileSync(script, ANSWERS);
      await manager.restore(undefined);
      await until('the old version answers', () => answers());
      expect(await real.list()).toMatchObject([{ status: 'online' }]);
    },
  );

  it('may exit once while it starts', async () => {
    await start({ wait_ready: true, listen_timeout: 2000 });
    expect(await release(ENDS_ONCE)).toEqual({ healthy: true });
    const [app] = await real.list();
    expect(app).toMatchObject({ status: 'online', restarts: 2 });
  });
});

describe('an app that PM2 has lost', () => {
  it.each([
    [
      'a fork',
      {
        args: ['--verbose', 'two words'],
        node_args: ['--max-old-space-size=200', '--no-warnings'],
        max_restarts: 7,
        min_uptime: '2s',
        max_memory_restart: '300M',
        restart_delay: 400,
        stop_exit_codes: [0, 3],
        cron_restart: '0 3 * * *',
        watch: ['config'],
        ignore_watch: ['node_modules', '*.log'],
        watch_options: { followSymlinks: false },
        watch_delay: 300,
        autorestart: true,
        kill_timeout: 2500,
        shutdown_with_message: true,
        treekill: false,
        vizion: false,
        time: true,
        log_date_format: 'YYYY',
        env_staging: { TOKEN: 'staging' },
        source_map_support: false,
        pmx: false,
      },
    ],
    [
      'a cluster',
      {
        exec_mode: 'cluster',
        instances: 2,
        wait_ready: true,
        listen_timeout: 4000,
        merge_logs: true,
        instance_var: 'WORKER',
        increment_var: 'NUMBER',
        exp_backoff_restart_delay: 150,
        log_type: 'json',
        namespace: 'voices',
      },
    ],
    ['one by an interpreter of its own', { interpreter: process.execPath, autorestart: false, disable_logs: true }],
  ])('comes back with all that PM2 knew of it: %s', async (_, more) => {
    const log = (name: string): string => path.join(folder, `${name}.log`);
    await start({ out_file: log('out'), error_file: log('error'), log_file: log('both'), ...more });
    const definition = path.join(folder, 'process.json');
    writeFileSync(definition, (await manager.definition()) ?? '');
    const before = known(await real.run('jlist'));
    await real.run('delete', 'all');
    await manager.restore(definition);
    expect(known(await real.run('jlist'))).toEqual(before);
  });

  /** PM2's list without what is of a run, or told by the app while it runs. */
  function known(list: string): unknown {
    const apps = JSON.parse(list.split('\n').findLast((line) => line.startsWith('[')) ?? '') as { pm2_env: object }[]; // PM2's own.
    const ofARun = /^(created_at|pm_uptime|pm_id|pm_pid_path|status|unique_id|node_version|version|versioning|axm_.*)$/;
    return apps.map(({ pm2_env }): unknown =>
      JSON.parse(JSON.stringify(pm2_env, (key, value: unknown) => (ofARun.test(key) ? undefined : value))),
    );
  }
});
