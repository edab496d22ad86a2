import path from 'node:path';
import type { Command } from 'commander';
import { BadArguments } from '../failures.ts';
import { verb } from '../options.ts';
import type { Door } from '../program.ts';

/** The language server reads `--stdio` from this process's arguments itself, and lives in a bundle of its own with its worker beside it. */
export function lspCommand(door: Door): Command {
  return verb('lsp', 'The language server on standard input and output, for editors.')
    .summary('the language server, for other editors')
    .option('--stdio', 'speak on standard input and output')
    .option('--clientProcessId <pid>', 'end when this process is gone; editors pass it')
    .action(async (options: { readonly stdio?: boolean }) => {
      if (options.stdio !== true) {
        throw new BadArguments(
          'The language server needs to know how to speak with its editor.',
          'Pass --stdio, the only way from here: driftline lsp --stdio',
        );
      }
      await import(path.join(door.around.dist, 'server.js'));
    });
}
