const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
  '\n': '',
};

/** The value of a string literal or of a template without substitutions, given with its quotes (ECMAScript, 12.9.4 and 12.9.6). */
export function readStringLiteral(literal: string): string {
  const body = literal.slice(1, -1);
  if (!body.includes('\\')) return body;
  return body.replace(/\\(u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|\r\n|[^])/g, (_, escape: string) => {
    if (escape.length > 1 && (escape.startsWith('u') || escape.startsWith('x'))) {
      const code = Number.parseInt(escape.replace(/[ux{}]/g, ''), 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '';
    }
    return escape === '\r\n' ? '' : (SIMPLE[escape] ?? escape);
  });
}
