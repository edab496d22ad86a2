// Asks Node itself what scripts export, by requiring them. Standard input: a JSON list of paths. File descriptor 3, since scripts print: a
// JSON list of names, or `null` for what cannot be required here, in the same order.
import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const answers = JSON.parse(readFileSync(0, 'utf8')).map((file) => {
  try {
    return Object.getOwnPropertyNames(require(file));
  } catch {
    return null;
  }
});
writeSync(3, JSON.stringify(answers));
process.exit(0);
