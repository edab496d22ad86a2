import { execFileSync } from 'child_process';
import { readFileSync, readlinkSync, realpathSync } from 'fs';
import { TAKES_A_WORD } from '../core/link/node-options.ts';
import { reasonOf } from './names.ts';
import type { HostReport, ProcessReport } from './protocol.ts';

/**
 * The Node that the app's next start will use: the one that the config names, else the one that runs the app now. Asked of the files in
 * `/proc`, so nothing is started but that Node itself, for its version.
 */
export function nextNode(named: string | undefined, app: ProcessReport): HostReport['nextNode'] {
  if (named !== undefined) return describeNode(named, []);
  if (app.state !== 'found') return { unknown: 'no running process tells which Node it uses' };
  if (app.instances.every((instance) => instance.mode === 'command'))
    return { unknown: 'a restart command does not tell which Node it starts' };
  const running = app.instances.find((instance) => instance.pid > 0);
  if (running === undefined) return { unknown: 'the process is not running' };
  try {
    const executable = readlinkSync(`/proc/${running.pid}/exe`);
    if (executable.endsWith(' (deleted)'))
      return { unknown: `its Node was replaced on disk since it started: ${executable}` };
    if (!/(^|\/)node(js)?[\d.]*$/.test(executable)) return { unknown: `it does not run on Node but on ${executable}` };
    return describeNode(executable, nodeArguments(readFileSync(`/proc/${running.pid}/cmdline`, 'utf8')));
  } catch (error) {
    return { unknown: `process ${running.pid} cannot be looked at: ${reasonOf(error)}` };
  }
}

/** The options between Node's own name and the script, with their values. A process that changed its title shows none. */
export function nodeArguments(cmdline: string): string[] {
  const words = cmdline.split('\0').slice(1);
  const end = words.findIndex((word, at) => !word.startsWith('-') && !TAKES_A_WORD.has(words[at - 1] ?? ''));
  return end < 0 ? [] : words.slice(0, end);
}

function describeNode(node: string, args: readonly string[]): HostReport['nextNode'] {
  try {
    const printed = execFileSync(node, ['-p', 'process.execPath + " " + process.version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    });
    const [, path, version] = /^(.*) (v\S+)$/.exec(printed.trim()) ?? [];
    if (path === undefined || version === undefined) return { unknown: `${node} does not tell its version` };
    return { path, version, args, differs: realpathSync(path) !== realpathSync(process.execPath) };
  } catch (error) {
    return { unknown: `${node} cannot be run: ${reasonOf(error)}` };
  }
}
