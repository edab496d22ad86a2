import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { extractModule } from '../../server/core/link/extract.ts';
import { keptLinks } from '../../server/core/link/kept-links.ts';
import type { LinkText } from '../../server/core/link/module-facts.ts';
import { SnapshotTree } from '../../server/core/tree/snapshot.ts';
import { View } from '../../server/core/tree/view.ts';
import { DiskSource } from '../../server/io/disk.ts';
import { ModuleStore } from '../../server/io/modules.ts';
import { filesBelow } from './mutate.ts';

/** A source whose links are not those of what TypeScript makes of it. */
export interface CompiledDifference {
  readonly file: string;
  readonly lacking: readonly string[];
  readonly tooMany: readonly string[];
}

/** What every project here has in common: the output shows its imports as they were written. */
const COMMON = { module: 'esnext', target: 'esnext', moduleResolution: 'bundler', types: [], skipLibCheck: true };

/**
 * Compares the links of every source below a folder with those of its output, as the compiler makes it by these options: of each source
 * alone, or of the whole program.
 *
 * @returns the differences, and how many links the outputs have
 */
export async function compiledDifferences(
  folder: string,
  options: Readonly<Record<string, unknown>>,
  isWhole: boolean,
): Promise<{ readonly differences: CompiledDifference[]; readonly links: number }> {
  const compilerOptions = { ...COMMON, ...(!isWhole && { isolatedModules: true }), ...options };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const files = filesBelow(folder).filter(
    (file) => /\.[cm]?tsx?$/.test(file) && !/\.d\.[cm]?ts$|\/node_modules\//.test(file),
  );
  const parsed = ts.convertCompilerOptionsFromJson(compilerOptions, folder);
  const outputs = isWhole
    ? ofProgram(files, parsed.options)
    : new Map(files.map((file) => [file, ofOne(file, parsed.options)]));
  const ours = await linksOf(files);
  let links = 0;
  const differences = files.flatMap((file): CompiledDifference[] => {
    const output = outputs.get(file);
    if (output === undefined) throw new Error(`${file} was not compiled`);
    const expected = textsOf(extractModule(output).links);
    const found = textsOf(ours.get(file) ?? []);
    links += expected.length;
    const lacking = expected.filter((each) => !found.includes(each));
    const tooMany = found.filter((each) => !expected.includes(each));
    return lacking.length + tooMany.length === 0 ? [] : [{ file, lacking, tooMany }];
  });
  return { differences, links };
}

function ofOne(fileName: string, compilerOptions: ts.CompilerOptions): string {
  return ts.transpileModule(readFileSync(fileName, 'utf8'), { fileName, compilerOptions }).outputText;
}

function ofProgram(files: readonly string[], options: ts.CompilerOptions): Map<string, string> {
  const outputs = new Map<string, string>();
  const program = ts.createProgram(files, { ...options, noEmitOnError: false });
  program.emit(undefined, (_name, text, _mark, _error, sources) => {
    const [source] = sources ?? [];
    if (source !== undefined) outputs.set(path.resolve(source.fileName), text);
  });
  return outputs;
}

async function linksOf(files: readonly string[]): Promise<Map<string, readonly LinkText[]>> {
  const tree = new SnapshotTree();
  const disk = new DiskSource(new ModuleStore());
  const { signal } = new AbortController();
  for (;;) {
    const view = new View(tree);
    const links = new Map(
      files.map((file) => {
        const module = view.module(file);
        return [file, module.state === 'known' ? keptLinks(view, file, module.value, { node: [20, 0] }) : []];
      }),
    );
    if (view.lacking.length === 0) return links;
    tree.learn(await disk.answer(view.lacking, signal));
  }
}

/** The kinds of links that a compiler may drop, each with its specifier. */
const DROPPED = new Set(['import', 'export-from', 'require']);

function textsOf(links: readonly LinkText[]): string[] {
  return [
    ...new Set(links.filter(({ kind }) => DROPPED.has(kind)).map(({ kind, specifier }) => `${kind} ${specifier}`)),
  ].sort();
}
