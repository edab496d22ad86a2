import { parse } from 'acorn';
import { extname, join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';
import type { Finding } from './finding.ts';
import { LineIndex } from './lines.ts';
import { isEsModule } from './module-kind.ts';
import type { ModuleKind } from './module-kind.ts';
import type { ProjectView } from './project.ts';
import { JSX, tokenize } from './tokenizer.ts';

/** What Node puts around a CommonJS module ("The module wrapper"): `return`, `arguments` and `new.target` mean something there. */
const WRAPPER = ['(function (exports, require, module, __filename, __dirname) {', '\n});'] as const;

/**
 * Modules that no Node could parse, by ECMAScript's own grammar. What needs a compiler before it runs (TypeScript, JSX) is not looked at.
 *
 * @param modules relative to the config's folder
 */
export function syntaxErrors(view: ProjectView, modules: readonly string[]): Finding[] {
  return modules.flatMap((path): Finding[] => {
    const module = scriptAt(view, path);
    if (module === undefined) return [];
    const problem = syntaxError(module.text, module.isEsm);
    if (problem === undefined) return [];
    // A template with a module's name, say: what Node could not run before it does not run.
    const old = view.production.text(module.there);
    const wasBroken = old.state === 'known' && syntaxError(old.value, module.isEsm) !== undefined;
    return [
      {
        code: 'syntax-error',
        severity: wasBroken ? 'warning' : 'error',
        file: { tree: 'local', path },
        range: { start: problem.position, end: problem.position },
        message: `${path} is no JavaScript that Node could run: ${problem.message}.`,
        remedy: 'Mend it, or exclude it where Node never reads it.',
        when: 'start',
      },
    ];
  });
}

/** Those that some Node could parse as they are, and as what it would: neither JSX nor a template with a module's name is among them. */
export function parsedModules(view: ProjectView, modules: readonly string[]): Map<string, ModuleKind> {
  const parsed = new Map<string, ModuleKind>();
  for (const path of modules) {
    const module = scriptAt(view, path);
    if (module === undefined || grammarError(module.text, module.isEsm) !== undefined) continue;
    parsed.set(path, module.isEsm ? 'esm' : 'commonjs');
  }
  return parsed;
}

/** A module that needs no compiler before it runs, as Node would take it on production. */
function scriptAt(
  view: ProjectView,
  path: string,
): { readonly text: string; readonly isEsm: boolean; readonly there: TreePath } | undefined {
  if (!['.js', '.mjs', '.cjs'].includes(extname(path))) return undefined;
  const at = join(view.project.folder, path);
  const there = view.toProduction(at);
  if (there === undefined) return undefined;
  const before = view.misses;
  const text = view.local.text(at);
  const facts = view.local.module(at);
  const isEsm = isEsModule(view.merged, there);
  if (view.misses !== before || text.state !== 'known' || facts.state !== 'known') return undefined;
  return { text: text.value, isEsm: isEsm || (facts.value.syntax === 'esm' && extname(path) === '.js'), there };
}

export function syntaxError(
  text: string,
  isEsm: boolean,
): { message: string; position: Finding['range']['start'] } | undefined {
  const error = grammarError(text, isEsm);
  if (error === undefined) return undefined;
  if (text.charAt(error.offset) === '<' && tokenize(text).problem?.message === JSX) return undefined;
  return { message: error.message, position: new LineIndex(text).position(error.offset) };
}

function grammarError(text: string, isEsm: boolean): { message: string; offset: number } | undefined {
  // Node passes over a byte order mark and a first line for the shell.
  const plain = text.replace(/^\ufeff/, ' ').replace(/^( ?)#!/, '$1//');
  const [head, tail] = isEsm ? ['', ''] : WRAPPER;
  try {
    parse(head + plain + tail, { ecmaVersion: 'latest', sourceType: isEsm ? 'module' : 'script' });
    return undefined;
  } catch (error) {
    // Too deep for this parser, with this stack: another may well read it.
    if (error instanceof SyntaxError && error.message.startsWith('Not enough stack space')) return undefined;
    if (!(error instanceof SyntaxError) || !('pos' in error) || typeof error.pos !== 'number') throw error;
    return {
      message: error.message.replace(/ \(\d+:\d+\)$/, ''),
      offset: Math.min(Math.max(0, error.pos - head.length), text.length),
    };
  }
}
