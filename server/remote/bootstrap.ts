import { quoteForAnyShell } from './quote.ts';

/**
 * The words that start the host program, made and tested as text; `ssh.ts` and `local.ts` run them.
 *
 * A program piped to `node -` starts only at the end of its input, so a few lines given by `-e` read a length-framed program from standard
 * input and run it, and the rest of the input is the conversation. Nothing is written on the host.
 */
export function startCommand(options: { node?: string; nonce: string }): string {
  const script = options.node === undefined ? `${FIND_NODE}; ${RUN}` : `N=$3; ${RUN}`;
  const words = [
    '/bin/sh',
    '-c',
    script,
    'sh',
    LOADER,
    options.nonce,
    ...(options.node === undefined ? [] : [options.node]),
  ];
  return `exec ${words.map(wordForLoginShell).join(' ')}`;
}

/** What goes into the program's standard input before the conversation: its length in ten digits, then its text. */
export function programPrefix(program: Buffer): Buffer {
  return Buffer.concat([Buffer.from(String(program.length).padStart(10, '0')), program]);
}

/** Written instead of the program's marker line where no Node is to be found. */
export const NO_NODE = 'driftline-no-node';

/**
 * The Node of a non-interactive shell first, since that is what a command over SSH gets; then the login shell's, for version managers that
 * are set up in a profile; then the places where they keep Nodes, newest last.
 */
const FIND_NODE = [
  'N=$(command -v node 2>/dev/null || command -v nodejs 2>/dev/null)',
  'if [ -z "$N" ]; then N=$("${SHELL:-/bin/sh}" -lc "command -v node" 2>/dev/null </dev/null | tail -n 1); fi',
  'if [ -x "$N" ]; then :; else N=; for C in /usr/local/bin/node /opt/node*/bin/node /snap/bin/node "$HOME"/.nvm/versions/node/*/bin/node ' +
    '"$HOME"/.local/share/fnm/node-versions/*/installation/bin/node "$HOME"/.asdf/installs/nodejs/*/bin/node "$HOME"/.volta/bin/node; ' +
    'do if [ -x "$C" ]; then N=$C; fi; done; fi',
].join('; ');

const RUN = `if [ -z "$N" ]; then echo; echo "${NO_NODE} $2"; exit 127; fi; exec "$N" -e "$1" -- "$2"`;

/** Reads the framed program, compiles it, gives back the rest of the input. No backslash, no newline: every login shell must carry it. */
const LOADER = [
  'var b=[],n=0,i=process.stdin',
  'i.on("data",function f(d){b.push(d);n+=d.length;if(n<10)return;var a=Buffer.concat(b);b=[a];var l=+a.toString("latin1",0,10);if(n<10+l)return',
  'i.removeListener("data",f);i.pause();if(n>10+l)i.unshift(a.slice(10+l))',
  'var s=a.toString("utf8",10,10+l)',
  'require("vm").runInThisContext("(function(require,driftline){"+s+"})")(require,{program:s,nonce:process.argv[1]})})',
].join(';');

/** Plain words need no quotes, which keeps the command readable in a process list. */
function wordForLoginShell(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : quoteForAnyShell(word);
}
