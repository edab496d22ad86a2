import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { Interrupts } from './interrupts.ts';
import type { Output, Surroundings } from './surroundings.ts';

/** This process as the surroundings of a run. */
export function processSurroundings(): Surroundings {
  const err = outputOf(process.stderr);
  const interrupts = new Interrupts({
    onInterrupt: (listener) => {
      // CI sends one of each.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener);
    },
    // A terminal has just written "^C" on whatever line there was.
    say: (line) => err.write(`\n${line}\n`),
    leave: (status) => process.exit(status),
  });
  return {
    words: process.argv.slice(2),
    cwd: process.cwd(),
    home: homedir(),
    environment: process.env,
    dist: __dirname,
    version: versionOf(path.join(__dirname, '..', 'package.json')),
    out: outputOf(process.stdout),
    err,
    interactive: isTerminal(process.stdin) && isTerminal(process.stderr),
    interrupts,
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read it has gone, as `head` does: there is nobody left to tell, and a deploy goes on.
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    write: (text) => void stream.write(text),
    isTerminal: isTerminal(stream),
    columns: () => (isTerminal(stream) && stream.columns > 0 ? stream.columns : 80),
  };
}

/** `isTTY` is absent on what is no terminal, whatever the types say. */
function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}

function versionOf(manifest: string): string {
  const value: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  const isRecord = typeof value === 'object' && value !== null && 'version' in value;
  return isRecord && typeof value.version === 'string' ? value.version : '0.0.0';
}
