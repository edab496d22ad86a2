// `npm test`: set-up, build, every check and every suite, on a machine where nothing is installed yet. Goes on after a failure, and ends
// with one line that sums all up: each static check counts as one, each test as one.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setUp } from './set-up.mjs';

const top = path.resolve(import.meta.dirname, '..');
const reports = path.join(top, '.cache/reports');
const bin = (name) => path.join(top, 'node_modules/.bin', name);

/** Each has a name, what is run, and, for a suite, how its numbers are read. */
const STEPS = [
  { name: 'build', words: [process.execPath, 'scripts/build.mjs'] },
  { name: 'types', words: [bin('tsc'), '-b'] },
  { name: 'lint', words: [bin('eslint'), '.', '--cache', '--cache-location', '.cache/eslint'] },
  { name: 'format', words: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  { name: 'arrows', words: [bin('depcruise'), 'client', 'server', '--config', '.dependency-cruiser.cjs'] },
  vitest('unit'),
  vitest('integration'),
  {
    name: 'vscode',
    words: [process.execPath, 'test/vscode/run.mjs'],
    read: () => lastLineOf(path.join(top, '.cache/vscode-tests/report.txt')),
  },
];

function vitest(project) {
  const report = path.join(reports, `${project}.json`);
  return {
    name: project,
    words: [
      bin('vitest'),
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    read: () => {
      if (!existsSync(report)) return undefined;
      const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
        readFileSync(report, 'utf8'),
      );
      // A file that could not be loaded has no tests to fail, and a test that was skipped has shown nothing.
      const unloaded = numFailedTests === 0 ? numFailedTestSuites : 0;
      return { passed: numPassedTests, failed: numFailedTests + numPendingTests + unloaded };
    },
  };
}

function lastLineOf(file) {
  if (!existsSync(file)) return undefined;
  const match = /(\d+) passed, (\d+) failed\s*$/.exec(readFileSync(file, 'utf8'));
  return match === null ? undefined : { passed: Number(match[1]), failed: Number(match[2]) };
}

function run({ name, words, read }) {
  process.stdout.write(`\n== ${name}\n`);
  const begin = performance.now();
  const [program, ...rest] = words;
  const { status, error } = spawnSync(program, rest, { cwd: top, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) process.stdout.write(`${error.message}\n`);
  const ok = status === 0;
  const counted = read?.() ?? { passed: ok && read === undefined ? 1 : 0, failed: ok && read === undefined ? 0 : 1 };
  // A suite that ended badly without naming a test has failed all the same.
  const failed = !ok && counted.failed === 0 ? 1 : counted.failed;
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  process.stdout.write(`== ${name}: ${counted.passed} passed, ${failed} failed in ${seconds} s\n`);
  return { name, passed: counted.passed, failed };
}

await setUp('test');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
rmSync(path.join(top, '.cache/vscode-tests/report.txt'), { force: true });
const results = STEPS.map(run);
const sum = (which) => results.reduce((total, result) => total + result[which], 0);
const bad = results.filter((result) => result.failed > 0).map((result) => result.name);
process.stdout.write(bad.length === 0 ? '\n' : `\nFailed: ${bad.join(', ')}\n`);
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
process.exitCode = bad.length === 0 ? 0 : 1;
