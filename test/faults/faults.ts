import { cellsOf, run } from './matrix.ts';
import { World } from './world.ts';

/**
 * `npm run faults`: every step of a release times every fault, on a real app under a real PM2. `--only <words>` takes the cells whose
 * names hold all of these, `--every <n>` each n-th of them, beginning at `--seed <n>`; `--list` names them.
 */
async function main(words: readonly string[]): Promise<void> {
  const option = (name: string): string | undefined => {
    const at = words.indexOf(`--${name}`);
    return at < 0 ? undefined : words[at + 1];
  };
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const only = option('only')?.split(' ') ?? [];
  const every = Number(option('every') ?? 1);
  let world = await World.start();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void world.stop().finally(() => process.exit(130)));
  }
  const failed: string[] = [];
  let done = 0;
  try {
    const all = (await cellsOf(world)).filter((cell) => only.every((word) => cell.name.includes(word)));
    const seed = Number(option('seed') ?? 0);
    const cells = all.filter((_, index) => index % every === seed % every);
    say(`seed ${seed}: ${cells.length} of ${all.length} cells`);
    if (words.includes('--list')) {
      for (const cell of cells) say(cell.name);
      return;
    }
    for (const cell of cells) {
      if (done > 0 && done % CELLS_OF_A_WORLD === 0) world = await renewed(world);
      const begin = performance.now();
      try {
        const how = await run(world, cell);
        say(`ok    ${cell.name}: ${how} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
      } catch (error) {
        failed.push(cell.name);
        say(`FAILED ${cell.name}: ${error instanceof Error ? error.message : String(error)}`);
        // What it left would fail the next one too.
        world = await renewed(world);
      }
      done++;
    }
  } finally {
    await world.stop();
  }
  say(`${done - failed.length} cells passed, ${failed.length} failed`);
  for (const name of failed) say(`  repeat: npm run faults -- --only '${name}'`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

/** Its history stays, as everywhere, and its disk is small. */
const CELLS_OF_A_WORLD = 50;

async function renewed(world: World): Promise<World> {
  await world.stop();
  return World.start();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
