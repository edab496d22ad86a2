import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCli } from '../story/cli.ts';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';

let folder: string;
let home: TemporaryHome;

beforeAll(async () => {
  folder = await temporaryFolder('forgetful');
  home = await temporaryHome();
  for (const name of ['workspace', 'production']) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, 'workspace/index.js'), 'module.exports = 2;\n');
  writeFileSync(path.join(folder, 'production/index.js'), 'module.exports = 1;\n');
  const health = { probes: [{ name: 'loads', command: 'node index.js' }], within: '5s', stableFor: '0s' };
  const target = { host: 'local', root: path.join(folder, 'production'), process: { restart: 'true' }, health };
  writeFileSync(path.join(folder, 'workspace/driftline.json'), JSON.stringify({ targets: { production: target } }));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await home.remove();
});

describe('a machine on which nothing can be written down', () => {
  it('deploys all the same, says so, and hears from the host what it did', async () => {
    const environment = home.environment();
    for (const place of ['.cache', '.local/state']) {
      mkdirSync(path.dirname(path.join(home.folder, place)), { recursive: true });
      symlinkSync('/nowhere/at/all', path.join(home.folder, place));
    }
    const run = (...words: string[]) => startCli(words, { cwd: path.join(folder, 'workspace'), environment }).ended;
    const accept = ['--accept', 'hotfix-overwritten', '--reason', 'a test'];
    const { status, stdout, stderr } = await run('deploy', '--yes', ...accept, '--format', 'json');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'deployed' });
    expect(status).toBe(0);
    expect(readFileSync(path.join(folder, 'production/index.js'), 'utf8')).toBe('module.exports = 2;\n');
    // A change after it is ours to make, and no hotfix: the host's release says who wrote the old content.
    writeFileSync(path.join(folder, 'workspace/index.js'), 'module.exports = 3;\n');
    const audit = JSON.parse((await run('audit', '--format', 'json')).stdout) as { entries: unknown[] };
    expect(audit.entries).toMatchObject([{ path: 'index.js', kind: 'changedHere' }]);
  });
});
