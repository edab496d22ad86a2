/** Options of Node's that name a module to be loaded before the script ("Command-line API"). Their value may be a word of its own. */
export const PRELOADS: ReadonlySet<string> = new Set([
  ...['-r', '--require', '--import', '--loader', '--experimental-loader'],
]);

/** All whose value may be a word of its own, and is not the script. */
export const TAKES_A_WORD: ReadonlySet<string> = new Set([
  ...PRELOADS,
  ...['-C', '--conditions', '--env-file', '--env-file-if-exists', '--input-type', '--title', '--inspect-port'],
  ...['--max-http-header-size', '--watch-path'],
]);

/** With these there is no script. */
export const EVALUATES: ReadonlySet<string> = new Set(['-e', '--eval', '-p', '--print', '-pe', '-']);
