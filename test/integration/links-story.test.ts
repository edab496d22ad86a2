import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModule } from '../../server/io/modules.ts';
import { copyFiles, fetchApplications } from '../links/applications.ts';
import { askNode } from '../links/judge.ts';
import type { Question } from '../links/judge.ts';
import { filesBelow, randomFrom } from '../links/mutate.ts';
import { startCli } from '../story/cli.ts';
import type { CliResult } from '../story/cli.ts';
import { temporaryFolder, temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';

const REMOVED = 12;

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly file: { readonly path: string };
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
  readonly specifier?: string;
}

/** The story once more, on an application that nobody wrote for this: ghost's server is production, a dozen files are missing here. */
describe('ghost with files that only production has', () => {
  let home: TemporaryHome;
  let folder: string;
  let here: string;
  let there: string;
  let removed: string[];

  const driftline = (...words: string[]): Promise<CliResult> =>
    startCli(words, { cwd: here, environment: home.environment() }).ended;

  async function check(): Promise<{ status: number | null; findings: Found[] }> {
    const { status, stdout, stderr } = await driftline('check', '--format', 'json');
    if (stdout === '') throw new Error(stderr);
    return { status, findings: (JSON.parse(stdout) as { findings: Found[] }).findings };
  }

  beforeAll(async () => {
    fetchApplications();
    home = await temporaryHome();
    folder = await temporaryFolder('ghost');
    [here, there] = [path.join(folder, 'here'), path.join(folder, 'there')];
    copyFiles('ghost', here);
    copyFiles('ghost', there);
    removed = chosen(there, REMOVED);
    for (const name of removed) rmSync(path.join(here, name));
    const config = { targets: { production: { host: 'local', root: there } } };
    writeFileSync(path.join(here, 'driftline.json'), JSON.stringify(config));
    for (const words of [
      ['init', '--quiet'],
      ['add', '.'],
      ['-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 'all'],
    ]) {
      expect(spawnSync('git', words, { cwd: here }).status).toBe(0);
    }
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await home.remove();
  });

  it('audit names each of them', async () => {
    const { status, stdout } = await driftline('audit', '--format', 'json');
    expect(status).toBe(0);
    const { entries } = JSON.parse(stdout) as { entries: { path: string; kind: string }[] };
    const production = entries.filter((entry) => entry.kind === 'productionOnly').map((entry) => entry.path);
    expect(production.sort()).toEqual(removed);
  });

  it('check finds every import of them, and Node says the same', async () => {
    const { status, findings } = await check();
    expect(status).toBe(1);
    const found = findings.filter(
      ({ code, specifier }) => code === 'production-only-import' && specifier !== undefined,
    );
    const expected = await importsThatOnlyProductionResolves(here, there);
    expect(found.map(place).sort()).toEqual(expected);
    expect(expected.length).toBeGreaterThanOrEqual(REMOVED);
  });

  it('pull --missing until check is clean', async () => {
    let rounds = 0;
    for (; (await check()).findings.some(({ severity }) => severity === 'error'); rounds++) {
      expect(rounds).toBeLessThan(REMOVED);
      const { status, stderr } = await driftline('pull', '--missing', '--yes');
      expect({ status, stderr }).toMatchObject({ status: 0 });
    }
    expect(rounds).toBeGreaterThan(0);
    expect(await importsThatOnlyProductionResolves(here, there)).toEqual([]);
    const { status, findings } = await check();
    expect(status).toBe(0);
    // What is left can only be reached by a specifier that is computed: it is told, and blocks nothing.
    const left = findings.filter(({ code }) => code === 'production-only-import');
    expect(left.filter(({ severity, specifier }) => severity !== 'information' || specifier !== undefined)).toEqual([]);
    const back = removed.filter((name) => existsSync(path.join(here, name)));
    expect(back.length).toBeGreaterThan(0);
    for (const name of back) expect(readFileSync(path.join(here, name))).toEqual(readFileSync(path.join(there, name)));
  });
});

/** Modules of the server that others may import, spread by a seed. */
function chosen(root: string, count: number): string[] {
  const random = randomFrom(7);
  const modules = filesBelow(path.join(root, 'core/server'))
    .filter((file) => file.endsWith('.js'))
    .map((file) => ({ file: path.relative(root, file), rank: random() }));
  return modules
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ file }) => file)
    .sort();
}

/** `file:line:character` of each constant specifier that `createRequire().resolve` finds there and not here. */
async function importsThatOnlyProductionResolves(here: string, there: string): Promise<string[]> {
  const places: string[] = [];
  const questions: Question[] = [];
  for (const file of filesBelow(here)) {
    if (!file.endsWith('.js')) continue;
    const name = path.relative(here, file);
    for (const { kind, specifier, range } of (await readModule(file, readFileSync(file, 'utf8'))).links) {
      if (kind !== 'require' && kind !== 'require-resolve') continue;
      places.push(place({ file: { path: name }, range }));
      questions.push({ from: name, kind: 'require', specifier });
    }
  }
  const [local, production] = [here, there].map((root) =>
    askNode(questions.map((question) => ({ ...question, from: path.join(root, question.from) }))),
  );
  return places.filter((_, at) => 'code' in (local?.[at] ?? {}) && 'file' in (production?.[at] ?? {})).sort();
}

function place({ file, range }: Pick<Found, 'file' | 'range'>): string {
  return `${file.path}:${range.start.line + 1}:${range.start.character + 1}`;
}
