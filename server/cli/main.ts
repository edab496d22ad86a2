import { asFailure, runCli, tellFailure } from './cli.ts';
import { processSurroundings } from './process.ts';

const words = process.argv.slice(2);
const around = processSurroundings();
process.on('uncaughtException', (error) => {
  process.exit(tellFailure(asFailure(error, around.interrupts.signal), words, around));
});
void runCli(words, around).then((status) => {
  // Not process.exit: what was written must arrive, and what is open must have ended by itself.
  process.exitCode = status;
});
