// Asks Node itself where specifiers lead, in a process of its own. Standard input: a JSON list of `{ from, kind, specifier }`, `from` a real
// path and `kind` `require` or `import`. Standard output: a JSON list of `{ file }`, `{ builtin }` or `{ code }`, in the same order.
import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin, register } from 'node:module';

const questions = JSON.parse(readFileSync(0, 'utf8'));
const answers = questions.map(({ from, kind, specifier }) =>
  kind === 'require' ? required(from, specifier) : undefined,
);
register('./ask-hooks.mjs', import.meta.url, { data: questions.filter(({ kind }) => kind === 'import') });
const { default: imported } = await import('driftline-ask:all');
process.stdout.write(JSON.stringify(answers.map((answer) => answer ?? ofImport(imported.shift()))));

function required(from, specifier) {
  // `require` refuses these before it resolves; `require.resolve` would go on and look into node_modules.
  if (specifier.startsWith('node:') && !isBuiltin(specifier)) return { code: 'ERR_UNKNOWN_BUILTIN_MODULE' };
  try {
    const found = createRequire(from).resolve(specifier);
    return found.startsWith('/') ? { file: found } : { builtin: found.replace(/^node:/, '') };
  } catch (error) {
    return { code: error.code ?? error.name };
  }
}

/** What loading would say of a URL that was resolved: an unknown builtin and a foreign scheme are refused only then. */
function ofImport(answer) {
  if (answer.url === undefined) return answer;
  const { protocol } = new URL(answer.url);
  if (protocol === 'node:') {
    return isBuiltin(answer.url) ? { builtin: answer.url.slice(5) } : { code: 'ERR_UNKNOWN_BUILTIN_MODULE' };
  }
  if (protocol === 'data:') return { builtin: 'data:' };
  return protocol === 'file:' ? { file: answer.path } : { code: 'ERR_UNSUPPORTED_ESM_URL_SCHEME' };
}
