// Runs among Node's own module hooks, where the next resolver is Node's default one and takes any parent.
import { fileURLToPath, pathToFileURL } from 'node:url';

let questions = [];

export function initialize(data) {
  questions = data;
}

export async function resolve(specifier, context, next) {
  if (specifier !== 'driftline-ask:all') return next(specifier, context);
  const answers = [];
  for (const question of questions) answers.push(await answer(question, context, next));
  const text = `export default ${JSON.stringify(answers)}`;
  return { url: `data:text/javascript,${encodeURIComponent(text)}`, format: 'module', shortCircuit: true };
}

async function answer({ from, specifier }, context, next) {
  try {
    const { url } = await next(specifier, { ...context, parentURL: pathToFileURL(from).href });
    return url.startsWith('file:') ? { url, path: fileURLToPath(url) } : { url };
  } catch (error) {
    return { code: error.code ?? error.name };
  }
}
