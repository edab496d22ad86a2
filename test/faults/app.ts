import type { Files } from '../support/planned.ts';

/** In what way a version of the app is bad: each has broken a production somewhere. */
export const ILLNESSES = [
  'well',
  'crashes-at-start',
  'crashes-at-first-request',
  'crashes-after-a-while',
  'hangs',
  'answers-errors',
  'flaps',
] as const;
export type Illness = (typeof ILLNESSES)[number];

const MODULES = 24;

/** The file that somebody edits in the middle of a release: no module, so that the app answers whatever is in it. */
export const EDITED = 'src/words.txt';

/** A small HTTP app that tells of which version each of its modules is. Every version changes all files, adds one and drops one. */
export function appFiles(version: number, illness: Illness = 'well'): Files {
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ name: 'faults-app', version: `${version}.0.0` }),
  };
  for (let n = 0; n < MODULES; n++) {
    files[`src/modules/m${n}.js`] = `module.exports = ${version}; // ${'x'.repeat(200 + n)}\n`;
  }
  files[EDITED] = `words of version ${version}\n`;
  files[`src/only/in-${version}/here.js`] = `module.exports = ${version};\n`;
  files['src/index.js'] = [
    `const http = require('http');`,
    `const modules = [${Array.from({ length: MODULES }, (_, n) => `require('./modules/m${n}.js')`).join(', ')}, require('./only/in-${version}/here.js')];`,
    ILL[illness],
    `http.createServer((request, response) => {`,
    `  if (typeof ill === 'function' && request.url === '/calls') return ill(response);`,
    `  const all = modules.every((each) => each === ${version});`,
    `  response.end(request.url === '/version' ? (all ? 'all ${version}' : modules.join(' ')) : 'ok');`,
    `}).listen(Number(process.env.PORT), '127.0.0.1');`,
    '',
  ].join('\n');
  return files;
}

const ILL: Readonly<Record<Illness, string>> = {
  well: '',
  'crashes-at-start': `throw new Error('cannot start');`,
  'crashes-at-first-request': `const ill = () => { setImmediate(() => { throw new Error('a request is too much'); }); };`,
  'crashes-after-a-while': `setTimeout(() => { throw new Error('enough'); }, 300);`,
  hangs: `const ill = () => undefined;`,
  'answers-errors': `const ill = (response) => { response.statusCode = 500; response.end('TypeError: nothing works'); };`,
  flaps: `let flap = 0; const ill = (response) => { response.statusCode = ++flap % 2 ? 200 : 500; response.end('flap'); };`,
};
