import { appendFileSync, writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Called in the extension host. Throws where a test failed; the report is a file, since the workbench's log is not ours. */
export async function run(): Promise<void> {
  const report = process.env['DRIFTLINE_TEST_REPORT'];
  if (report === undefined) throw new Error('run these tests with npm run test:vscode');
  writeFileSync(report, '');
  const say = (line: string): void => appendFileSync(report, `${line}\n`);

  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: 'min' });
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  await import('./local.test.ts');
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => say(`✓ ${test.fullTitle()} (${test.duration ?? 0} ms)`));
    runner.on('fail', (test, error: unknown) => {
      say(`✗ ${test.fullTitle()}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  });
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
