import { describe, expect, it } from 'vitest';
import { mergedDefinitions, parseList } from '../../../../server/host/release/pm2.ts';

const app = (env: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  name: 'api',
  pm_id: 3,
  pid: 77,
  pm2_env: {
    status: 'online',
    restart_time: 2,
    pm_uptime: 1,
    exec_mode: 'fork_mode',
    pm_exec_path: '/srv/a.js',
    pm_cwd: '/srv',
    ...env,
  },
  ...more,
});
const one = (...apps: unknown[]) => parseList(JSON.stringify(apps))[0];

describe('what pm2 jlist prints', () => {
  it('is read past its art and notices, whatever they hold', () => {
    const noise = [
      '',
      ' -------------',
      '__/\\\\\\\\\\ [PM2] Spawning',
      '[PM2] done',
      '[]x',
      '>>>> In-memory PM2 is out-of-date',
      '',
    ].join('\n');
    expect(parseList(`${noise}\n${JSON.stringify([app()])}\n`)).toHaveLength(1);
    expect(parseList(`${noise}\n[]\n`)).toEqual([]);
  });
  it.each(['', '\n', 'no list', '[PM2] nothing', '{"name":"api"}'])('is no list in %j', (output) => {
    expect(() => parseList(output)).toThrow('printed no list');
  });
  it('is refused where it is cut', () => {
    expect(() => parseList(JSON.stringify([app()]).slice(0, -5))).toThrow('no JSON');
  });
  it('gives listed fields only: environments, secrets included, stay out of what leaves the host', () => {
    const listed = one(app({ env: { TOKEN: 's3cr3t' }, TOKEN: 's3cr3t' }));
    expect(JSON.stringify(listed?.instance)).not.toContain('s3cr3t');
    expect(listed?.instance).toMatchObject({
      id: '3',
      status: 'online',
      pid: 77,
      restarts: 2,
      mode: 'fork',
      script: '/srv/a.js',
    });
  });
  it('counts no process as running that is not online', () => {
    for (const status of ['stopped', 'errored', 'launching', 'stopping', 'waiting restart']) {
      expect(one(app({ status }))?.instance.pid).toBe(0);
    }
    expect(one(app({}, { pid: 0 }))?.instance.pid).toBe(0);
  });
  it('passes over what is no app, and takes no field of a wrong type', () => {
    expect(
      parseList(
        JSON.stringify([
          {},
          { name: 1 },
          { name: 'x', pm_id: '1', pm2_env: {} },
          { name: 'x', pm_id: 1, pm2_env: null },
        ]),
      ),
    ).toEqual([]);
    const odd = one(
      app(
        { status: 7, restart_time: 'many', pm_exec_path: {}, pm_cwd: [], pm_err_log_path: 5, pm_uptime: '1' },
        { pid: '77' },
      ),
    );
    expect(odd?.instance).toEqual({
      id: '3',
      status: 'unknown',
      pid: 0,
      restarts: 0,
      uptimeMs: 0,
      mode: 'fork',
      logs: [],
    });
  });
});

describe('a definition', () => {
  it('says once how many instances a cluster has, and starts them as they were', () => {
    const cluster = [0, 1, 2].map((pm_id) =>
      app({ exec_mode: 'cluster_mode', node_args: ['--inspect'], args: ['x'], env: { A: '1' } }, { pm_id }),
    );
    expect(mergedDefinitions(parseList(JSON.stringify(cluster)))).toEqual([
      {
        name: 'api',
        namespace: 'default',
        script: '/srv/a.js',
        cwd: '/srv',
        args: ['x'],
        node_args: ['--inspect'],
        exec_mode: 'cluster_mode',
        env: { A: '1' },
        instances: 3,
      },
    ]);
  });
});
