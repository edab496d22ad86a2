import { parse } from 'acorn';
import type { Node } from 'acorn';

/** A link as a whole parser with scopes sees it: what our lexer's answer is compared with. */
export interface ParsedLink {
  readonly kind: 'import' | 'export-from' | 'dynamic-import' | 'require' | 'require-resolve';
  readonly specifier: string;
  /** Offset of the specifier's quote. */
  readonly at: number;
  /** Inside a function that is not called where it stands. */
  readonly reached: boolean;
}

/** Reads a module by acorn. `undefined` where acorn itself cannot, as either kind of module. */
export function parseLinks(text: string): ParsedLink[] | undefined {
  for (const sourceType of ['module', 'script'] as const) {
    try {
      const program = parse(text, {
        ecmaVersion: 'latest',
        sourceType,
        allowReturnOutsideFunction: true,
        allowHashBang: true,
        allowAwaitOutsideFunction: sourceType === 'module',
      });
      return new Reader().read(program);
    } catch {
      continue;
    }
  }
  return undefined;
}

type Fields = Node & Readonly<Record<string, unknown>>;

class Reader {
  readonly #links: ParsedLink[] = [];
  /** For each enclosing scope, whether it binds `require`, and whether by `createRequire`. */
  readonly #scopes: ('free' | 'bound' | 'created')[] = [];
  #functions = 0;

  read(program: Node): ParsedLink[] {
    this.#visit(program as Fields);
    return this.#links.sort((a, b) => a.at - b.at);
  }

  #visit(node: Fields, parent?: Fields, grandparent?: Fields): void {
    const opensScope =
      /^(?:Program|BlockStatement|ForStatement|ForInStatement|ForOfStatement|SwitchStatement|CatchClause|.*Function.*)$/;
    const isScope = opensScope.test(node.type);
    const isFunction = /Function/.test(node.type) && !isCalledAtOnce(node, parent, grandparent);
    if (isScope) this.#scopes.push(bindingIn(node));
    if (isFunction) this.#functions++;
    this.#link(node);
    for (const child of childrenOf(node)) this.#visit(child, node, parent);
    if (isFunction) this.#functions--;
    if (isScope) this.#scopes.pop();
  }

  #link(node: Fields): void {
    if (node.type === 'ImportDeclaration') this.#add('import', node['source']);
    if (/^Export(?:Named|All)Declaration$/.test(node.type)) this.#add('export-from', node['source']);
    if (node.type === 'ImportExpression') this.#add('dynamic-import', node['source']);
    if (node.type !== 'CallExpression') return;
    const callee = node['callee'] as Fields;
    const args = node['arguments'] as Fields[];
    if (nameOf(callee) === 'require' && this.#isNodes()) this.#add('require', args[0]);
    const isResolve =
      callee.type === 'MemberExpression' && nameOf(callee['property']) === 'resolve' && callee['computed'] !== true;
    if (isResolve && nameOf(callee['object']) === 'require' && this.#isNodes() && args.length === 1)
      this.#add('require-resolve', args[0]);
  }

  #isNodes(): boolean {
    return this.#scopes.findLast((scope) => scope !== 'free') !== 'bound';
  }

  #add(kind: ParsedLink['kind'], source: unknown): void {
    const specifier = textOf(source as Fields | null | undefined);
    if (specifier === undefined) return;
    this.#links.push({ kind, specifier, at: (source as Fields).start, reached: this.#functions > 0 });
  }
}

function textOf(node: Fields | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node?.type !== 'TemplateLiteral' || (node['expressions'] as unknown[]).length > 0) return undefined;
  const [part] = node['quasis'] as { value: { cooked: string } }[];
  return part?.value.cooked;
}

function nameOf(node: unknown): string | undefined {
  const { type, name } = node as { type?: string; name?: string };
  return type === 'Identifier' ? name : undefined;
}

/** `(function () {})()`, and with `.call` or `.apply`. */
function isCalledAtOnce(node: Fields, parent: Fields | undefined, grandparent: Fields | undefined): boolean {
  if (node['generator'] === true || parent === undefined) return false;
  if (parent.type === 'CallExpression') return parent['callee'] === node;
  const isApplied = parent.type === 'MemberExpression' && /^(?:call|apply)$/.test(nameOf(parent['property']) ?? '');
  return isApplied && grandparent?.type === 'CallExpression' && grandparent['callee'] === parent;
}

function childrenOf(node: Fields): Fields[] {
  const values: readonly unknown[] = Object.values(node);
  return values.flatMap((value): readonly unknown[] => (Array.isArray(value) ? value : [value])).filter(isNode);
}

function isNode(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Whether a scope itself binds `require`: by a parameter, a declaration of its own, or a `var` from anywhere in its function. */
function bindingIn(scope: Fields): 'free' | 'bound' | 'created' {
  const isFunction = /Function|Program/.test(scope.type);
  const bindings: { created: boolean }[] = [];
  const pattern = (node: unknown, created = false): void => {
    if (!isNode(node)) return;
    if (nameOf(node) === 'require') bindings.push({ created });
    if (node.type === 'ObjectPattern')
      for (const property of node['properties'] as Fields[]) pattern(property['value'] ?? property['argument']);
    if (node.type === 'ArrayPattern') for (const element of node['elements'] as unknown[]) pattern(element);
    if (node.type === 'AssignmentPattern') pattern(node['left']);
    if (node.type === 'RestElement') pattern(node['argument']);
  };
  const declared = (node: Fields, isOwn: boolean): void => {
    if (node.type === 'VariableDeclaration' && (isOwn || (isFunction && node['kind'] === 'var'))) {
      for (const one of node['declarations'] as Fields[]) pattern(one['id'], isCreateRequire(one['init']));
    }
    if (/^(?:Function|Class)Declaration$/.test(node.type)) {
      if (isOwn) pattern(node['id']);
      return;
    }
    if (node.type === 'ImportDeclaration') for (const one of node['specifiers'] as Fields[]) pattern(one['local']);
    if (/Function|^Class|Property/.test(node.type)) return;
    const opens = /^(?:BlockStatement|ForStatement|ForInStatement|ForOfStatement|SwitchStatement|CatchClause)$/.test(
      node.type,
    );
    for (const child of childrenOf(node)) declared(child, isOwn && !opens);
  };
  if (/Function/.test(scope.type)) {
    for (const parameter of scope['params'] as unknown[]) pattern(parameter);
    if (scope.type === 'FunctionExpression') pattern(scope['id']);
    // A function's body is a block whose declarations are the function's own.
    const body = scope['body'] as Fields;
    for (const child of childrenOf(body)) declared(child, body.type === 'BlockStatement');
  } else if (scope.type === 'CatchClause') {
    pattern(scope['param']);
  } else {
    for (const child of childrenOf(scope)) declared(child, true);
  }
  if (bindings.length === 0) return 'free';
  return bindings.every(({ created }) => created) ? 'created' : 'bound';
}

function isCreateRequire(init: unknown): boolean {
  if (!isNode(init) || init.type !== 'CallExpression') return false;
  const callee = init['callee'] as Fields;
  return (
    nameOf(callee) === 'createRequire' ||
    (callee.type === 'MemberExpression' && nameOf(callee['property']) === 'createRequire')
  );
}
