import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCli } from '../story/cli.ts';
import type { CliResult } from '../story/cli.ts';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';

let folder: string;
let home: TemporaryHome;

beforeAll(async () => {
  folder = await temporaryFolder('typed');
  home = await temporaryHome();
  for (const name of ['workspace/api/src/routes', 'production/src/db'])
    mkdirSync(path.join(folder, name), { recursive: true });
  // Upward to the repository's top, a configuration is looked for.
  execFileSync('git', ['init', '--quiet', path.join(folder, 'workspace')]);
  writeFileSync(path.join(folder, 'workspace/api/src/routes/a.js'), '// here\n');
  for (const name of ['x', 'y', 'z']) writeFileSync(path.join(folder, `production/src/db/${name}.js`), `// ${name}\n`);
  const target = { host: 'local', root: path.join(folder, 'production'), map: { 'api/src': 'src' } };
  writeFileSync(path.join(folder, 'workspace/driftline.json'), JSON.stringify({ targets: { production: target } }));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await home.remove();
});

/** As a person would type it, in this folder of the workspace. */
function typed(cwd: string, ...words: string[]): Promise<CliResult> {
  return startCli(words, { cwd: path.join(folder, 'workspace', cwd), environment: home.environment() }).ended;
}

const isHere = (name: string): boolean => existsSync(path.join(folder, 'workspace/api/src/db', name));

describe('a path that is only on production', () => {
  it('is pulled as it is typed from a folder below the config, and as production has it', async () => {
    expect(await typed('api/src', 'pull', '--yes', 'db/x.js')).toMatchObject({ status: 0 });
    expect(isHere('x.js')).toBe(true);
    expect(await typed('api/src', 'pull', '--yes', 'src/db/y.js')).toMatchObject({ status: 0 });
    expect([isHere('y.js'), isHere('z.js')]).toEqual([true, false]);
    expect(await typed('api/src', 'pull', '--yes', 'db/gone.js')).toMatchObject({ status: 2 });
  });

  it('is what a plan deletes, named from where the shell stands', async () => {
    const { stdout } = await typed('api/src/routes', 'plan', '--delete', '../db/z.js', '--format', 'json');
    const { plan } = JSON.parse(stdout) as { plan: { operations: { kind: string; path: string }[] } };
    expect(plan.operations.filter(({ kind }) => kind === 'delete').map((each) => each.path)).toEqual(['src/db/z.js']);
  });
});
