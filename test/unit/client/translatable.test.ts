import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const client = path.resolve(import.meta.dirname, '../../../client');

interface Sentence {
  readonly where: string;
  /** `undefined` where the first argument is put together: no tool could extract it for translation. */
  readonly text: string | undefined;
  readonly parts: number;
}

function sentencesOf(file: string): Sentence[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Sentence[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:vscode\.l10n\.)?t$/.test(node.expression.getText())) {
      const [first, ...parts] = node.arguments;
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({
        where: `${path.relative(client, file)}:${line}`,
        text: first !== undefined && ts.isStringLiteralLike(first) ? first.text : undefined,
        parts: parts.length,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe("the client's sentences", () => {
  const sentences = readdirSync(client, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => sentencesOf(path.join(client, file)));

  it('are literals, so that they can be extracted for translation', () => {
    expect(sentences.length).toBeGreaterThan(50);
    expect(sentences.filter(({ text }) => text === undefined).map(({ where }) => where)).toEqual([]);
  });

  it('use each of their parts, and name none that they are not given', () => {
    for (const { where, text = '', parts } of sentences) {
      const named = new Set([...text.matchAll(/\{(\d+)\}/g)].map((match) => Number(match[1])));
      expect([...named].sort(), where).toEqual(Array.from({ length: parts }, (_, index) => index));
    }
  });
});
