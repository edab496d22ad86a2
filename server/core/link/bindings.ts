import { Token } from './tokens.ts';
import type { TokenReader } from './token-reader.ts';

/**
 * How a name is bound where it is declared: `var` reaches its whole function, the others their block, a parameter what follows it, and the
 * name of a function or class that is an expression nothing but that itself.
 */
export interface Binding {
  readonly reach: 'function' | 'block' | 'catch' | 'for' | 'itself';
  /** Where the outermost pattern that binds it begins, or the name itself. */
  readonly first: number;
}

/** What may follow a pattern that binds names. */
const BEHIND_A_PATTERN = new Set(['=', ',', '}', ']', ')', 'of', 'in']);
/** What may follow a name that is bound by itself or in a pattern. */
const BEHIND_A_NAME = new Set([',', '}', ']', '=', ';', ')', 'of', 'in', '']);

/** Tells where a name is declared and how far that reaches (ECMAScript, "Declarations and the Variable Statement"). To be asked in the order of tokens. */
export class Bindings {
  /** By a bracket within a pattern: the first token of the outermost pattern. */
  readonly #patterns = new Map<number, number>();
  /** By the bracket that a list of declarations stands in: the last part of one that was looked at, and its keyword. */
  readonly #lists = new Map<number, { readonly first: number; readonly keyword: number | undefined }>();

  constructor(readonly reader: TokenReader) {}

  /**
   * How the name at this token is declared here, if it is. Parameters of functions are not told: whoever reads the function's head does that.
   */
  at(at: number): Binding | undefined {
    const { reader } = this;
    const before = reader.word(at - 1);
    const keyword = before === '*' ? at - 2 : at - 1;
    if (!reader.isProperty(keyword) && (reader.is(keyword, 'function') || before === 'class'))
      return { reach: isDeclaration(reader, keyword) ? 'block' : 'itself', first: at };
    if (isImported(reader, at)) return { reach: 'function', first: at };
    if (!BEHIND_A_NAME.has(reader.word(at + 1)) && reader.tokens.newLine[at + 1] !== 1) return undefined;
    const outer = this.#outermostPattern(at);
    if (reader.is(outer - 1, '(') && reader.is(outer - 2, 'catch')) return { reach: 'catch', first: outer };
    const declares = this.#keywordOf(outer);
    if (declares === undefined) return undefined;
    if (reader.is(declares - 1, '(') && ['for', 'await'].includes(reader.word(declares - 2)))
      return { reach: 'for', first: outer };
    return { reach: reader.is(declares, 'var') ? 'function' : 'block', first: outer };
  }

  /** The first token of the pattern that binds the name, or of the name itself. */
  #outermostPattern(at: number): number {
    const { reader } = this;
    const passed: number[] = [];
    let first = reader.is(at - 1, '...') ? at - 1 : at;
    while (['{', '[', ',', ':'].includes(reader.word(first - 1))) {
      const open = reader.tokens.parent[first] ?? -1;
      if (!reader.is(open, '{') && !reader.is(open, '[')) break;
      const known = this.#patterns.get(open);
      passed.push(open);
      if (known !== undefined) {
        first = known < 0 ? first : known;
        break;
      }
      // A pattern is followed by its value, by what it is a part of, or by the end of a head; before it stands what it is a part of, or a keyword.
      const isPattern = BEHIND_A_PATTERN.has(reader.word(reader.partner(open) + 1));
      const before = reader.word(open - 1);
      if (!isPattern || !(['{', '[', ',', ':', '('].includes(before) || isKeyword(before))) break;
      first = open;
      if (isKeyword(before) || before === '(') break;
    }
    for (const open of passed) this.#patterns.set(open, first);
    return first;
  }

  /** The `var`, `let` or `const` of the list of declarations that this begins one of. */
  #keywordOf(first: number): number | undefined {
    const { reader } = this;
    if (isKeyword(reader.word(first - 1))) return first - 1;
    if (!reader.is(first - 1, ',')) return undefined;
    const parent = reader.tokens.parent[first] ?? -1;
    const known = this.#lists.get(parent);
    let keyword: number | undefined;
    for (let back = first - 1; back >= 0; back--) {
      const kind = reader.tokens.kind[back];
      if (kind === Token.Close) back = reader.partner(back);
      else if (kind === Token.Open || reader.is(back, ';')) break;
      else if (isKeyword(reader.word(back)) && !reader.isProperty(back)) {
        keyword = back;
        break;
      }
      if (known !== undefined && back <= known.first) {
        keyword = known.keyword;
        break;
      }
    }
    this.#lists.set(parent, { first, keyword });
    return keyword;
  }
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
  if (reader.is(at + 1, 'as')) return false;
  const open = reader.tokens.parent[at] ?? -1;
  let first = reader.is(open, '{') ? open : at;
  if (first === at && reader.reads(at - 2, '*', 'as')) first = at - 2;
  let before = first - 1;
  // Behind the default, which is one name.
  if (reader.is(before, ',') && first !== at) before -= 2;
  if (reader.is(before, 'type')) before--;
  return reader.is(before, 'import') && !reader.isProperty(before);
}

function isKeyword(word: string): boolean {
  return word === 'var' || word === 'let' || word === 'const';
}
