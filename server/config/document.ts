import { getNodePath, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { JSONPath, Node, ParseError } from 'jsonc-parser';
import type { ConfigProblem } from './config.ts';

/** A `driftline.json`'s text with the place of everything in it. */
export class ConfigDocument {
  readonly root: Node | undefined;
  /** What keeps the text from being JSON. Strict: comments and trailing commas are no JSON, and other tools read this file too. */
  readonly syntaxErrors: readonly ParseError[];
  readonly #lineStarts: readonly number[];

  constructor(
    readonly text: string,
    readonly file: string,
  ) {
    const errors: ParseError[] = [];
    this.root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    this.syntaxErrors = errors;
    this.#lineStarts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((match) => match.index + match[0].length)];
  }

  /** The value at a path, or the nearest one above it that is there. */
  at(path: JSONPath): Node | undefined {
    let node = this.root;
    for (const step of path) {
      const next = child(node, step);
      if (next === undefined) return node;
      node = next;
    }
    return node;
  }

  /** The key that a value stands under, or the value itself where it has none (a list's item, the whole file). */
  keyOf(path: JSONPath): Node | undefined {
    const node = this.at(path);
    return node?.parent?.type === 'property' ? node.parent.children?.[0] : node;
  }

  problem(node: Node | undefined, message: string, remedy: string, bySchema: boolean): ConfigProblem {
    return this.problemAt(node?.offset ?? 0, node === undefined ? 0 : visibleLength(node), message, remedy, bySchema);
  }

  problemAt(offset: number, length: number, message: string, remedy: string, bySchema: boolean): ConfigProblem {
    const start = this.#position(offset);
    const end = this.#position(offset + length);
    return {
      file: this.file,
      line: start.line,
      character: start.character,
      endLine: end.line,
      endCharacter: end.character,
      message,
      remedy,
      bySchema,
    };
  }

  #position(offset: number): { line: number; character: number } {
    const bounded = Math.min(offset, this.text.length);
    const after = this.#lineStarts.findIndex((start) => start > bounded);
    const line = (after === -1 ? this.#lineStarts.length : after) - 1;
    return { line, character: bounded - (this.#lineStarts[line] ?? 0) };
  }
}

/** What is broken in the text itself, the first place only: what follows a broken place is guesswork. */
export function syntaxProblems(document: ConfigDocument): ConfigProblem[] {
  const error = document.syntaxErrors[0];
  if (error === undefined) return [];
  return [document.problemAt(error.offset, error.length, ...explained(document.text, error), true)];
}

/** Keys that stand twice in one object: JSON takes the last silently, and a whole target would be gone. */
export function duplicateKeys(document: ConfigDocument): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const node of walk(document.root)) {
    if (node.type !== 'object') continue;
    const seen = new Set<unknown>();
    for (const property of node.children ?? []) {
      const key = property.children?.[0];
      if (seen.has(key?.value))
        problems.push(
          document.problem(
            key,
            `${JSON.stringify(key?.value)} stands here twice; only the last one would count.`,
            'Remove one of them.',
            true,
          ),
        );
      seen.add(key?.value);
    }
  }
  return problems;
}

/** Every value and property in the order of the text. */
export function* walk(node: Node | undefined): Generator<Node> {
  if (node === undefined) return;
  yield node;
  for (const each of node.children ?? []) yield* walk(each);
}

export function pathOf(node: Node): JSONPath {
  return getNodePath(node);
}

/** A path as people write it: `targets.production.health.probes[0].url`. */
export function nameOf(path: JSONPath): string {
  if (path.length === 0) return 'driftline.json';
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${step}`))
    .join('');
}

function child(node: Node | undefined, step: string | number): Node | undefined {
  if (node?.type === 'array') return node.children?.[Number(step)];
  // The last of two equal keys counts, as in JSON.parse.
  return node?.children?.findLast((property) => property.children?.[0]?.value === step)?.children?.[1];
}

/** An object is marked by its opening brace only: a squiggle under a whole target hides the place. */
function visibleLength(node: Node): number {
  return node.type === 'object' || node.type === 'array' ? 1 : node.length;
}

/** The sentence and the remedy; those of what other dialects of JSON allow are named. */
function explained(text: string, { error, offset }: ParseError): [string, string] {
  if (text.includes('\0')) {
    return ['This is no text file.', 'Restore it from git, or move it away and write a new one with `driftline init`.'];
  }
  const code = printParseErrorCode(error);
  if (code === 'InvalidCommentToken')
    return ['This is not JSON: it has a comment.', 'Remove it: JSON has no comments.'];
  if (/,\s*$/.test(text.slice(0, offset)) && /^[}\]]/.test(text.slice(offset)))
    return ['This is not JSON: a comma stands before the end.', 'Remove that comma.'];
  if (text.startsWith("'", offset))
    return ['This is not JSON: a single quote.', 'Write texts and names in double quotes.'];
  return [`This is not JSON: ${words(code)}.`, 'Mend it here; the rest of the file is read afterwards.'];
}

/** `CommaExpected` as "comma expected". */
function words(code: string): string {
  return code.replace(/[A-Z]/g, (letter, index: number) => `${index > 0 ? ' ' : ''}${letter.toLowerCase()}`);
}
