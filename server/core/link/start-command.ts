import { parse } from 'shell-quote';
import { basename } from '../tree/path.ts';
import type { Version } from './builtins.ts';
import { EVALUATES, PRELOADS, TAKES_A_WORD } from './node-options.ts';
import { runnerIn } from './typescript-runner.ts';
import type { TypeScriptRunner } from './typescript-runner.ts';

/** What a command line of a `package.json` or of PM2 starts. */
export interface Started {
  /** Files as the command names them, relative to where it runs, perhaps without an extension. */
  readonly files: readonly string[];
  /** Scripts of the same `package.json`. */
  readonly scripts: readonly string[];
  /** What runs TypeScript in its commands, of those that run any. */
  readonly runners: readonly (TypeScriptRunner | 'other')[];
}

/** Programs whose first word that is no option is a module to run. */
const RUNNERS: ReadonlySet<string> = new Set([
  ...['node', 'nodejs', 'nodemon', 'node-dev', 'tsx', 'ts-node', 'ts-node-dev', 'tsnd', 'ts-node-esm', 'babel-node'],
  ...['forever', 'pm2', 'pm2-runtime', 'pm2-docker'],
]);
/** What stands before the file where a runner has commands of its own. */
const COMMANDS_OF_RUNNERS: ReadonlySet<string> = new Set(['start', 'restart', 'reload', 'startOrRestart', 'watch']);
const PACKAGE_MANAGERS: ReadonlySet<string> = new Set(['npm', 'yarn', 'pnpm']);

/** Options of programs that run Node, whose value may be a word of its own; of Node's own some have no value. */
const TAKES_A_WORD_OF_RUNNERS: ReadonlySet<string> = new Set([
  ...['-P', '--project', '--tsconfig', '-w', '--watch', '-e', '--ext', '-x', '--exec', '-i', '--name'],
]);

/**
 * Reads a command line as a shell would. What is computed, and what we do not know as a way to start a module, starts nothing.
 *
 * @param node the version of the Node that would run it
 */
export function startedBy(command: string, node: Version): Started {
  const files: string[] = [];
  const runners: Started['runners'][number][] = [];
  const scripts: string[] = [];
  for (const words of commandsIn(command)) {
    // Whatever stands before it, as `cross-env NODE_ENV=production` does, only prepares.
    const at = words.findIndex((word) => RUNNERS.has(basename(word)) || PACKAGE_MANAGERS.has(word));
    const [program, ...rest] = at < 0 ? [] : words.slice(at);
    if (program === undefined) continue;
    if (PACKAGE_MANAGERS.has(program)) scripts.push(...scriptIn(rest));
    else {
      const found = filesIn(rest, /^node(?:js)?$/.test(basename(program)));
      files.push(...found);
      // Not the words behind the script, which are the application's.
      const script = found.at(-1);
      const before = words.slice(0, script === undefined ? words.length : words.lastIndexOf(script));
      const given = before.flatMap((word) => (word.startsWith('NODE_OPTIONS=') ? word.slice(13).split(/\s+/) : [word]));
      const runner = runnerIn(given, script, node);
      if (runner !== undefined) runners.push(runner);
    }
  }
  return { files, scripts, runners };
}

/** The words of each command of a line; one that changes the folder names files that lie elsewhere. */
function commandsIn(line: string): string[][] {
  const commands: string[][] = [[]];
  for (const word of parse(line, (name) => `$${name}`)) {
    if (typeof word === 'string') commands.at(-1)?.push(word);
    else if ('op' in word && word.op === 'glob') commands.at(-1)?.push(word.pattern);
    else commands.push([]);
  }
  return commands.some(([program]) => program === 'cd') ? [] : commands;
}

function filesIn(words: readonly string[], isNode: boolean): string[] {
  const files: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const [option = '', value] = word.split('=', 2);
    if (isNode && EVALUATES.has(option)) break;
    if (PRELOADS.has(option)) files.push(value ?? words[++at] ?? '');
    else if (TAKES_A_WORD.has(word) || (!isNode && TAKES_A_WORD_OF_RUNNERS.has(word))) at++;
    else if (!word.startsWith('-') && !COMMANDS_OF_RUNNERS.has(word)) {
      files.push(word);
      break;
    }
  }
  return files;
}

/** `npm start`, `npm run worker`, `yarn worker`. */
function scriptIn(words: readonly string[]): string[] {
  const names = words.filter((word) => !word.startsWith('-'));
  const name = names[0] === 'run' || names[0] === 'run-script' ? names[1] : names[0];
  return name === undefined ? [] : [name];
}
