import { audit } from './audit.ts';
import { changes } from './changes.ts';
import { check } from './check.ts';
import { editing } from './editing.ts';
import { growth } from './growth.ts';
import type { Measured } from './measure.ts';
import { table } from './measure.ts';
import { recovery } from './recovery.ts';
import { switching } from './switch.ts';

/** `npm run bench`, or `npm run bench -- audit switch` for some of them. Nothing is judged here: the numbers are for people. */
const BENCHES: Readonly<Record<string, () => Promise<Measured[]>>> = {
  audit,
  check,
  growth,
  editing,
  changes,
  switch: switching,
  recovery,
};

void main(process.argv.slice(2));

async function main(asked: readonly string[]): Promise<void> {
  const unknown = asked.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    process.stderr.write(
      `No benchmark is called ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}\n`,
    );
    process.exitCode = 2;
    return;
  }
  const results: Measured[] = [];
  for (const [name, measure] of Object.entries(BENCHES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    results.push(...(await measure()));
  }
  process.stdout.write(`${table(results)}\n`);
}
