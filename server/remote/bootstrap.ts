import { quoteForAnyShell } from './quote.ts';

/**
 * The words that start the host program, made and tested as text; `ssh.ts` and `local.ts` run them.
 *
 * A program piped to `node -` starts only at the end of its input, so a few lines given by `-e` read a length-framed program from standard
 * input and run it, and the rest of the input is the conversation. Nothing is written on the host.
 */
export function startCommand(options: { node?: string; nonce: string }): string {
  const script = `${options.node === undefined ? FIND_NODE : NAMED_NODE}; ${RUN}`;
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

/** Written instead of the program's marker line, with the nonce, where no Node is to be found. */
export const NO_NODE = 'driftline-no-node';
/** Written instead, with the nonce and Node's version, where the Node is older than the program can run on. */
export const OLD_NODE = 'driftline-old-node';
export const OLDEST_NODE = 14;

/** A path, or a name to be found on the host's own PATH. */
const NAMED_NODE = 'N=$(command -v "$3" 2>/dev/null)';

/**
 * The Node of a non-interactive shell first, since that is what a command over SSH gets; then the login shell's, for version managers that
 * are set up in a profile; then the places where they keep Nodes, of which the newest is taken.
 */
const FIND_NODE = [
  'N=$(command -v node 2>/dev/null || command -v nodejs 2>/dev/null)',
  'if [ -x "$N" ]; then :; else N=$("${SHELL:-/bin/sh}" -lc "command -v node" 2>/dev/null </dev/null | tail -n 1); fi',
  'if [ -x "$N" ]; then :; else N=; B=0; for C in /usr/local/bin/node /opt/node*/bin/node /snap/bin/node "$HOME"/.nvm/versions/node/*/bin/node ' +
    '"$HOME"/.local/share/fnm/node-versions/*/installation/bin/node "$HOME"/.asdf/installs/nodejs/*/bin/node "$HOME"/.volta/bin/node; ' +
    'do if [ -x "$C" ]; then V=$("$C" -p "parseInt(process.versions.node)" 2>/dev/null </dev/null); ' +
    'if [ "${V:-0}" -ge "$B" ]; then N=$C; B=$V; fi; fi; done; fi',
].join('; ');

const RUN = `if [ -x "$N" ]; then :; else echo; echo "${NO_NODE} $2"; exit 127; fi; exec "$N" -e "$1" -- "$2"`;

/**
 * Reads the framed program, compiles it, gives back the rest of the input. No backslash, no newline, no `!`: every login shell must carry
 * it; and the oldest JavaScript, so that an old Node can at least say that it is one.
 */
const LOADER = [
  'var b=[],n=0,i=process.stdin,k=process.argv[1],v=process.versions.node',
  `if(parseInt(v)<${OLDEST_NODE}){console.log();console.log("${OLD_NODE} "+k+" "+v);process.exit(1)}`,
  'i.on("data",function f(d){b.push(d);n+=d.length;if(n<10)return;var a=Buffer.concat(b);b=[a];var l=+a.toString("latin1",0,10);if(n<10+l)return',
  'i.removeListener("data",f);i.pause();if(n>10+l)i.unshift(a.slice(10+l))',
  'var s=a.toString("utf8",10,10+l)',
  'require("vm").runInThisContext("(function(require,driftline){"+s+"})")(require,{program:s,nonce:k})})',
].join(';');

/** Plain words need no quotes, which keeps the command readable in a process list. */
function wordForLoginShell(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : quoteForAnyShell(word);
}
