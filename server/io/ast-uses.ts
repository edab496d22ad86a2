import { ts } from 'ts-morph';
import type { Use } from '../core/link/module-facts.ts';
import { isBoundInside } from './ast-require.ts';

const RANK = { nothing: 0, metadata: 1, exported: 2, members: 3, value: 4 } as const;
type How = keyof typeof RANK;

/** What a TypeScript module does with the names that it imports: which of them its output still needs. */
export class ImportedNames {
  readonly #uses = new Map<string, How>();
  /** Where a name of this module comes from. */
  readonly #origins = new Map<string, { readonly specifier: string; readonly name: string }>();
  #hasJsx = false;
  readonly #pragmas: ReadonlySet<string>;

  constructor(source: ts.SourceFile) {
    const pragmas = [...source.text.matchAll(/@jsx(?:Frag)?\s+([\w$]+)/g)].map(([, name]) => name ?? '');
    this.#pragmas = new Set(pragmas);
  }

  add(local: string, specifier: string, name: string): void {
    this.#uses.set(local, 'nothing');
    this.#origins.set(local, { specifier, name });
  }

  origin(local: string): { readonly specifier: string; readonly name: string } | undefined {
    return this.#origins.get(local);
  }

  /** An identifier that stands in the output. */
  see(node: ts.Identifier): void {
    const known = this.#uses.get(node.text);
    if (known === undefined || known === 'value' || !isReference(node) || isBoundInside(node)) return;
    this.#note(node.text, howUsed(node));
  }

  giveOn(local: string): void {
    this.#note(local, 'exported');
  }

  sawJsx(): void {
    this.#hasJsx = true;
    for (const name of this.#pragmas) this.#note(name, 'value');
  }

  /** The type of something decorated: with metadata, the class that it names becomes a value. */
  seeMetadata(type: ts.TypeNode | undefined): void {
    if (type === undefined) return;
    if (ts.isTypeReferenceNode(type)) {
      let { typeName: name } = type;
      while (ts.isQualifiedName(name)) name = name.left;
      if (!isBoundInside(name)) this.#note(name.text, 'metadata');
    } else if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type)) {
      // Of several types only one that is left without null and undefined is written down.
      for (const each of type.types) this.seeMetadata(each);
    } else if (ts.isParenthesizedTypeNode(type)) {
      this.seeMetadata(type.type);
    }
  }

  /** `undefined` where one of the names is a value for certain. */
  usesOf(locals: readonly string[]): Use[] | undefined {
    const uses: Use[] = [];
    for (const local of locals) {
      const as = this.#uses.get(local) ?? 'nothing';
      if (as === 'value') return undefined;
      uses.push({ name: this.#origins.get(local)?.name ?? '*', as, ...(this.#hasJsx && { factory: local }) });
    }
    return uses;
  }

  #note(local: string, how: How): void {
    const before = this.#uses.get(local);
    if (before !== undefined && RANK[how] > RANK[before]) this.#uses.set(local, how);
  }
}

function howUsed(node: ts.Identifier): How {
  const { parent } = node;
  if (ts.isExportAssignment(parent)) return 'exported';
  if (ts.isQualifiedName(parent) || ts.isImportEqualsDeclaration(parent)) return 'exported';
  if (ts.isPropertyAccessExpression(parent)) return 'members';
  const isByName = ts.isElementAccessExpression(parent) && parent.expression === node;
  return isByName && ts.isStringLiteralLike(parent.argumentExpression) ? 'members' : 'value';
}

/** Whether it stands for what it names, and does not itself name a member, a declaration or a label. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isJsxAttribute(parent) || ts.isJsxNamespacedName(parent)) return false;
  if (ts.isJsxOpeningElement(parent) || ts.isJsxSelfClosingElement(parent) || ts.isJsxClosingElement(parent))
    return !/^[a-z]/.test(node.text) && !node.text.includes('-');
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false;
  return !('name' in parent && parent.name === node);
}
