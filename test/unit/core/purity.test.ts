import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const core = path.resolve(import.meta.dirname, '../../../server/core');

/** What the compiler says of a file in the core, compiled as the core is: with `"types": []` and its own few globals. */
function errorsOf(text: string): string[] {
  const { config } = ts.readConfigFile(path.join(core, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, core);
  const file = path.join(core, 'tried.ts');
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true) : read(name, ...rest);
  const known = host.fileExists.bind(host);
  host.fileExists = (name) => name === file || known(name);
  const program = ts.createProgram(
    [file, path.join(core, 'globals.d.ts')],
    { ...options, noEmit: true, composite: false },
    host,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
    .filter((message) => !message.includes('emitDeclarationOnly'));
}

describe('the core', () => {
  it('compiles with what it may use', () => {
    expect(errorsOf("export const found = new URL('./x', 'file:///').href;")).toEqual([]);
  });

  it.each([
    ['Node’s modules', "import { readFileSync } from 'node:fs'; export const text = readFileSync('x');", 'node:fs'],
    ['timers', 'export const timer = setTimeout(() => {}, 1);', 'setTimeout'],
    ['the process', 'export const home = process.env;', 'process'],
    ['the console', 'console.log(1); export {};', 'console'],
    ['buffers', "export const bytes = Buffer.from('x');", 'Buffer'],
    ['a page', 'export const page = document;', 'document'],
    ['the network', "export const got = fetch('x');", 'fetch'],
  ])('knows nothing of %s', (_, text, name) => {
    expect(errorsOf(text)).toContainEqual(expect.stringContaining(name));
  });

  it('gets none of them through the libraries that it may import', () => {
    const text = `import 'ignore'; import 'semver'; import 'cjs-module-lexer'; export const home = process.env; export const timer = setTimeout;`;
    const errors = errorsOf(text);
    expect(errors).toContainEqual(expect.stringContaining('process'));
    expect(errors).toContainEqual(expect.stringContaining('setTimeout'));
  });
});
