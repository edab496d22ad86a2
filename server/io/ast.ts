import { ts } from 'ts-morph';
import { LineIndex } from '../core/link/lines.ts';
import type { LinkKind, LinkText, ModuleFacts, Use } from '../core/link/module-facts.ts';
import { isShadowed, requireNames } from './ast-require.ts';
import { ImportedNames } from './ast-uses.ts';

/**
 * What a TypeScript or JSX module imports and exports once it is JavaScript. What is written as a type is no link; of an import that may be
 * dropped, what is done with its names. Loaded only where such a module is met; the rest is read by the lexer (`core/link/extract.ts`).
 */
export function parseModule(path: string, text: string): ModuleFacts {
  const kind = /\.[cm]?ts$/.test(path) ? ts.ScriptKind.TS : ts.ScriptKind.TSX;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
  const reader = new SourceReader(source, new LineIndex(text), /\.([cm]?ts|tsx)$/.test(path));
  reader.visit(source);
  return reader.facts();
}

class SourceReader {
  readonly #links: (LinkText & { readonly locals?: readonly string[] })[] = [];
  readonly #dynamic: ModuleFacts['dynamic'][number][] = [];
  readonly #exports: string[] = [];
  readonly #starFrom: string[] = [];
  readonly #names: ImportedNames;
  readonly #passed: Record<string, { specifier: string; name: string }> = {};
  readonly #constEnums: string[] = [];
  readonly #types: string[] = [];
  readonly #requires: ReadonlySet<string>;
  #esm = false;

  constructor(
    readonly source: ts.SourceFile,
    readonly lines: LineIndex,
    readonly isTypeScript: boolean,
  ) {
    this.#requires = requireNames(source);
    this.#names = new ImportedNames(source);
    this.#readImports();
  }

  facts(): ModuleFacts {
    const links = this.#links.map(({ locals, ...link }) => {
      const uses = locals === undefined ? link.uses : this.#names.usesOf(locals);
      return { ...link, ...(uses !== undefined && { uses }) };
    });
    const problem = syntaxProblem(this.source, this.lines);
    return {
      syntax: this.#esm ? 'esm' : 'script',
      links,
      dynamic: this.#dynamic,
      exports: this.#exports,
      starFrom: this.#starFrom,
      ...(Object.keys(this.#passed).length > 0 && { passed: this.#passed }),
      ...(this.#types.length > 0 && { types: this.#types }),
      ...(this.#constEnums.length > 0 && { constEnums: this.#constEnums }),
      ...(problem && { problem }),
    };
  }

  visit(node: ts.Node): void {
    // Types leave nothing behind; yet what names a member by its value is looked up all the same.
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) {
      this.#computedNames(node);
      return;
    }
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      this.#computedNames(node);
      if (node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true)
        this.#types.push(node.name.text);
      return;
    }
    if (isDeclaredOnly(node)) return;
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
      this.#esm ||= node.isExportEquals !== true;
      if (node.isExportEquals !== true) this.#exports.push('default');
    } else if (ts.canHaveModifiers(node)) {
      this.#exportedStatement(node);
    }
    if (ts.isCallExpression(node)) this.#call(node);
    if (ts.isMetaProperty(node)) this.#esm = true;
    if (ts.isIdentifier(node)) this.#names.see(node);
    if (ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node) || ts.isJsxFragment(node)) this.#names.sawJsx();
    if (ts.canHaveDecorators(node) || ts.isClassElement(node)) this.#metadata(node);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  #computedNames(node: ts.Node): void {
    ts.forEachChild(node, (child) => {
      if (ts.isComputedPropertyName(child)) this.visit(child);
      else this.#computedNames(child);
    });
  }

  /** Before anything is looked at: a name may be used above its import. */
  #readImports(): void {
    if (!this.isTypeScript) return;
    for (const node of this.source.statements) {
      if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
        const { importClause: clause, moduleSpecifier } = node;
        for (const [local, name] of boundBy(clause)) this.#names.add(local, moduleSpecifier.text, name);
      } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
        const { expression } = node.moduleReference;
        if (ts.isStringLiteral(expression)) this.#names.add(node.name.text, expression.text, '*');
      }
    }
  }

  /** The types that `emitDecoratorMetadata` writes down: of parameters and results of what is decorated, or has a decorated parameter. */
  #metadata(node: ts.Node): void {
    if (!this.isTypeScript) return;
    if (ts.isClassLike(node)) {
      const maker = node.members.find((member) => ts.isConstructorDeclaration(member) && member.body !== undefined);
      if (maker === undefined || !ts.isConstructorDeclaration(maker)) return;
      if (isDecorated(node) || maker.parameters.some(isDecorated))
        for (const { type } of maker.parameters) this.#names.seeMetadata(type);
    } else if (ts.isPropertyDeclaration(node)) {
      if (isDecorated(node)) this.#names.seeMetadata(node.type);
    } else if (ts.isMethodDeclaration(node) || ts.isAccessor(node)) {
      if (!isDecorated(node) && !node.parameters.some(isDecorated)) return;
      for (const { type } of [...node.parameters, node]) this.#names.seeMetadata(type);
    }
  }

  #import(node: ts.ImportDeclaration): void {
    this.#esm = true;
    const clause = node.importClause;
    if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || !ts.isStringLiteral(node.moduleSpecifier)) return;
    const names: LinkText['names'][number][] = [];
    if (clause?.name !== undefined) {
      names.push({ name: 'default', range: this.#range(clause.name) });
    }
    const named = clause?.namedBindings;
    if (named !== undefined && ts.isNamedImports(named)) {
      for (const element of named.elements) {
        if (element.isTypeOnly) continue;
        const imported = element.propertyName ?? element.name;
        names.push({ name: imported.text, range: this.#range(imported) });
      }
    }
    const isElidable = this.isTypeScript && clause !== undefined;
    const locals = isElidable ? boundBy(clause).map(([local]) => local) : undefined;
    this.#addLink('import', node.moduleSpecifier, node, names, locals && { locals });
  }

  #importEquals(node: ts.ImportEqualsDeclaration): void {
    const reference = node.moduleReference;
    const isExported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
    if (!node.isTypeOnly && !ts.isExternalModuleReference(reference))
      ts.forEachChild(node, (child) => this.visit(child));
    if (node.isTypeOnly || !ts.isExternalModuleReference(reference) || !ts.isStringLiteral(reference.expression))
      return;
    this.#addLink('require', reference.expression, node, [], isExported ? undefined : { locals: [node.name.text] });
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
        if (node.moduleSpecifier === undefined) this.#names.giveOn(imported.text);
        const origin =
          node.moduleSpecifier === undefined
            ? this.#names.origin(imported.text)
            : ts.isStringLiteral(node.moduleSpecifier) && { specifier: node.moduleSpecifier.text, name: imported.text };
        if (this.isTypeScript && origin) this.#passed[element.name.text] = origin;
      }
    } else if (clause !== undefined) {
      this.#exports.push(clause.name.text);
    }
    if (node.moduleSpecifier === undefined || !ts.isStringLiteral(node.moduleSpecifier)) return;
    const given = clause !== undefined && ts.isNamedExports(clause) && this.isTypeScript ? names : undefined;
    const uses = given?.map(({ name }): Use => ({ name, as: 'exported' }));
    this.#addLink('export-from', node.moduleSpecifier, node, names, uses && { uses });
    if (clause === undefined) this.#starFrom.push(node.moduleSpecifier.text);
  }

  #exportedStatement(node: ts.Node & { modifiers?: ts.NodeArray<ts.ModifierLike> | undefined }): void {
    const modifiers = node.modifiers?.map((modifier) => modifier.kind) ?? [];
    if (!modifiers.includes(ts.SyntaxKind.ExportKeyword)) return;
    this.#esm = true;
    if (ts.isEnumDeclaration(node) && modifiers.includes(ts.SyntaxKind.ConstKeyword)) {
      this.#constEnums.push(node.name.text);
      this.#exports.push(node.name.text);
    } else if (modifiers.includes(ts.SyntaxKind.DefaultKeyword)) {
      this.#exports.push('default');
    } else if (ts.isVariableStatement(node)) {
      for (const declaration of node.declarationList.declarations) this.#exports.push(...boundNames(declaration.name));
    } else if (
      (ts.isFunctionDeclaration(node) ||
        ts.isClassDeclaration(node) ||
        ts.isEnumDeclaration(node) ||
        ts.isModuleDeclaration(node) ||
        ts.isImportEqualsDeclaration(node)) &&
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
    kept?: { readonly locals: readonly string[] } | { readonly uses: readonly Use[] },
  ): void {
    this.#links.push({
      kind,
      specifier: specifier.text,
      range: this.lines.range(specifier.getStart(this.source) + 1, specifier.getEnd() - 1),
      names,
      when: isReached(node) ? 'reached' : 'start',
      caught: isCaught(node, kind),
      ...kept,
    });
  }

  #range(node: ts.Node): LinkText['range'] {
    return this.lines.range(node.getStart(this.source), node.getEnd());
  }
}

/** Local names with what each is called where it comes from; those that are written as types bind none. */
function boundBy(clause: ts.ImportClause | undefined): [local: string, name: string][] {
  if (clause === undefined || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const bound: [string, string][] = clause.name === undefined ? [] : [[clause.name.text, 'default']];
  const named = clause.namedBindings;
  if (named === undefined) return bound;
  if (ts.isNamespaceImport(named)) return [...bound, [named.name.text, '*']];
  const values = named.elements.filter((element) => !element.isTypeOnly);
  return [
    ...bound,
    ...values.map(({ name, propertyName }): [string, string] => [name.text, (propertyName ?? name).text]),
  ];
}

/** `declare`, and functions and methods without a body: they tell the compiler only. */
function isDeclaredOnly(node: ts.Node): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) ?? false;
}

function isDecorated(node: ts.Node): boolean {
  return ts.canHaveDecorators(node) && (ts.getDecorators(node) ?? []).length > 0;
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
