import { parse as parseCommonJs } from 'cjs-module-lexer';
import { LineIndex } from './lines.ts';
import type { LinkKind, LinkText, ModuleFacts } from './module-facts.ts';
import { readStringLiteral } from './string-literal.ts';
import { findScopes } from './scopes.ts';
import type { Scopes } from './scopes.ts';
import { Token, tokenize } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/**
 * What a JavaScript module imports and exports, from its tokens alone: which specifiers are constant, whether they are reached at start,
 * whether their failure is caught. TypeScript and JSX need a parser (`server/io/ast.ts`), which gives the same facts.
 */
export function extractModule(text: string): ModuleFacts {
  const tokens = tokenize(text);
  const found = new Extraction(tokens, findScopes(tokens), new LineIndex(text)).run();
  if (found.syntax === 'esm') return found;
  return { ...found, ...commonJsNames(text) };
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

class Extraction {
  readonly #links: LinkText[] = [];
  readonly #dynamic: ModuleFacts['dynamic'][number][] = [];
  readonly #exports: string[] = [];
  readonly #starFrom: string[] = [];
  #esm = false;

  constructor(
    readonly tokens: Tokens,
    readonly scopes: Scopes,
    readonly lines: LineIndex,
  ) {}

  run(): ModuleFacts {
    const { tokens } = this;
    for (let at = 0; at < tokens.count; at++) {
      if (tokens.kind[at] !== Token.Word || this.#isProperty(at)) continue;
      const first = tokens.text.charCodeAt(tokens.start[at] ?? 0);
      if (first === 105 /* i */) {
        if (this.#word(at) === 'import') this.#import(at);
      } else if (first === 101 /* e */) {
        if (this.#word(at) === 'export' && this.scopes.isTop(at)) this.#export(at);
      } else if (first === 114 /* r */) {
        if (this.#word(at) === 'require') this.#require(at);
      }
    }
    const { problem } = tokens;
    return {
      syntax: this.#esm ? 'esm' : 'script',
      links: this.#links,
      dynamic: this.#dynamic,
      exports: this.#exports,
      starFrom: this.#starFrom,
      ...(problem && {
        problem: { message: problem.message, range: this.lines.range(problem.offset, problem.offset + 1) },
      }),
    };
  }

  #import(at: number): void {
    const next = this.#word(at + 1);
    if (next === '(') {
      this.#call(at, at + 1, 'dynamic-import');
    } else if (next === '.') {
      this.#esm ||= this.#word(at + 2) === 'meta';
    } else if (this.scopes.isTop(at)) {
      const from = this.tokens.kind[at + 1] === Token.String ? at + 1 : this.#specifierAfterFrom(at + 1);
      if (from === undefined) return;
      this.#esm = true;
      this.#addLink('import', from, at, this.#importedNames(at + 1, from));
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
    const close = this.tokens.partner[open] ?? open;
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
      this.#addLink('export-from', from, at, []);
      if (this.#word(at + 2) === 'as') this.#exports.push(this.#nameAt(at + 3));
      else this.#starFrom.push(this.#specifier(from));
    } else if (next === '{') {
      this.#exportBraces(at + 1);
    } else if (next === 'default') {
      this.#exports.push('default');
    } else {
      this.#exportDeclaration(at + 1);
    }
  }

  #exportBraces(open: number): void {
    const close = this.tokens.partner[open] ?? open;
    for (let at = open + 1; at < close; at++) {
      let exported = at;
      while (at < close && this.#word(at) !== ',') {
        if (this.#word(at) === 'as' && at > exported) exported = at + 1;
        at++;
      }
      this.#exports.push(this.#nameAt(exported));
    }
    if (this.#word(close + 1) !== 'from') return;
    const from = close + 2;
    if (this.tokens.kind[from] === Token.String) this.#addLink('export-from', from, open, this.#braced(open));
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
          const close = this.tokens.partner[at] ?? at;
          names.push(...this.#pattern(at, close));
          at = close;
        } else {
          names.push(word);
        }
        expectsName = false;
      } else if (word === ',') {
        expectsName = true;
      } else if (word === ';' || this.scopes.beginsStatement(at)) {
        break;
      } else if (this.tokens.kind[at] === Token.Open) {
        at = this.tokens.partner[at] ?? at;
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
        const end = this.tokens.partner[at] ?? at;
        if (this.#word(at - 1) !== '=') names.push(...this.#pattern(at, end));
        at = end;
      } else if (this.tokens.kind[at] === Token.Word && [',', '}', ']', '='].includes(this.#word(at + 1))) {
        names.push(word);
        while (at + 1 < close && this.#word(at + 1) !== ',') {
          at = this.tokens.kind[at + 1] === Token.Open ? (this.tokens.partner[at + 1] ?? at + 1) : at + 1;
        }
      }
    }
    return names;
  }

  #require(at: number): void {
    if (this.scopes.isShadowed(at)) return;
    const next = this.#word(at + 1);
    if (next === '(') this.#call(at, at + 1, 'require');
    else if (next === '.' && this.#word(at + 2) === 'resolve' && this.#word(at + 3) === '(')
      this.#call(at, at + 3, 'require-resolve');
  }

  /** A call that imports: a constant argument is a link, a computed one is dynamic. */
  #call(at: number, open: number, kind: LinkKind): void {
    const argument = open + 1;
    const close = this.tokens.partner[open] ?? -1;
    if (close < 0 || argument === close) return;
    const isText = this.tokens.kind[argument] === Token.String || this.tokens.kind[argument] === Token.Template;
    const after = this.#word(argument + 1);
    if (isText && (after === ')' || after === ',')) {
      this.#addLink(kind, argument, at, [], close);
      return;
    }
    const prefix = isText && after === '+' ? this.#specifier(argument) : this.#templatePrefix(argument);
    this.#dynamic.push({
      how: 'specifier',
      range: this.lines.range(this.tokens.start[argument] ?? 0, this.tokens.start[close] ?? 0),
      prefix,
    });
  }

  #templatePrefix(at: number): string {
    return this.tokens.kind[at] === Token.TemplatePart ? this.#word(at).slice(1) : '';
  }

  #addLink(kind: LinkKind, specifier: number, at: number, names: LinkText['names'], close?: number): void {
    this.#links.push({
      kind,
      specifier: this.#specifier(specifier),
      range: this.lines.range((this.tokens.start[specifier] ?? 0) + 1, (this.tokens.end[specifier] ?? 0) - 1),
      names,
      when: this.scopes.isReached(at) ? 'reached' : 'start',
      caught: close !== undefined && this.scopes.isCaught(at, close, kind === 'dynamic-import'),
    });
  }

  /** The string after the next `from` of this statement. */
  #specifierAfterFrom(first: number): number | undefined {
    for (let at = first; at < this.tokens.count; at++) {
      if (this.#word(at) === 'from' && this.tokens.kind[at + 1] === Token.String) return at + 1;
      if (this.tokens.kind[at] === Token.Open) at = this.tokens.partner[at] ?? at;
      else if (this.#word(at) === ';') return undefined;
    }
    return undefined;
  }

  #nameAt(at: number): string {
    return this.tokens.kind[at] === Token.String ? this.#specifier(at) : this.#word(at);
  }

  #specifier(at: number): string {
    return readStringLiteral(this.#word(at));
  }

  #isProperty(at: number): boolean {
    if (at === 0) return false;
    const before = this.#word(at - 1);
    return before === '.' || before === '?.';
  }

  #range(at: number): ModuleFacts['dynamic'][number]['range'] {
    return this.lines.range(this.tokens.start[at] ?? 0, this.tokens.end[at] ?? 0);
  }

  #word(at: number): string {
    return at < this.tokens.count ? this.tokens.text.slice(this.tokens.start[at], this.tokens.end[at]) : '';
  }
}
