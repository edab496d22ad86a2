import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCli } from '../story/cli.ts';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';

/** So many that a second thread helps reading them. */
const MODULES = 600;

let folder: string;
let workspace: string;
let home: TemporaryHome;

beforeAll(async () => {
  folder = await temporaryFolder('many');
  home = await temporaryHome();
  workspace = path.join(folder, 'workspace');
  mkdirSync(path.join(folder, 'production'));
  mkdirSync(path.join(workspace, 'src'), { recursive: true });
  for (let at = 0; at < MODULES; at++) {
    const extension = at % 50 === 0 ? 'ts' : 'js';
    const text = extension === 'ts' ? `import { x } from './gone-${at}';\nx();\n` : `\nrequire('./gone-${at}');\n`;
    writeFileSync(path.join(workspace, `src/${String(at).padStart(3, '0')}.${extension}`), text);
  }
  writeFileSync(path.join(workspace, 'src/binary.js'), Buffer.from([0, 1, 2, 255]));
  writeFileSync(path.join(workspace, 'src/huge.js'), '//'.padEnd(9 * 1024 * 1024));
  writeFileSync(
    path.join(workspace, 'driftline.json'),
    JSON.stringify({ targets: { production: { host: 'local', root: path.join(folder, 'production') } } }),
  );
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await home.remove();
});

interface Checked {
  readonly findings: readonly { file: { path: string }; range: { start: { line: number } }; specifier: string }[];
  readonly notJudged: readonly { path: string; reason: string }[];
}

async function check(): Promise<Checked> {
  const { stdout } = await startCli(['check', '--format', 'json'], {
    cwd: workspace,
    environment: home.environment(),
  }).ended;
  return JSON.parse(stdout) as Checked;
}

describe('a check of many modules', () => {
  it('finds in each what is its own, at its place, and names what is no module; warm as cold', async () => {
    const cold = await check();
    expect(cold.findings.map(({ file, specifier, range }) => [file.path, specifier, range.start.line])).toEqual(
      Array.from({ length: MODULES }, (_, at) => {
        const isSource = at % 50 === 0;
        const name = `src/${String(at).padStart(3, '0')}.${isSource ? 'ts' : 'js'}`;
        return [name, `./gone-${at}`, isSource ? 0 : 1];
      }).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    );
    expect(cold.notJudged.map(({ path: name }) => name).sort()).toEqual(['src/binary.js', 'src/huge.js']);
    const warm = await check();
    expect(warm.findings).toEqual(cold.findings);
    expect(warm.notJudged).toEqual(cold.notJudged);
  });
});
