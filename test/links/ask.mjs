// Asks Node itself where specifiers lead, in a process of its own. Named by the environment (DRIFTLINE_QUESTIONS): a file with a JSON list of
// `{ from, kind, specifier }`, `from` a real path and `kind` `require` or `import`. Standard output: a JSON list of `{ file }`, `{ builtin }` or
// `{ code }`, in the same order. Runs on Node 14 and up, with ask-hooks.mjs as its loader.
import { readFileSync } from 'fs';
import module from 'module';

const { builtinModules, createRequire } = module;
const isBuiltin = module.isBuiltin || isLoaded;

const questions = JSON.parse(readFileSync(process.env.DRIFTLINE_QUESTIONS, 'utf8'));
const answers = questions.map(({ from, kind, specifier }) =>
  kind === 'require' ? required(from, specifier) : undefined,
);
import('driftline-ask:all').then(({ default: imported }) => {
  process.stdout.write(JSON.stringify(answers.map((answer) => answer || ofImport(imported.shift()))));
});

/** For the Nodes that have no `isBuiltin` yet. Those that only the prefix reaches are in no list. */
function isLoaded(name) {
  if (builtinModules.includes(name.replace(/^node:/, ''))) return true;
  try {
    createRequire(import.meta.url)(name);
    return name.startsWith('node:');
  } catch {
    return false;
  }
}

function required(from, specifier) {
  // `require` refuses these before it resolves; `require.resolve` would go on and look into node_modules.
  if (specifier.startsWith('node:') && !isBuiltin(specifier)) return { code: 'ERR_UNKNOWN_BUILTIN_MODULE' };
  try {
    const found = createRequire(from).resolve(specifier);
    return found.startsWith('/') ? { file: found } : { builtin: found.replace(/^node:/, '') };
  } catch (error) {
    return { code: error.code || error.name };
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
