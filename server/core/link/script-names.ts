import type { Scopes } from './scopes.ts';
import type { TokenReader } from './token-reader.ts';
import { Token } from './tokens.ts';

/** What may stand behind a call whose value is taken as it is. */
const ENDS = new Set([';', ',', ')', '}', '']);

/**
 * The tokens of the names that a `require` takes from its module: `const { a, b: c } = require('x')`, `require('x').a`. Those with a
 * default may lack.
 *
 * @param at the call's first token
 * @param close its closing parenthesis
 */
export function takenNames(reader: TokenReader, at: number, close: number): number[] {
  if (reader.is(close + 1, '.')) {
    const isAssigned = reader.is(close + 3, '=');
    return reader.tokens.kind[close + 2] === Token.Word && !isAssigned ? [close + 2] : [];
  }
  const isWhole = ENDS.has(reader.word(close + 1)) || reader.tokens.newLine[close + 1] === 1;
  if (!isWhole || !reader.is(at - 1, '=') || !reader.is(at - 2, '}')) return [];
  const names: number[] = [];
  for (const [first, last] of parts(reader, reader.partner(at - 2))) {
    const isName = reader.tokens.kind[first] === Token.Word || reader.tokens.kind[first] === Token.String;
    if (isName && !hasDefault(reader, first, last)) names.push(first);
  }
  return names;
}

function hasDefault(reader: TokenReader, first: number, last: number): boolean {
  for (let at = first; at <= last; at++) {
    if (reader.is(at, '=')) return true;
    if (reader.tokens.kind[at] === Token.Open) at = reader.partner(at);
  }
  return false;
}

/**
 * Every name that a script gives to its `module.exports`, `undefined` where the text does not tell for certain: only where `exports` and
 * `module` stand in forms that add a name, or do nothing to it.
 */
export function givenNames(reader: TokenReader, scopes: Scopes): string[] | undefined {
  const names: string[] = [];
  const { tokens } = reader;
  for (let at = 0; at < tokens.count; at++) {
    if (tokens.kind[at] !== Token.Word || reader.isProperty(at) || isKey(reader, at)) continue;
    let given: readonly string[] | undefined = [];
    if (reader.is(at, 'exports')) given = ofExports(reader, at);
    else if (reader.is(at, 'module')) given = ofModule(reader, at);
    // At the top it is `module.exports`.
    else if (reader.is(at, 'this') && scopes.isTop(at)) given = undefined;
    if (given === undefined) return undefined;
    names.push(...given);
  }
  return names;
}

/** `{ exports: 1 }`, which is nobody's `exports`. */
function isKey(reader: TokenReader, at: number): boolean {
  return reader.is(at + 1, ':') && (reader.is(at - 1, '{') || reader.is(at - 1, ','));
}

/** @param at `exports`, or the `exports` of `module.exports` */
function ofExports(reader: TokenReader, at: number): string[] | undefined {
  if (reader.is(at + 1, '.') && reader.tokens.kind[at + 2] === Token.Word) {
    return reader.is(at + 3, '=') ? [reader.word(at + 2)] : [];
  }
  const isDefined = reader.reads(at - 4, 'Object', '.', 'defineProperty', '(') && reader.is(at + 1, ',');
  if (isDefined && reader.isText(at + 2)) return [reader.text(at + 2)];
  return undefined;
}

function ofModule(reader: TokenReader, at: number): string[] | undefined {
  if (reader.is(at + 1, '.')) {
    if (!reader.is(at + 2, 'exports')) return [];
    if (!reader.is(at + 3, '=')) return ofExports(reader, at + 2);
    // `const api = module.exports = {}`: what has another name may be given more by it.
    return reader.is(at - 1, '=') ? undefined : ofLiteral(reader, at + 4);
  }
  // `require.main === module`
  const isCompared = [reader.word(at - 1), reader.word(at + 1)].some((word) => word === '===' || word === '!==');
  return isCompared ? [] : undefined;
}

/** `{ a, b: 1, c() {}, 'd': 2 }`, whole. */
function ofLiteral(reader: TokenReader, open: number): string[] | undefined {
  if (!reader.is(open, '{')) return undefined;
  const close = reader.partner(open);
  if (!ENDS.has(reader.word(close + 1)) && reader.tokens.newLine[close + 1] !== 1) return undefined;
  const names: string[] = [];
  for (const [first] of parts(reader, open)) {
    let at = first;
    while (
      ['get', 'set', 'async', '*'].includes(reader.word(at)) &&
      !['(', ':', ',', '}'].includes(reader.word(at + 1))
    )
      at++;
    const kind = reader.tokens.kind[at];
    if (kind === Token.String) names.push(reader.text(at));
    else if (kind === Token.Word) names.push(reader.word(at));
    else if (kind === Token.Number) names.push(String(Number(reader.word(at))));
    else return undefined;
  }
  return names;
}

/** What the commas of a bracket part: first and last token of each, in order. */
function* parts(reader: TokenReader, open: number): Generator<readonly [first: number, last: number]> {
  const close = reader.partner(open);
  let first = open + 1;
  for (let at = first; at <= close; at++) {
    if (at === close || reader.is(at, ',')) {
      if (at > first) yield [first, at - 1];
      first = at + 1;
    } else if (reader.tokens.kind[at] === Token.Open) {
      at = reader.partner(at);
    }
  }
}
