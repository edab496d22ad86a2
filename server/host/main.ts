import { addons } from './addons.ts';
import { existsSync } from 'fs';
import { facts } from './facts.ts';
import type { Handlers } from './handlers.ts';
import { hashes } from './hashes.ts';
import { hello } from './hello.ts';
import { inspect } from './inspect.ts';
import { inventory } from './inventory.ts';
import { listing } from './listing.ts';
import { read } from './read.ts';
import { compileStaged } from './release/compile.ts';
import { ReleaseFolder } from './release/folder.ts';
import { releaseHandlers } from './release/handlers.ts';
import { carryOut, guardRelease } from './release/runner.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';

/**
 * The host program. It begins in one of two ways: sent over standard input by the bootstrap (`server/remote/bootstrap.ts`), which then
 * defines `driftline`; or as `node <state>/bin/<hash>.cjs release <folder>`, the detached guardian of a release, which begins the
 * same file once more with `carry-out`, and has the app's next Node begin it with `compile`.
 */
declare const driftline: { readonly program: string; readonly nonce: string } | undefined;

async function main(): Promise<void> {
  if (typeof driftline !== 'undefined') {
    const handlers: Handlers = {
      hello,
      inventory,
      listing,
      hashes,
      facts,
      read,
      inspect,
      addons,
      run,
      ...releaseHandlers(driftline.program),
    };
    await serve(process.stdin, process.stdout, driftline.nonce, handlers);
    return;
  }
  const [, , verb, folder, guardian] = process.argv;
  if (folder !== undefined && existsSync(folder)) {
    if (verb === 'compile') return compileStaged(ReleaseFolder.at(folder));
    if (verb === 'release') return guardRelease(folder);
    if (verb === 'carry-out') return carryOut(folder, process.ppid === Number(guardian) ? process.ppid : null);
  }
  throw new Error('usage: node <this file> release <release folder>');
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write((error instanceof Error ? (error.stack ?? error.message) : String(error)) + '\n');
    process.exit(1);
  },
);
