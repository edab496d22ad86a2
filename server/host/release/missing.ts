import type { GuardFinding } from '../../core/plan/plan.ts';

/** What Node says of a file or a package that is not there, with its name. */
const NAMED = /Cannot find (?:module|package) ['"`]([^'"`]+)['"`]/;
const UNNAMED = /Cannot find (?:module|package)\b|ERR_MODULE_NOT_FOUND/;

/** The module or package that a line of a log says is missing. */
export function missingIn(line: string): string | undefined {
  return NAMED.exec(line)?.[1];
}

/** An error as Node prints one that nobody caught, or as a request's handler does: after a time at most, or whole in a line of JSON. */
const TRACE = /^[\d\s:.,TZ+|/()[\]-]*(?:Uncaught )?Error\b|"stack":/;

/** What an app says in words of its own to lack: it knows of it, and lives. */
export function lackedCalmly(line: string): string | undefined {
  return TRACE.test(line) ? undefined : missingIn(line);
}

/**
 * The first line that says that a module is missing. One that names none counts only where no line has a name: Node prints the code of
 * its error on a line of its own.
 *
 * @param expected whether nothing follows from the lack of this module
 */
export function missingModule(lines: readonly string[], expected: (name: string) => boolean): string | undefined {
  const named = lines.filter((line) => NAMED.test(line));
  if (named.length === 0) return lines.find((line) => UNNAMED.test(line));
  return named.find((line) => !expected(missingIn(line) ?? ''));
}

/** Whether the plan itself knows that this module may be missing: its import is caught, or a person accepted that it fails. */
export function isForeseen(guards: readonly GuardFinding[], name: string): boolean {
  return guards.some(({ link, blocks, severity }) => {
    const specifier = link?.specifier;
    return specifier !== undefined && !blocks && severity !== 'warning' && isNamed(name, specifier);
  });
}

/** Node names a specifier as it is written, its package alone, or the absolute path that it leads to. */
function isNamed(name: string, specifier: string): boolean {
  if (name === specifier || name === packageOf(specifier)) return true;
  const below = specifier.replace(/^(?:\.{1,2}\/)+/, '');
  return below !== specifier && name.startsWith('/') && name.endsWith(`/${below}`);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
