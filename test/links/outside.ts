// Compares with Node, on applications that nobody chose when the rules were written:
//   [LINKS_NODE=PATH] npm run links -- [--seeds 1,2] [--extract] PACKAGE@VERSION|FOLDER ...
// A package is installed below .cache/outside, without running its scripts, and stays there. Each seed deletes and renames files of a copy.
// It prints each difference, then one line for each look, and ends with 1 where there was one.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { extractModule } from '../../server/core/link/extract.ts';
import { LineIndex } from '../../server/core/link/lines.ts';
import { MAX_MODULE_BYTES } from '../../server/io/modules.ts';
import { questionsIn } from './applications.ts';
import { differences, JUDGED_NODE } from './judge.ts';
import { disturb, filesBelow } from './mutate.ts';
import { parseLinks } from './parsed.ts';

/** How many of the files a seed touches. */
const SHARE = 0.06;
const SHOWN = 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '' }, extract: { type: 'boolean' } },
});
const cache = path.resolve(import.meta.dirname, '../../.cache/outside');
let differing = 0;

async function main(): Promise<void> {
  for (const name of positionals) {
    const folder = existsSync(name) ? path.resolve(name) : install(name);
    if (values.extract === true) compareTexts(name, folder);
    else await compareEdges(name, folder);
  }
  process.exitCode = differing === 0 ? 0 : 1;
}

function install(spec: string): string {
  const folder = path.join(cache, spec.replaceAll('/', '+'));
  if (existsSync(path.join(folder, 'node_modules'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true }));
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', '--silent'];
  const { status, stderr } = spawnSync('npm', ['install', ...quiet, spec], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm install ${spec}: ${stderr}`);
  return folder;
}

/** Where each constant specifier leads, whole and after each seed. */
async function compareEdges(name: string, folder: string): Promise<void> {
  const temporary = mkdtempSync(path.join(tmpdir(), 'driftline-links-'));
  try {
    const copy = path.join(temporary, 'app');
    cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
    const questions = await questionsIn(copy);
    for (const seed of ['', ...values.seeds.split(',').filter((each) => each !== '')]) {
      if (seed !== '') disturb(copy, Number(seed), SHARE);
      const found = await differences(questions);
      tell(
        found.map((one) => JSON.stringify({ ...one, from: path.relative(copy, one.from) })),
        `${name}: ${questions.length} edges, Node ${JUDGED_NODE.join('.')}${seed === '' ? '' : `, seed ${seed}`}`,
      );
    }
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Which texts are links at all. What acorn cannot parse is counted. */
function compareTexts(name: string, folder: string): void {
  const wrong: string[] = [];
  let [modules, links, unparsed] = [0, 0, 0];
  for (const file of filesBelow(folder)) {
    if (!/\.[cm]?js$/.test(file)) continue;
    const text = readFileSync(file, 'utf8');
    if (text.length > MAX_MODULE_BYTES) continue;
    modules++;
    const parsed = parseLinks(text);
    if (parsed === undefined) {
      unparsed++;
      continue;
    }
    const lines = new LineIndex(text);
    const describe = (kind: string, specifier: string, at: { line: number; character: number }, when: string): string =>
      `${path.relative(folder, file)}:${at.line + 1}:${at.character + 1} ${kind} "${specifier}" (${when})`;
    const expected = parsed.map(({ kind, specifier, at, reached }) =>
      describe(kind, specifier, lines.position(at + 1), reached ? 'reached' : 'start'),
    );
    const kinds = new Set(['import', 'export-from', 'dynamic-import', 'require', 'require-resolve']);
    const found = extractModule(text)
      .links.filter(({ kind }) => kinds.has(kind))
      .map(({ kind, specifier, range, when }) => describe(kind, specifier, range.start, when));
    links += expected.length;
    wrong.push(...expected.filter((one) => !found.includes(one)).map((one) => `missed ${one}`));
    wrong.push(...found.filter((one) => !expected.includes(one)).map((one) => `invented ${one}`));
  }
  tell(wrong, `${name}: ${modules} modules, ${links} links, ${unparsed} that acorn cannot parse`);
}

function tell(wrong: readonly string[], what: string): void {
  differing += wrong.length;
  for (const one of wrong.slice(0, SHOWN)) process.stdout.write(`  ${one}\n`);
  process.stdout.write(`${what}: ${wrong.length} differ\n`);
}

void main();
