import { Bindings, isDeclaration } from './bindings.ts';
import { Spans } from './spans.ts';
import type { Span } from './spans.ts';
import { TokenReader } from './token-reader.ts';
import { Token } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/** What encloses each place of a module's text, as far as links need it. */
export interface Scopes {
  /** Whether a token stands in no bracket at all. */
  isTop(at: number): boolean;
  /** Whether a token stands in a function that is not called where it stands. */
  isReached(at: number): boolean;
  /** Whether the failure of a call is caught: by a `try` of the same function, or by `.catch` on the promise. */
  isCaught(at: number, close: number, isPromise: boolean): boolean;
  /** Whether `require` is somebody else's here: a parameter or a variable of an enclosing scope. */
  isShadowed(at: number): boolean;
  /** Whether a `createRequire` at this token is called for the module itself, not for another place. */
  isCreatedHere(at: number): boolean;
  /** Whether a new statement must begin at this token although no semicolon stands before it. */
  beginsStatement(at: number): boolean;
}

const NOT_A_FUNCTION = new Set(['if', 'for', 'while', 'switch', 'with', 'catch']);
const CONTINUES = new Set(['in', 'instanceof', 'of', 'as']);

export function findScopes(tokens: Tokens): Scopes {
  return new ScopeFinder(tokens);
}

class ScopeFinder implements Scopes {
  readonly #functions: Spans;
  readonly #tries: Spans;
  readonly #shadows: Spans;
  /** The bodies of all functions, also of those that are called where they stand. */
  readonly #bodies: Spans;
  /** By the bracket that an expression stands in: where the last one that was looked at begins and ends. */
  readonly #expressions = new Map<number, Span>();
  /** The braces that open the bodies of classes. */
  readonly #classes = new Set<number>();
  /** From the last name of a function or class that was looked at to its body. */
  #head: Span | undefined;
  readonly #reader: TokenReader;
  readonly #bindings: Bindings;

  constructor(readonly tokens: Tokens) {
    const { count } = tokens;
    this.#reader = new TokenReader(tokens);
    this.#bindings = new Bindings(this.#reader);
    this.#functions = new Spans(count);
    this.#tries = new Spans(count);
    this.#shadows = new Spans(count);
    this.#bodies = new Spans(count);
    const required: number[] = [];
    for (let at = 0; at < count; at++) {
      if (tokens.kind[at] === Token.Open) {
        if (this.#reader.is(at, '{')) this.#brace(at);
      } else if (tokens.kind[at] === Token.Punctuator && this.#reader.is(at, '=>') && !this.#reader.is(at + 1, '{')) {
        this.#function({ from: at + 1, to: this.#expressionEnd(at + 1) }, at);
      } else if (tokens.kind[at] === Token.Word) {
        if (this.#reader.is(at, 'require')) required.push(at);
        else if (this.#reader.is(at, 'class') && !this.#isProperty(at)) this.#classes.add(this.#bodyBehind(at));
      }
    }
    for (const at of required) this.#declaration(at);
  }

  isTop(at: number): boolean {
    return this.tokens.parent[at] === -1;
  }

  isReached(at: number): boolean {
    return this.#functions.innermost(at) !== undefined;
  }

  isCaught(at: number, close: number, isPromise: boolean): boolean {
    if (isPromise && this.#hasCatch(close)) return true;
    // A promise that nobody waits for here rejects after the block has ended.
    if (isPromise && this.#word(at - 1) !== 'await') return false;
    const attempt = this.#tries.innermost(at);
    if (attempt === undefined) return false;
    const inner = this.#functions.innermost(at);
    return inner === undefined || inner.from <= attempt.from;
  }

  isShadowed(at: number): boolean {
    return this.#shadows.innermost(at) !== undefined;
  }

  beginsStatement(at: number): boolean {
    const { tokens } = this;
    if (tokens.newLine[at] !== 1 || tokens.kind[at] !== Token.Word || CONTINUES.has(this.#word(at))) return false;
    const before = at - 1;
    const kind = tokens.kind[before];
    if (kind === Token.Punctuator) return this.#word(before) === '++' || this.#word(before) === '--';
    return kind !== Token.Open;
  }

  #brace(open: number): void {
    const close = this.#partner(open);
    const before = open - 1;
    if (before < 0) return;
    const word = this.#word(before);
    if (word === '=>') this.#function({ from: open, to: close }, before);
    else if (word === 'try' && !this.#isProperty(before) && this.#word(close + 1) === 'catch')
      this.#tries.add({ from: open, to: close });
    else if (word === ')' && this.tokens.kind[before] === Token.Close)
      this.#afterParentheses(open, close, this.#partner(before));
  }

  /** `) {`: the body of a function or method, unless what stands before the parentheses says otherwise. */
  #afterParentheses(open: number, close: number, parentheses: number): void {
    const head = parentheses - 1;
    const word = this.#word(head);
    const isControl = NOT_A_FUNCTION.has(word) || (word === 'await' && this.#word(head - 1) === 'for');
    if (isControl && !this.#isMethodName(head)) return;
    this.#function({ from: open, to: close }, parentheses);
  }

  /** Whether a word that could begin a statement is a method's name: in a class stand no statements, and none begins behind a comma. */
  #isMethodName(at: number): boolean {
    if (this.#isProperty(at) || this.#classes.has(this.tokens.parent[at] ?? -1)) return true;
    return [',', 'async', 'get', 'set', '*'].includes(this.#word(at - 1));
  }

  /**
   * A default of a parameter is evaluated when the function is called, so the parameters belong to what is reached.
   *
   * @param header a token of the function's head: its arrow, or the parenthesis that opens its parameters
   */
  #function(span: Span, header: number): void {
    this.#bodies.add(span);
    const whole = { from: this.#parametersFrom(header), to: span.to };
    if (this.#takesRequire(header)) this.#shadows.add(whole);
    if (this.#isDeclared(header) || !this.#isCalledAtOnce(span)) this.#functions.add(whole);
  }

  #parametersFrom(header: number): number {
    if (this.#word(header) !== '=>') return header;
    return this.#word(header - 1) === ')' ? this.#partner(header - 1) : header - 1;
  }

  /** Whether one of the parameters is called `require`: a bundler's wrapper, or AMD's. */
  #takesRequire(header: number): boolean {
    const isArrow = this.#word(header) === '=>';
    if (isArrow && this.#word(header - 1) !== ')') return this.#word(header - 1) === 'require';
    const open = isArrow ? this.#partner(header - 1) : header;
    const close = this.#partner(open);
    for (let at = open + 1; at < close; at++) {
      // No pattern has parentheses: what stands in them is a default.
      if (this.#reader.is(at, '(')) at = this.#partner(at);
      if (!this.#reader.is(at, 'require')) continue;
      const before = this.#word(at - 1);
      const after = this.#word(at + 1);
      if (['(', ',', '{', '['].includes(before) && [',', ')', '=', '}', ']'].includes(after)) return true;
    }
    return false;
  }

  /** `function f() { … }` where a statement begins: a parenthesis behind it begins the next one. */
  #isDeclared(header: number): boolean {
    let at = header - 1;
    if (this.#word(at) !== 'function') at--;
    if (this.#word(at) === '*') at--;
    return isDeclaration(this.#reader, at);
  }

  /** `(function () { … })()`, `(() => { … })()` and their like with `.call(this)`: evaluated where they stand. */
  #isCalledAtOnce(span: Span): boolean {
    let after = span.to + 1;
    if (this.#word(after) === ')') after++;
    else if (this.#word(span.from) !== '{' || this.#word(span.to) !== '}') return false;
    if (this.#word(after) === '.' && ['call', 'apply'].includes(this.#word(after + 1))) after += 2;
    if (this.#word(after) !== '(') return false;
    // An arrow without parentheses around it cannot be called: there the next statement begins.
    if (after === span.to + 1 && this.#reader.is(span.from - 1, '=>')) return false;
    // `foo(function () { … })(…)` hands the function to somebody; only a parenthesis of its own means the call.
    if (this.#word(span.to + 1) !== ')') return true;
    const group = this.#partner(span.to + 1);
    return this.tokens.kind[group - 1] !== Token.Word || this.#isKeyword(group - 1);
  }

  #isKeyword(at: number): boolean {
    return ['return', 'await', 'void', 'typeof', 'new', 'yield', 'default', 'case'].includes(this.#word(at));
  }

  /** The last token of an arrow's expression. One arrow after another ends where the first does. */
  #expressionEnd(first: number): number {
    const parent = this.tokens.parent[first] ?? -1;
    const known = this.#expressions.get(parent);
    if (known !== undefined && known.from <= first && first <= known.to) return known.to;
    const to = this.#findExpressionEnd(first);
    this.#expressions.set(parent, { from: first, to });
    return to;
  }

  #findExpressionEnd(first: number): number {
    for (let at = first; at < this.tokens.count; at++) {
      const kind = this.tokens.kind[at];
      if (kind === Token.Open) at = this.#partner(at);
      else if (kind === Token.Close) return at - 1;
      else if (kind === Token.Punctuator && (this.#reader.is(at, ',') || this.#reader.is(at, ';'))) return at - 1;
      else if (at > first && this.beginsStatement(at)) return at - 1;
    }
    return this.tokens.count - 1;
  }

  /** Where `require` is declared it is not Node's, except where `createRequire` made it for this module. */
  #declaration(at: number): void {
    if (this.#isProperty(at) || (this.#word(at + 1) === '=' && this.#isCreateRequire(at + 2))) return;
    const reader = this.#reader;
    const whole = { from: 0, to: this.tokens.count };
    const binding = this.#bindings.at(at);
    if (binding === undefined) return;
    switch (binding.reach) {
      case 'function':
        this.#shadows.add(this.#bodies.innermost(at) ?? whole);
        return;
      case 'itself':
        this.#shadows.add({ from: at, to: this.#partner(this.#bodyBehind(at)) });
        return;
      case 'block': {
        const open = this.tokens.parent[binding.first] ?? -1;
        this.#shadows.add(open < 0 ? whole : { from: open, to: this.#partner(open) });
        return;
      }
      case 'catch':
      case 'for': {
        let head = this.tokens.parent[binding.first] ?? -1;
        while (head >= 0 && !reader.is(head, '(')) head = this.tokens.parent[head] ?? -1;
        const body = this.#partner(head) + 1;
        const to = this.#word(body) === '{' ? this.#partner(body) : this.#expressionEnd(body);
        this.#shadows.add({ from: head, to });
      }
    }
  }

  /** The brace that opens the body of the function or class whose head this token is in. */
  #bodyBehind(at: number): number {
    if (this.#head !== undefined && this.#head.from <= at && at <= this.#head.to) return this.#head.to;
    let to = at + 1;
    while (to < this.tokens.count && !this.#reader.is(to, '{')) {
      to = this.tokens.kind[to] === Token.Open ? this.#partner(to) + 1 : to + 1;
    }
    this.#head = { from: at, to };
    return to;
  }

  isCreatedHere(at: number): boolean {
    if (this.#word(at + 1) !== '(') return false;
    // Any name in the module's own folder is as good as the module's.
    if (this.#reader.reads(at + 2, '__dirname', '+') && this.#word(at + 5) === ')') {
      return /^\/[^/]*$/.test(this.#reader.text(at + 4));
    }
    const argument = ['import', '.', 'meta', '.'].every((word, index) => this.#word(at + 2 + index) === word)
      ? this.#word(at + 6)
      : this.#word(at + 2);
    return ['url', 'filename', '__filename'].includes(argument) && this.#word(this.#partner(at + 1) - 1) === argument;
  }

  /** `createRequire(…)` or `module.createRequire(…)` for this module. */
  #isCreateRequire(at: number): boolean {
    for (let next = at; next < at + 6; next++) {
      if (this.#word(next) === 'createRequire') return this.isCreatedHere(next);
      if (this.#word(next) === '(' || this.#word(next) === ';') return false;
    }
    return false;
  }

  /** `import('x').then(…).catch(…)`, and `.then(ok, failed)`. */
  #hasCatch(close: number): boolean {
    let at = close + 1;
    while (this.#word(at) === '.' && this.#word(at + 2) === '(') {
      const name = this.#word(at + 1);
      const open = at + 2;
      const end = this.#partner(open);
      if (name === 'catch' || (name === 'then' && this.#hasSecondArgument(open, end))) return true;
      at = end + 1;
    }
    return false;
  }

  #hasSecondArgument(open: number, close: number): boolean {
    for (let at = open + 1; at < close; at++) {
      if (this.tokens.kind[at] === Token.Open) at = this.#partner(at);
      else if (this.#word(at) === ',' && at + 1 < close) return true;
    }
    return false;
  }

  #isProperty(at: number): boolean {
    return this.#reader.isProperty(at);
  }

  /** The other bracket; the end of the text for one that is never closed. */
  #partner(at: number): number {
    return this.#reader.partner(at);
  }

  #word(at: number): string {
    return this.#reader.word(at);
  }
}
