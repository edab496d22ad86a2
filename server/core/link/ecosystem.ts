import { parse } from 'acorn';
import type { Expression, Node, ObjectExpression, Program, Property, SpreadElement } from 'acorn';

/** An app as far as its declaration is constant text; `args` only where it is whole. */
export interface EcosystemApp {
  /** Empty where none is said. */
  readonly name: string;
  readonly script?: string;
  readonly cwd?: string;
  readonly args?: readonly string[];
  readonly interpreter?: string;
  /** What is given to the interpreter before the script; only where it is whole. */
  readonly interpreterArgs?: readonly string[];
}

/** What PM2's `ecosystem.config.*` says as constants. The file is code: it is read, never run. */
export interface Ecosystem {
  readonly apps: readonly EcosystemApp[];
  readonly deploys: readonly { readonly host?: string; readonly user?: string; readonly path?: string }[];
}

/** Finds `apps` and `deploy` wherever they stand as object keys. What is computed is left out; no text is an error. */
export function readEcosystem(text: string): Ecosystem {
  const program = parseAny(text);
  const apps: EcosystemApp[] = [];
  const deploys: Ecosystem['deploys'][number][] = [];
  for (const property of properties(program)) {
    const key = keyOf(property);
    if (key === 'apps') apps.push(...objectsIn(property.value).map(toApp));
    if (key === 'deploy' && property.value.type === 'ObjectExpression')
      for (const each of property.value.properties)
        if (each.type === 'Property' && each.value.type === 'ObjectExpression') deploys.push(toDeploy(each.value));
  }
  return { apps, deploys };
}

/** As a module, as a script, and as the JSON that PM2 takes too. */
function parseAny(text: string): Program | undefined {
  const attempts = [
    { text, sourceType: 'module' as const },
    { text, sourceType: 'script' as const },
    { text: `(${text}\n)`, sourceType: 'script' as const },
  ];
  for (const attempt of attempts) {
    try {
      return parse(attempt.text, {
        ecmaVersion: 'latest',
        sourceType: attempt.sourceType,
        allowReturnOutsideFunction: true,
        allowHashBang: true,
      });
    } catch {
      // Not in this form; the next one is tried, and a file in none of them proposes nothing.
    }
  }
  return undefined;
}

function* properties(node: unknown): Generator<Property> {
  if (Array.isArray(node)) {
    for (const each of node) yield* properties(each);
  } else if (isNode(node)) {
    if (isProperty(node)) yield node;
    for (const value of Object.values(node)) yield* properties(value);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function isProperty(node: Node): node is Property {
  return node.type === 'Property';
}

function objectsIn(value: Expression): ObjectExpression[] {
  if (value.type === 'ObjectExpression') return [value];
  if (value.type !== 'ArrayExpression') return [];
  return value.elements.flatMap((element) => (element?.type === 'ObjectExpression' ? [element] : []));
}

function toApp(app: ObjectExpression): EcosystemApp {
  const script = constant(app, 'script');
  const cwd = constant(app, 'cwd');
  const args = constants(app, 'args');
  const interpreter = constant(app, 'interpreter') ?? constant(app, 'exec_interpreter');
  const interpreterArgs = ['node_args', 'interpreter_args', 'interpreterArgs'].flatMap(
    (key) => constants(app, key) ?? [],
  );
  return {
    name: constant(app, 'name') ?? '',
    ...(script !== undefined && { script }),
    ...(cwd !== undefined && { cwd }),
    ...(args !== undefined && { args }),
    ...(interpreter !== undefined && { interpreter }),
    ...(interpreterArgs.length > 0 && { interpreterArgs }),
  };
}

function toDeploy(place: ObjectExpression): Ecosystem['deploys'][number] {
  const host = constant(place, 'host');
  const user = constant(place, 'user');
  const path = constant(place, 'path');
  return {
    ...(host !== undefined && { host }),
    ...(user !== undefined && { user }),
    ...(path !== undefined && { path }),
  };
}

/** A constant text, or the first of a list of them. */
function constant(object: ObjectExpression, name: string): string | undefined {
  const value = valueOf(object, name);
  return textOf(value?.type === 'ArrayExpression' ? value.elements[0] : value);
}

/** A constant text's words, or a list of constant texts; nothing where one of them is computed. */
function constants(object: ObjectExpression, name: string): string[] | undefined {
  const value = valueOf(object, name);
  if (value?.type !== 'ArrayExpression') return textOf(value)?.split(/\s+/);
  const texts = value.elements.map(textOf);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function valueOf(object: ObjectExpression, name: string): Expression | undefined {
  const property = object.properties.find((each) => each.type === 'Property' && keyOf(each) === name);
  return property?.type === 'Property' ? property.value : undefined;
}

function textOf(value: Expression | SpreadElement | null | undefined): string | undefined {
  if (value?.type === 'Literal' && typeof value.value === 'string') return value.value;
  if (value?.type === 'TemplateLiteral' && value.expressions.length === 0)
    return value.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

function keyOf(property: Property): string | undefined {
  const { key } = property;
  if (key.type === 'Identifier' && !property.computed) return key.name;
  return key.type === 'Literal' && typeof key.value === 'string' ? key.value : undefined;
}
