import { parse as parseCommonJs } from 'cjs-module-lexer';
import { LineIndex } from './lines.ts';
import type { LinkKind, LinkText, ModuleFacts } from './module-facts.ts';
import { PathTexts } from './path-texts.ts';
import type { PathText } from './path-texts.ts';
import { findScopes } from './scopes.ts';
import type { Scopes } from './scopes.ts';
import { givenNames, takenNames } from './script-names.ts';
import { TokenReader } from './token-reader.ts';
import { tokenize } from './tokenizer.ts';
import { Token } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/**
 * What a JavaScript module imports and exports, from its tokens alone: which specifiers are constant, whether they are reached at start,
 * whether their failure is caught. TypeScript and JSX need a parser (`server/io/ast.ts`), which gives the same facts.
 */
export function extractModule(text: string): ModuleFacts {
  const tokens = tokenize(text);
  const scopes = findScopes(tokens);
  const found = new Extraction(tokens, scopes, new LineIndex(text)).run();
  if (found.syntax === 'esm') return found;
  const properties = givenNames(new TokenReader(tokens), scopes);
  return { ...found, ...commonJsNames(text), ...(properties && { properties }) };
}

/** What Node's own lexer sees, which is what an importing ES module can name. It throws on ES modules only. */
function commonJsNames(text: string): Pick<ModuleFacts, 'exports' | 'starFrom'> {
  try {
    const { exports, reexports } = parseCommonJs(text);
    return { exports: [...exports], starFrom: [...reexports] };
  } catch {
    return { exports: [], starFrom: [] }; // As Node: a text that its lexer cannot follow has no named exports.
  }
}

/** A specifier's value, and the texts that it is written in. */
interface Written {
  readonly text: string;
  readonly first: number;
  readonly last: number;
}

class Extraction {
  readonly #links: LinkText[] = [];
  readonly #dynamic: ModuleFacts['dynamic'][number][] = [];
  readonly #exports: string[] = [];
  readonly #bracedNames: string[] = [];
  readonly #starFrom: string[] = [];
  /** What stands for `require` beside itself: the names that `createRequire` was given. */
  readonly #requires = new Set(['require']);
  readonly #reader: TokenReader;
  readonly #paths: PathTexts;
  #esm = false;

  constructor(
    readonly tokens: Tokens,
    readonly scopes: Scopes,
    readonly lines: LineIndex,
  ) {
    this.#reader = new TokenReader(tokens);
    this.#paths = new PathTexts(this.#reader);
  }

  run(): ModuleFacts {
    const { tokens } = this;
    if (tokens.text.includes('createRequire')) this.#findRequires();
    for (let at = 0; at < tokens.count; at++) {
      if (tokens.kind[at] === Token.Word && this.#mayLink(at) && !this.#reader.isProperty(at)) this.#linkWord(at);
    }
    const { problem } = tokens;
    return {
      syntax: this.#esm ? 'esm' : 'script',
      links: this.#links,
      dynamic: this.#dynamic,
      exports: this.#exports,
      ...(this.#bracedNames.length > 0 && { braced: this.#bracedNames }),
      starFrom: this.#starFrom,
      ...(problem && {
        problem: { message: problem.message, range: this.lines.range(problem.offset, problem.offset + 1) },
      }),
    };
  }

  /** What can be told by the first letter, for of all words hardly one in a hundred is wanted. */
  #mayLink(at: number): boolean {
    if (this.#requires.size > 1) return true;
    const first = this.tokens.text.charCodeAt(this.tokens.start[at] ?? 0);
    return (
      first === 105 /* i */ || first === 101 /* e */ || first === 114 /* r */ || first === 95 /* _ */ || first === 85
    ); /* U */
  }

  #linkWord(at: number): void {
    const word = this.#word(at);
    if (word === 'import') this.#import(at);
    else if (word === 'export') {
      if (this.scopes.isTop(at)) this.#export(at);
    } else if (word === '__dirname' || word === 'URL') this.#file(at);
    else if (this.#requires.has(word)) this.#require(at, word);
  }

  #import(at: number): void {
    const next = this.#word(at + 1);
    if (next === '(') {
      this.#call(at, at + 1, 'dynamic-import');
    } else if (next === '.') {
      this.#meta(at);
    } else if (this.scopes.isTop(at)) {
      const from = this.tokens.kind[at + 1] === Token.String ? at + 1 : this.#specifierAfterFrom(at + 1);
      if (from === undefined) return;
      this.#esm = true;
      this.#addLink('import', this.#written(from), at, this.#importedNames(at + 1, from));
    }
  }

  /** The names between `import` and `from`: a default, and those in braces by what the other module calls them. */
  #importedNames(first: number, last: number): LinkText['names'] {
    if (this.tokens.kind[first] === Token.String) return [];
    const names: LinkText['names'][number][] = [];
    const isDefault = this.tokens.kind[first] === Token.Word && (this.#word(first + 1) === ',' || first + 2 === last);
    if (isDefault) names.push({ name: 'default', range: this.#range(first) });
    for (let at = first; at < last; at++) {
      if (this.#word(at) === '{') names.push(...this.#braced(at));
    }
    return names;
  }

  /** `{ a, b as c, "d e" as f }`, by the name before `as`. */
  #braced(open: number): LinkText['names'][number][] {
    const names: LinkText['names'][number][] = [];
    const close = this.#reader.partner(open);
    for (let at = open + 1; at < close; at++) {
      names.push({ name: this.#nameAt(at), range: this.#range(at) });
      while (at < close && this.#word(at) !== ',') at++;
    }
    return names;
  }

  #export(at: number): void {
    const next = this.#word(at + 1);
    if (next === ':' || next === '=' || next === '.') return;
    this.#esm = true;
    if (next === '*') {
      const from = this.#specifierAfterFrom(at + 1);
      if (from === undefined) return;
      this.#addLink('export-from', this.#written(from), at, []);
      if (this.#word(at + 2) === 'as') this.#exports.push(this.#nameAt(at + 3));
      else this.#starFrom.push(this.#reader.text(from));
    } else if (next === '{') {
      this.#exportBraces(at + 1);
    } else if (next === 'default') {
      this.#exports.push('default');
    } else {
      this.#exportDeclaration(at + 1);
    }
  }

  #exportBraces(open: number): void {
    const close = this.#reader.partner(open);
    for (let at = open + 1; at < close; at++) {
      let exported = at;
      while (at < close && this.#word(at) !== ',') {
        if (this.#word(at) === 'as' && at > exported) exported = at + 1;
        at++;
      }
      this.#exports.push(this.#nameAt(exported));
      this.#bracedNames.push(this.#nameAt(exported));
    }
    if (this.#word(close + 1) !== 'from') return;
    const from = close + 2;
    if (this.tokens.kind[from] === Token.String)
      this.#addLink('export-from', this.#written(from), open, this.#braced(open));
  }

  /** `function a`, `class A`, `async function* a`, `const a = 1, { b, c: [d] } = x`. */
  #exportDeclaration(first: number): void {
    const word = this.#word(first);
    if (word === 'const' || word === 'let' || word === 'var') {
      this.#exports.push(...this.#declared(first + 1));
      return;
    }
    for (let at = first; at < first + 4; at++) {
      const part = this.#word(at);
      if (part === 'async' || part === 'function' || part === 'class' || part === '*') continue;
      if (this.tokens.kind[at] === Token.Word) this.#exports.push(part);
      return;
    }
  }

  /** The names that a declaration binds, up to where its statement ends. */
  #declared(first: number): string[] {
    const names: string[] = [];
    let expectsName = true;
    for (let at = first; at < this.tokens.count; at++) {
      const word = this.#word(at);
      if (expectsName) {
        if (word === '{' || word === '[') {
          const close = this.#reader.partner(at);
          names.push(...this.#pattern(at, close));
          at = close;
        } else {
          names.push(word);
        }
        expectsName = false;
      } else if (word === ',') {
        expectsName = true;
      } else if (
        word === ';' ||
        (word === 'export' && !this.#reader.isProperty(at)) ||
        this.scopes.beginsStatement(at)
      ) {
        break;
      } else if (this.tokens.kind[at] === Token.Open) {
        at = this.#reader.partner(at);
      }
    }
    return names;
  }

  /** The names in a destructuring pattern: those that a comma, `}` or `]` or a default's `=` follows. */
  #pattern(open: number, close: number): string[] {
    const names: string[] = [];
    for (let at = open + 1; at < close; at++) {
      const word = this.#word(at);
      if (word === '{' || word === '[') {
        const end = this.#reader.partner(at);
        if (this.#word(at - 1) !== '=') names.push(...this.#pattern(at, end));
        at = end;
      } else if (this.tokens.kind[at] === Token.Word && [',', '}', ']', '='].includes(this.#word(at + 1))) {
        names.push(word);
        while (at + 1 < close && this.#word(at + 1) !== ',') {
          at = this.tokens.kind[at + 1] === Token.Open ? this.#reader.partner(at + 1) : at + 1;
        }
      }
    }
    return names;
  }

  /** `import.meta` makes an ES module; its `resolve` and `dirname` name files. */
  #meta(at: number): void {
    if (this.#word(at + 2) !== 'meta') return;
    this.#esm = true;
    if (this.#reader.reads(at + 3, '.', 'resolve', '(')) this.#call(at, at + 5, 'meta-resolve');
    else if (this.#reader.reads(at + 3, '.', 'dirname')) this.#file(at);
  }

  /** `const load = createRequire(import.meta.url)`: from then on `load` is this module's `require`. */
  #findRequires(): void {
    const { tokens } = this;
    for (let at = 0; at < tokens.count; at++) {
      if (!this.#reader.is(at, 'createRequire') || !this.scopes.isCreatedHere(at)) continue;
      const before = this.#reader.isProperty(at) ? at - 3 : at - 1;
      if (this.#word(before) === '=' && tokens.kind[before - 1] === Token.Word)
        this.#requires.add(this.#word(before - 1));
    }
  }

  #require(at: number, name: string): void {
    if (name === 'require' && this.scopes.isShadowed(at)) return;
    const reader = this.#reader;
    if (reader.reads(at + 1, '(')) this.#call(at, at + 1, 'require');
    else if (reader.reads(at + 1, '?.', '(')) this.#call(at, at + 2, 'require');
    else if (reader.reads(at + 1, '.', 'resolve', '(')) this.#call(at, at + 3, 'require-resolve');
  }

  /** A call that imports: a constant argument is a link, a computed one is dynamic. */
  #call(at: number, open: number, kind: LinkKind): void {
    const close = this.#reader.partner(open);
    if (close >= this.tokens.count || open + 1 === close) return;
    let first = open + 1;
    let end = close;
    // A cast in a comment stands before parentheses of its own.
    while (this.#reader.is(first, '(') && this.#reader.partner(first) + 1 === end) end = this.#reader.partner(first++);
    let last = first;
    let text = this.#reader.isText(first) ? this.#reader.text(first) : '';
    while (this.#reader.isText(last) && this.#word(last + 1) === '+' && this.#reader.isText(last + 2)) {
      last += 2;
      text += this.#reader.text(last);
    }
    // A comma before the parenthesis says nothing.
    const after = this.#word(last + 1) === ',' && last + 2 === end ? ')' : this.#word(last + 1);
    // `require.resolve` with options looks from other places than this module.
    const isWhole = after === ')' || (after === ',' && kind !== 'require-resolve' && end === close);
    if (this.#reader.isText(last) && isWhole) {
      this.#addLink(kind, { text, first, last }, at, kind === 'require' ? this.#takenNames(at, close) : [], close);
      return;
    }
    const path = this.#paths.at(first);
    if (path?.isWhole === true && path.to + 1 === end) {
      this.#addLink(kind, { text: path.path, first: path.firstText, last: path.lastText }, at, [], close);
      return;
    }
    const constant = after === '+' ? text : this.#templatePrefix(first);
    this.#addDynamic(first, end, 'specifier', path?.path ?? constant);
  }

  #takenNames(at: number, close: number): LinkText['names'] {
    return takenNames(this.#reader, at, close).map((name) => ({ name: this.#nameAt(name), range: this.#range(name) }));
  }

  #templatePrefix(at: number): string {
    return this.tokens.kind[at] === Token.TemplatePart ? this.#word(at).slice(1) : '';
  }

  /** An expression that names a file beside the module; what uses it decides what kind of link it is. */
  #file(at: number): void {
    const path = this.#paths.around(at);
    if (path === undefined) return;
    const { from, to } = this.#unwrapped(path);
    const isArgument = this.#word(from - 1) === '(';
    const user = isArgument ? this.#word(from - 2) : '';
    // These have been read by their call.
    if (user === 'require' || user === 'import' || (user === 'resolve' && this.#requires.has(this.#word(from - 4))))
      return;
    if (user === 'readdirSync' || user === 'readdir') {
      this.#addDynamic(path.from, path.to + 1, 'listing', path.path.endsWith('/') ? path.path : `${path.path}/`);
    } else if (path.isWhole) {
      const kind = user === 'Worker' && this.#word(from - 3) === 'new' ? 'worker' : user === 'fork' ? 'fork' : 'file';
      this.#addLink(kind, { text: path.path, first: path.firstText, last: path.lastText }, from, [], to + 1);
    }
  }

  /** Without what only turns a URL into a path. */
  #unwrapped({ from, to }: PathText): { from: number; to: number } {
    const isWrapped =
      this.#word(from - 1) === '(' && this.#word(from - 2) === 'fileURLToPath' && this.#word(to + 1) === ')';
    if (!isWrapped) return { from, to };
    const start = from - 2;
    return { from: this.#reader.isProperty(start) ? start - 2 : start, to: to + 1 };
  }

  #addDynamic(first: number, end: number, how: 'specifier' | 'listing', prefix: string): void {
    const range = this.lines.range(this.tokens.start[first] ?? 0, this.tokens.start[end] ?? this.tokens.text.length);
    this.#dynamic.push({ how, range, prefix });
  }

  #addLink(kind: LinkKind, specifier: Written, at: number, names: LinkText['names'], close?: number): void {
    const { start, end } = this.tokens;
    this.#links.push({
      kind,
      specifier: specifier.text,
      range: this.lines.range((start[specifier.first] ?? 0) + 1, (end[specifier.last] ?? 0) - 1),
      names,
      when: this.scopes.isReached(at) ? 'reached' : 'start',
      caught: close !== undefined && this.scopes.isCaught(at, close, kind === 'dynamic-import'),
    });
  }

  #written(at: number): Written {
    return { text: this.#reader.text(at), first: at, last: at };
  }

  /** The string after the next `from` of this statement: up to there stand names, braces, commas and a star. */
  #specifierAfterFrom(first: number): number | undefined {
    for (let at = first; at < this.tokens.count; at++) {
      if (this.#reader.is(at, 'from') && this.tokens.kind[at + 1] === Token.String) return at + 1;
      if (this.#reader.is(at, '{')) at = this.#reader.partner(at);
      else if (this.tokens.kind[at] === Token.Word) {
        if (this.#reader.is(at, 'import') || this.#reader.is(at, 'export')) return undefined;
      } else if (!this.#reader.is(at, ',') && !this.#reader.is(at, '*')) return undefined;
    }
    return undefined;
  }

  #nameAt(at: number): string {
    return this.tokens.kind[at] === Token.String ? this.#reader.text(at) : this.#word(at);
  }

  #range(at: number): ModuleFacts['dynamic'][number]['range'] {
    return this.lines.range(this.tokens.start[at] ?? 0, this.tokens.end[at] ?? 0);
  }

  #word(at: number): string {
    return this.#reader.word(at);
  }
}
