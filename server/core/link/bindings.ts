import { Token } from './tokens.ts';
import type { TokenReader } from './token-reader.ts';

/** A stretch of tokens, both ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * How a name is bound where it is declared: `var` reaches its whole function, the others their block, a parameter what follows it, and the
 * name of a function or class that is an expression nothing but that itself.
 */
export interface Binding {
  readonly reach: 'function' | 'block' | 'catch' | 'for' | 'itself';
  /** Where the outermost pattern that binds it begins, or the name itself. */
  readonly first: number;
}

/** What may follow a name that is bound by itself or in a pattern. */
const BEHIND_A_NAME = new Set([',', '}', ']', '=', ';', ')', 'of', 'in', '']);

/**
 * Whether the name at this token is declared here, and how far that reaches (ECMAScript, "Declarations and the Variable Statement").
 * Parameters of functions are not told here: whoever reads the function's head does that.
 */
export function bindingAt(reader: TokenReader, at: number): Binding | undefined {
  const before = reader.word(at - 1);
  const keyword = before === '*' ? at - 2 : at - 1;
  if (!reader.isProperty(keyword) && (reader.is(keyword, 'function') || before === 'class'))
    return { reach: isDeclaration(reader, keyword) ? 'block' : 'itself', first: at };
  if (isImported(reader, at)) return { reach: 'function', first: at };
  const behind = reader.word(at + 1);
  if (!BEHIND_A_NAME.has(behind) && reader.tokens.newLine[at + 1] !== 1) return undefined;
  const outer = outermostPattern(reader, at);
  if (outer === undefined) return undefined;
  if (reader.word(outer - 1) === '(' && reader.word(outer - 2) === 'catch') return { reach: 'catch', first: outer };
  const declares = keywordOf(reader, outer);
  if (declares === undefined) return undefined;
  if (reader.word(declares - 1) === '(' && ['for', 'await'].includes(reader.word(declares - 2)))
    return { reach: 'for', first: outer };
  return { reach: reader.word(declares) === 'var' ? 'function' : 'block', first: outer };
}

/** Whether this `function` or `class` stands where a statement begins, and is no expression. */
export function isDeclaration(reader: TokenReader, keyword: number): boolean {
  const word = reader.word(keyword);
  if (word !== 'function' && word !== 'class') return false;
  const first = reader.is(keyword - 1, 'async') ? keyword - 1 : keyword;
  return BEFORE_A_STATEMENT.has(reader.word(first - 1)) || startsLine(reader, first);
}

/** Behind the end of an expression, on a line of its own. */
function startsLine(reader: TokenReader, at: number): boolean {
  if (reader.tokens.newLine[at] !== 1) return false;
  const before = reader.tokens.kind[at - 1];
  if (before === Token.Word) return !TAKES_OPERAND.has(reader.word(at - 1)) || reader.isProperty(at - 1);
  return before !== Token.Open && before !== Token.Punctuator;
}

const BEFORE_A_STATEMENT = new Set(['', ';', '{', '}', ')', 'export', 'default', 'else']);
const TAKES_OPERAND = new Set(
  'return typeof instanceof in of new delete void throw case await yield extends'.split(' '),
);

/** `import require`, `{ require }`, `{ x as require }`, `* as require`. */
function isImported(reader: TokenReader, at: number): boolean {
  if (reader.word(at + 1) === 'as') return false;
  for (let back = at - 1; back >= 0; back--) {
    const word = reader.word(back);
    if (word === 'import') return reader.word(back + 1) !== '(' && !reader.isProperty(back);
    const { tokens } = reader;
    if (tokens.kind[back] !== Token.Word && ![',', '{', '*', '}'].includes(word) && tokens.kind[back] !== Token.String)
      return false;
    if (word !== 'as' && word !== 'type' && tokens.kind[back] === Token.Word && !isSeparated(reader, back))
      return false;
  }
  return false;
}

/** Two words beside each other are no list of names. */
function isSeparated(reader: TokenReader, at: number): boolean {
  return [',', '}', 'as'].includes(reader.word(at + 1));
}

/** The first token of the pattern that binds the name, or of the name itself; `undefined` where it stands in no pattern's place. */
function outermostPattern(reader: TokenReader, at: number): number | undefined {
  let first = at;
  let before = reader.word(at - 1);
  if (before === '...') {
    first--;
    before = reader.word(first - 1);
  }
  while (['{', '[', ',', ':'].includes(before)) {
    const open = enclosing(reader, first);
    const bracket = reader.word(open);
    if (open < 0 || (bracket !== '{' && bracket !== '[')) return first;
    const close = reader.partner(open);
    // A pattern is followed by its value, by what it is a part of, or by the end of a head.
    if (!['=', ',', '}', ']', ')', 'of', 'in'].includes(reader.word(close + 1))) return first;
    const isWithin = ['{', '[', ',', ':', '('].includes(reader.word(open - 1)) || isKeyword(reader.word(open - 1));
    if (!isWithin) return first;
    first = open;
    before = reader.word(first - 1);
    if (isKeyword(before) || before === '(') return first;
  }
  return first;
}

/** The `var`, `let` or `const` of the list of declarations that this begins one of. */
function keywordOf(reader: TokenReader, first: number): number | undefined {
  if (isKeyword(reader.word(first - 1))) return first - 1;
  if (reader.word(first - 1) !== ',') return undefined;
  for (let back = first - 1; back >= 0; back--) {
    const kind = reader.tokens.kind[back];
    if (kind === Token.Close) back = reader.partner(back);
    else if (kind === Token.Open || reader.word(back) === ';') return undefined;
    else if (isKeyword(reader.word(back)) && !reader.isProperty(back)) return back;
  }
  return undefined;
}

/** The bracket that is open around a token, -1 at the top. */
export function enclosing(reader: TokenReader, at: number): number {
  for (let back = at - 1; back >= 0; back--) {
    const kind = reader.tokens.kind[back];
    if (kind === Token.Close) back = reader.partner(back);
    else if (kind === Token.Open) return back;
  }
  return -1;
}

function isKeyword(word: string): boolean {
  return word === 'var' || word === 'let' || word === 'const';
}
