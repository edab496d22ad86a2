import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { FlattenMap, originalPositionFor } from '@jridgewell/trace-mapping';
import type { TraceMap } from '@jridgewell/trace-mapping';
import type { Finding, Position, Range } from '../core/link/finding.ts';
import { below } from '../core/tree/path.ts';

/** A map that is larger than this is of a bundle nobody edits by line. */
const MAX_MAP_BYTES = 32 * 1024 * 1024;

/** Says of each finding in an output also its place in the source, by the output's source map (ECMA-426). */
export async function inSources(folder: string, findings: readonly Finding[]): Promise<Finding[]> {
  const outputs = new Map<string, Promise<Output | undefined>>();
  return Promise.all(
    findings.map(async (finding) => {
      const { file, range } = finding;
      if (file.tree !== 'local' || !/\.[cm]?js$/.test(file.path)) return finding;
      const output = outputs.get(file.path) ?? readOutput(path.join(folder, file.path));
      outputs.set(file.path, output);
      const source = await placeIn(await output, range, folder);
      return source === undefined ? finding : { ...finding, source };
    }),
  );
}

interface Output {
  readonly map: TraceMap;
  /** Where the map lies, which its sources' names are relative to. */
  readonly at: URL;
}

/** `undefined` where it names no map, or one that cannot be read: then the output is all that can be shown. */
async function readOutput(file: string): Promise<Output | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    const named = [...text.matchAll(/^[ \t]*\/[/*][#@] sourceMappingURL=([^\s'"*]+)/gm)].at(-1)?.[1];
    if (named === undefined) return undefined;
    const own = pathToFileURL(file);
    const url = new URL(named, own);
    if (url.protocol === 'data:') return { map: mapIn(fromDataUrl(url.href)), at: own };
    if (url.protocol !== 'file:') return undefined;
    const about = await stat(url);
    if (!about.isFile() || about.size > MAX_MAP_BYTES) return undefined;
    return { map: mapIn(await readFile(url, 'utf8')), at: url };
  } catch {
    return undefined;
  }
}

/** Throws on what is no map. The library itself takes any characters for mappings. */
function mapIn(text: string): TraceMap {
  for (const [, mappings = ''] of text.matchAll(/"mappings"\s*:\s*"([^"]*)"/g))
    if (/[^A-Za-z\d+/,;]/.test(mappings)) throw new Error('the mappings are no base 64 VLQ');
  return new FlattenMap(text);
}

function fromDataUrl(url: string): string {
  const [head = '', body = ''] = url.split(/,(.*)/s, 2);
  return head.endsWith(';base64') ? Buffer.from(body, 'base64').toString('utf8') : decodeURIComponent(body);
}

/** Only a file of the workspace that is there is shown: a map may say anything. */
async function placeIn(output: Output | undefined, range: Range, folder: string): Promise<Finding['source']> {
  if (output === undefined) return undefined;
  try {
    const start = original(output.map, range.start);
    if (start === undefined) return undefined;
    const file = fileURLToPath(new URL(start.source, output.at));
    const name = below(folder, file);
    if (name === undefined || !(await stat(file)).isFile()) return undefined;
    const lines = (await readFile(file, 'utf8')).split('\n');
    if ((lines[start.position.line]?.length ?? -1) < start.position.character) return undefined;
    const end = original(output.map, range.end);
    const isRange = end?.source === start.source && isBehind(end.position, start.position);
    return { path: name, range: { start: start.position, end: isRange ? end.position : start.position } };
  } catch {
    return undefined;
  }
}

function original(map: TraceMap, { line, character }: Position): { source: string; position: Position } | undefined {
  const found = originalPositionFor(map, { line: line + 1, column: character });
  if (found.source === null) return undefined;
  return { source: found.source, position: { line: found.line - 1, character: found.column } };
}

function isBehind(one: Position, other: Position): boolean {
  return one.line > other.line || (one.line === other.line && one.character >= other.character);
}
