import { readFileSync } from 'fs';
import * as vm from 'vm';
import type { ModuleKind } from '../../core/link/module-kind.ts';
import type { Operation, Plan } from '../../core/plan/plan.ts';
import { execute } from './execute.ts';
import type { ReleaseFolder } from './folder.ts';
import { live } from './places.ts';

/** The Node that will run what is put into place, with the options that it will have. */
export interface Runtime {
  readonly path: string;
  readonly args: readonly string[];
}

export type Compiled =
  | { readonly state: 'compiled' }
  /** A clause: which file, which line, and what Node says. */
  | { readonly state: 'refused'; readonly why: string }
  /** That Node could not be asked, and why. */
  | { readonly state: 'unasked'; readonly why: string };

const COMPILE_MS = 60_000;
/** Options that change what is syntax. Any other may load code of the app's, which is never run in a proof. */
const ABOUT_SYNTAX = /^--(no-)?(harmony|js)[-_\w]*$/;
const COMPILED = 'compiled';

/** The staged files that their Node is asked about, each with its operation's number. */
export function modulesIn(
  plan: Plan,
): { readonly number: number; readonly operation: Write; readonly kind: ModuleKind }[] {
  return [...plan.operations.entries()].flatMap(([number, operation]) =>
    operation.kind === 'delete' || operation.module === undefined
      ? []
      : [{ number, operation, kind: operation.module }],
  );
}

type Write = Exclude<Operation, { kind: 'delete' }>;

/**
 * Has a Node compile every staged module, in one process of its own. Nothing of the app is evaluated.
 *
 * @param program this program's own file, which that Node runs as `compile`
 */
export async function compiledBy({ path, args }: Runtime, folder: ReleaseFolder, program: string): Promise<Compiled> {
  const options = ['--experimental-vm-modules', '--no-warnings', ...args.filter((word) => ABOUT_SYNTAX.test(word))];
  const environment = { ...process.env };
  delete environment['NODE_OPTIONS'];
  const said = await execute(path, [...options, program, 'compile', folder.path], {
    timeoutMs: COMPILE_MS,
    environment,
  });
  if (said.status === 0 && said.stdout === COMPILED) return { state: 'compiled' };
  const [refused, message] = said.stdout.split('\0');
  if (refused === undefined || message === undefined) {
    const end = said.timedOut ? `it did not end in ${COMPILE_MS / 1000} s` : lastLine(said.stderr);
    return { state: 'unasked', why: end };
  }
  // Told by Node itself where it ends by the error; older ones do not say it of an ES module.
  const line = said.stderr.startsWith(`${refused}:`)
    ? /^:(\d+)/.exec(said.stderr.slice(refused.length))?.[1]
    : undefined;
  return { state: 'refused', why: `${refused}${line === undefined ? '' : `:${line}`}: ${message}` };
}

function lastLine(text: string): string {
  const said = text.split('\n').find((line) => /^\w*Error: /.test(line));
  return said ?? 'it ended without a word';
}

/** What `compiledBy` has that Node do: it ends by the error of the first module that is no JavaScript to it. */
export function compileStaged(folder: ReleaseFolder): Promise<void> {
  for (const kind of ['commonjs', 'esm'] as const) {
    const sane = refusal('', kind, 'nothing') === undefined && refusal('const = 1;', kind, 'broken') !== undefined;
    if (!sane) throw new Error(`it does not tell broken text from whole (${kind})`);
  }
  const plan = folder.readPlan();
  for (const { number, operation, kind } of modulesIn(plan)) {
    const error = refusal(readFileSync(folder.fresh(number), 'utf8'), kind, operation.path);
    // What it could not compile before it does not run: a browser's, say.
    if (error === undefined || (operation.kind === 'replace' && wasRefused(plan, operation.path, kind))) continue;
    process.stdout.write(`${operation.path}\0${error.message}`);
    // Nobody catches it: only then does Node say in which line of an ES module it is.
    setImmediate(() => {
      throw error;
    });
    return new Promise(() => undefined);
  }
  process.stdout.write(COMPILED);
  return Promise.resolve();
}

function wasRefused(plan: Plan, path: string, kind: ModuleKind): boolean {
  return refusal(readFileSync(live(plan, path), 'utf8'), kind, path) !== undefined;
}

function refusal(text: string, kind: ModuleKind, name: string): SyntaxError | undefined {
  // As Node's loaders do before they compile.
  const plain = text.replace(/^\ufeff/, '').replace(/^#!/, '//');
  try {
    if (kind === 'esm') new vm.SourceTextModule(plain, { identifier: name });
    else vm.compileFunction(plain, ['exports', 'require', 'module', '__filename', '__dirname'], { filename: name });
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}
