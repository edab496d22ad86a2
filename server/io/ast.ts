import { ts } from 'ts-morph';
import { LineIndex } from '../core/link/lines.ts';
import type { LinkKind, LinkText, ModuleFacts } from '../core/link/module-facts.ts';
import { isShadowed, requireNames } from './ast-require.ts';

/**
 * What a TypeScript or JSX module imports and exports once it is JavaScript: `import type` and imports that only types use are no links,
 * since the compiler drops them. Loaded only where such a module is met; the rest is read by the lexer (`core/link/extract.ts`).
 */
export function parseModule(path: string, text: string): ModuleFacts {
  const kind = /\.[cm]?ts$/.test(path) ? ts.ScriptKind.TS : ts.ScriptKind.TSX;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
  const reader = new SourceReader(source, new LineIndex(text), /\.([cm]?ts|tsx)$/.test(path));
  reader.visit(source);
  return reader.facts();
}

class SourceReader {
  readonly #links: (LinkText & { readonly bindings?: readonly string[] })[] = [];
  readonly #dynamic: ModuleFacts['dynamic'][number][] = [];
  readonly #exports: string[] = [];
  readonly #starFrom: string[] = [];
  readonly #values = new Set<string>();
  readonly #requires: ReadonlySet<string>;
  #esm = false;

  constructor(
    readonly source: ts.SourceFile,
    readonly lines: LineIndex,
    readonly isTypeScript: boolean,
  ) {
    this.#requires = requireNames(source);
  }

  facts(): ModuleFacts {
    const links = this.#links
      .filter((link) => link.bindings === undefined || link.bindings.some((name) => this.#values.has(name)))
      .map(({ kind, specifier, range, names, when, caught }) => ({ kind, specifier, range, names, when, caught }));
    const problem = syntaxProblem(this.source, this.lines);
    return {
      syntax: this.#esm ? 'esm' : 'script',
      links,
      dynamic: this.#dynamic,
      exports: this.#exports,
      starFrom: this.#starFrom,
      ...(problem && { problem }),
    };
  }

  visit(node: ts.Node): void {
    // Types leave nothing behind.
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      return;
    }
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) return;
    if (ts.isImportDeclaration(node)) {
      this.#import(node);
      return;
    }
    if (ts.isImportEqualsDeclaration(node)) {
      this.#importEquals(node);
      return;
    }
    if (ts.isExportDeclaration(node)) {
      this.#exportDeclaration(node);
      return;
    }
    if (ts.isExportAssignment(node)) {
      this.#esm = true;
      this.#exports.push('default');
    } else if (ts.canHaveModifiers(node)) {
      this.#exportedStatement(node);
    }
    if (ts.isCallExpression(node)) this.#call(node);
    if (ts.isMetaProperty(node)) this.#esm = true;
    if (ts.isIdentifier(node)) this.#values.add(node.text);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  #import(node: ts.ImportDeclaration): void {
    this.#esm = true;
    const clause = node.importClause;
    if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || !ts.isStringLiteral(node.moduleSpecifier)) return;
    const names: LinkText['names'][number][] = [];
    const bindings: string[] = [];
    if (clause?.name !== undefined) {
      names.push({ name: 'default', range: this.#range(clause.name) });
      bindings.push(clause.name.text);
    }
    const named = clause?.namedBindings;
    if (named !== undefined && ts.isNamespaceImport(named)) bindings.push(named.name.text);
    if (named !== undefined && ts.isNamedImports(named)) {
      for (const element of named.elements) {
        if (element.isTypeOnly) continue;
        const imported = element.propertyName ?? element.name;
        names.push({ name: imported.text, range: this.#range(imported) });
        bindings.push(element.name.text);
      }
    }
    const elidable = this.isTypeScript && clause !== undefined;
    this.#addLink('import', node.moduleSpecifier, node, names, elidable ? bindings : undefined);
  }

  #importEquals(node: ts.ImportEqualsDeclaration): void {
    const reference = node.moduleReference;
    if (node.isTypeOnly || !ts.isExternalModuleReference(reference) || !ts.isStringLiteral(reference.expression))
      return;
    this.#addLink('require', reference.expression, node, [], [node.name.text]);
  }

  #exportDeclaration(node: ts.ExportDeclaration): void {
    this.#esm = true;
    if (node.isTypeOnly) return;
    const clause = node.exportClause;
    const names: LinkText['names'][number][] = [];
    if (clause !== undefined && ts.isNamedExports(clause)) {
      for (const element of clause.elements) {
        if (element.isTypeOnly) continue;
        const imported = element.propertyName ?? element.name;
        names.push({ name: imported.text, range: this.#range(imported) });
        this.#exports.push(element.name.text);
        if (node.moduleSpecifier === undefined) this.#values.add(imported.text);
      }
    } else if (clause !== undefined) {
      this.#exports.push(clause.name.text);
    }
    if (node.moduleSpecifier === undefined || !ts.isStringLiteral(node.moduleSpecifier)) return;
    this.#addLink('export-from', node.moduleSpecifier, node, names);
    if (clause === undefined) this.#starFrom.push(node.moduleSpecifier.text);
  }

  #exportedStatement(node: ts.Node & { modifiers?: ts.NodeArray<ts.ModifierLike> | undefined }): void {
    const modifiers = node.modifiers?.map((modifier) => modifier.kind) ?? [];
    if (!modifiers.includes(ts.SyntaxKind.ExportKeyword)) return;
    this.#esm = true;
    if (modifiers.includes(ts.SyntaxKind.DefaultKeyword)) {
      this.#exports.push('default');
    } else if (ts.isVariableStatement(node)) {
      for (const declaration of node.declarationList.declarations) this.#exports.push(...boundNames(declaration.name));
    } else if (
      (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isEnumDeclaration(node)) &&
      node.name
    ) {
      this.#exports.push(node.name.text);
    }
  }

  #call(node: ts.CallExpression): void {
    const kind = kindOf(node, this.#requires);
    const [argument] = node.arguments;
    if (kind === undefined || argument === undefined) return;
    if (ts.isStringLiteralLike(argument)) this.#addLink(kind, argument, node, []);
    else this.#dynamic.push({ how: 'specifier', range: this.#range(argument), prefix: constantPrefix(argument) });
  }

  #addLink(
    kind: LinkKind,
    specifier: ts.StringLiteralLike,
    node: ts.Node,
    names: LinkText['names'],
    bindings?: readonly string[],
  ): void {
    this.#links.push({
      kind,
      specifier: specifier.text,
      range: this.lines.range(specifier.getStart(this.source) + 1, specifier.getEnd() - 1),
      names,
      when: isReached(node) ? 'reached' : 'start',
      caught: isCaught(node, kind),
      ...(bindings && { bindings }),
    });
  }

  #range(node: ts.Node): LinkText['range'] {
    return this.lines.range(node.getStart(this.source), node.getEnd());
  }
}

function kindOf(node: ts.CallExpression, requires: ReadonlySet<string>): LinkKind | undefined {
  const callee = node.expression;
  const isRequire = (name: ts.Expression): boolean =>
    ts.isIdentifier(name) && requires.has(name.text) && !isShadowed(name);
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return 'dynamic-import';
  if (isRequire(callee)) return 'require';
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 'resolve') return undefined;
  if (ts.isMetaProperty(callee.expression)) return 'meta-resolve';
  // With options it looks from other places than this module.
  return isRequire(callee.expression) && node.arguments.length === 1 ? 'require-resolve' : undefined;
}

function constantPrefix(argument: ts.Expression): string {
  if (ts.isTemplateExpression(argument)) return argument.head.text;
  if (ts.isBinaryExpression(argument) && ts.isStringLiteral(argument.left)) return argument.left.text;
  return '';
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []));
}

function isReached(node: ts.Node): boolean {
  for (let at: ts.Node = node.parent; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isFunctionLike(at) && !isCalledAtOnce(at)) return true;
  }
  return false;
}

function isCalledAtOnce(node: ts.Node): boolean {
  const outer = ts.isParenthesizedExpression(node.parent) ? node.parent : node;
  return ts.isCallExpression(outer.parent) && outer.parent.expression === outer;
}

/** By a `try` with `catch` of the same function, or by `.catch` on the promise; a promise nobody waits for is caught by no `try`. */
function isCaught(node: ts.Node, kind: LinkKind): boolean {
  if (kind === 'import' || kind === 'export-from') return false;
  if (kind === 'dynamic-import') {
    for (
      let at = node.parent;
      ts.isPropertyAccessExpression(at) && ts.isCallExpression(at.parent);
      at = at.parent.parent
    ) {
      if (at.name.text === 'catch' || (at.name.text === 'then' && at.parent.arguments.length > 1)) return true;
    }
    if (!ts.isAwaitExpression(node.parent)) return false;
  }
  for (let at = node; !ts.isSourceFile(at.parent); at = at.parent) {
    if (ts.isFunctionLike(at)) return false;
    if (ts.isTryStatement(at.parent) && at.parent.tryBlock === at && at.parent.catchClause !== undefined) return true;
  }
  return false;
}

function syntaxProblem(source: ts.SourceFile, lines: LineIndex): ModuleFacts['problem'] {
  // Parsing leaves its diagnostics here; the public way to them needs a whole program.
  const diagnostics: unknown = Reflect.get(source, 'parseDiagnostics');
  const first: unknown = Array.isArray(diagnostics) ? diagnostics[0] : undefined;
  if (typeof first !== 'object' || first === null || !('start' in first) || typeof first.start !== 'number')
    return undefined;
  const message =
    'messageText' in first && typeof first.messageText === 'string' ? first.messageText : 'it cannot be parsed';
  return { message, range: lines.range(first.start, first.start + 1) };
}
