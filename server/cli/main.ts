import { asFailure, runCli, tellFailure } from './cli.ts';
import { processSurroundings } from './process.ts';

const around = processSurroundings();
process.on('uncaughtException', (error) => {
  process.exit(tellFailure(asFailure(error, around.interrupts.signal), around));
});
void runCli(around).then((status) => {
  // Not process.exit: what was written must arrive, and what is open must have ended by itself.
  process.exitCode = status;
});
