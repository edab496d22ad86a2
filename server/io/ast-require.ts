import { ts } from 'ts-morph';

/**
 * The names that stand for this module's `require`: itself, and what `createRequire` gave for this module (Node, "Modules: node:module").
 */
export function requireNames(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set(['require']);
  if (!source.text.includes('createRequire')) return names;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && isCreatedHere(node.initializer)) {
      names.add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

/** Whether a name is bound by something else than `createRequire` where it is used: a parameter, a variable, a function, an import. */
export function isShadowed(use: ts.Identifier): boolean {
  return isBoundInside(use) || isDeclaredIn(use.getSourceFile().statements, use.text);
}

/** Whether something inside the module binds a name where it is used, before its top would. */
export function isBoundInside(use: ts.Identifier): boolean {
  const name = use.text;
  for (let at: ts.Node = use; !ts.isSourceFile(at); at = at.parent) {
    const scope = at.parent;
    if (ts.isFunctionLike(scope) && scope.parameters.some((parameter) => binds(parameter.name, name))) return true;
    if (ts.isFunctionLike(scope) && 'body' in scope && scope.body !== undefined && hoists(scope.body, name))
      return true;
    if ((ts.isFunctionExpression(scope) || ts.isClassLike(scope)) && scope.name?.text === name) return true;
    if (ts.isCaseBlock(scope) && scope.clauses.some(({ statements }) => isDeclaredIn(statements, name))) return true;
    if (ts.isCatchClause(scope) && scope.variableDeclaration && binds(scope.variableDeclaration.name, name))
      return true;
    if ((ts.isForStatement(scope) || ts.isForOfStatement(scope) || ts.isForInStatement(scope)) && scope.initializer) {
      const { initializer } = scope;
      if (ts.isVariableDeclarationList(initializer) && declares(initializer, name)) return true;
    }
    if ((ts.isBlock(scope) || ts.isModuleBlock(scope)) && isDeclaredIn(scope.statements, name)) return true;
  }
  return false;
}

/** Whether a `var` in a function's body, and in none inside it, binds a name. */
function hoists(node: ts.Node, name: string): boolean {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
  if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0 && declares(node, name))
    return true;
  return ts.forEachChild(node, (child) => hoists(child, name)) ?? false;
}

function isDeclaredIn(statements: readonly ts.Statement[], name: string): boolean {
  return statements.some((statement) => {
    if (ts.isVariableStatement(statement)) {
      // `declare const require` only tells the compiler of Node's own.
      const isAmbient = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) ?? false;
      return !isAmbient && declares(statement.declarationList, name);
    }
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement))
      return statement.name?.text === name;
    return ts.isImportDeclaration(statement) && imports(statement.importClause, name);
  });
}

function declares(list: ts.VariableDeclarationList, name: string): boolean {
  return list.declarations.some((one) => binds(one.name, name) && !isCreatedHere(one.initializer));
}

function imports(clause: ts.ImportClause | undefined, name: string): boolean {
  if (clause === undefined) return false;
  if (clause.name?.text === name) return true;
  const bindings = clause.namedBindings;
  if (bindings === undefined) return false;
  return ts.isNamespaceImport(bindings)
    ? bindings.name.text === name
    : bindings.elements.some((element) => element.name.text === name);
}

function binds(bound: ts.BindingName, name: string): boolean {
  if (ts.isIdentifier(bound)) return bound.text === name;
  return bound.elements.some((element) => ts.isBindingElement(element) && binds(element.name, name));
}

/** `createRequire(import.meta.url)` or `module.createRequire(__filename)`. */
function isCreatedHere(made: ts.Expression | undefined): boolean {
  if (made === undefined || !ts.isCallExpression(made)) return false;
  const callee = ts.isPropertyAccessExpression(made.expression) ? made.expression.name : made.expression;
  const [place] = made.arguments;
  if (!ts.isIdentifier(callee) || callee.text !== 'createRequire' || place === undefined) return false;
  return /^(?:import\.meta\.(?:url|filename)|__filename)$/.test(place.getText());
}
