// A loader, where the next resolver is Node's default one and takes any parent.
import { readFileSync } from 'fs';
import { fileURLToPath, pathToFileURL } from 'url';

export async function resolve(specifier, context, next) {
  if (specifier !== 'driftline-ask:all') return next(specifier, context, next);
  const answers = [];
  for (const question of JSON.parse(readFileSync(process.env.DRIFTLINE_QUESTIONS, 'utf8'))) {
    if (question.kind === 'import') answers.push(await answer(question, context, next));
  }
  const text = `export default ${JSON.stringify(answers)}`;
  return { url: `data:text/javascript,${encodeURIComponent(text)}`, format: 'module', shortCircuit: true };
}

let formatOf;

/** Node 14 looks at a file's package.json after it has resolved, which is a part of resolving for the later ones. */
export function getFormat(url, context, next) {
  formatOf = next;
  return next(url, context, next);
}

async function answer({ from, specifier }, context, next) {
  try {
    const { url } = await next(specifier, { ...context, parentURL: pathToFileURL(from).href }, next);
    if (formatOf !== undefined && url.startsWith('file:')) {
      try {
        await formatOf(url, {}, formatOf);
      } catch (error) {
        if (error.code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
      }
    }
    return url.startsWith('file:') ? { url, path: fileURLToPath(url) } : { url };
  } catch (error) {
    return { code: error.code || error.name };
  }
}
