import { Token } from './tokens.ts';
import type { TokenReader } from './token-reader.ts';

/** An expression that names a file beside the module. Token indices; both ends belong to it. */
export interface PathText {
  /** Relative to the module's folder, beginning with `./` or `../`; decoded where it was written as a URL. */
  readonly path: string;
  /** False where more follows that only run time knows: then `path` is what it begins with. */
  readonly isWhole: boolean;
  readonly from: number;
  readonly to: number;
  /** The first and the last text in it: what is underlined. */
  readonly firstText: number;
  readonly lastText: number;
}

/**
 * Reads expressions that Node's documentation gives for files beside a module: `path.join(__dirname, 'a', 'b')`, `__dirname + '/a'`,
 * `` `${__dirname}/a` ``, each with `import.meta.dirname` too, and `new URL('./a', import.meta.url)`.
 */
export class PathTexts {
  #isOwnDirname: boolean | undefined;

  constructor(readonly reader: TokenReader) {}

  /** The expression that contains the `__dirname`, `import` (of `import.meta.dirname`) or `URL` at this token. */
  around(at: number): PathText | undefined {
    if (this.reader.word(at) === 'URL') return this.#url(at);
    const last = this.#dirname(at);
    if (last === undefined) return undefined;
    const before = this.reader.word(at - 1);
    if (before === '(' && this.reader.word(last + 1) === ',') return this.#joined(at, last);
    if (before === '${') return this.#inTemplate(at, last);
    return this.reader.word(last + 1) === '+' && !['+', '.', '?.'].includes(before) ? this.#added(at, last) : undefined;
  }

  /** The expression that begins at this token. */
  at(at: number): PathText | undefined {
    const { reader } = this;
    let inner = at;
    if (reader.reads(at, 'new', 'URL')) inner = at + 1;
    else if (reader.tokens.kind[at] === Token.TemplatePart && reader.word(at) === '`') inner = at + 2;
    else if (!['__dirname', 'import'].includes(reader.word(at))) {
      while (reader.word(inner + 1) === '.' && inner < at + 4) inner += 2;
      inner = ['join', 'resolve'].includes(reader.word(inner)) && reader.word(inner + 1) === '(' ? inner + 2 : at;
    }
    const found = this.around(inner);
    return found?.from === at ? found : undefined;
  }

  /** The last token of `__dirname` or `import.meta.dirname`, where it is the module's own folder. */
  #dirname(at: number): number | undefined {
    const { reader } = this;
    if (reader.reads(at, 'import', '.', 'meta', '.', 'dirname')) return at + 4;
    if (reader.word(at) !== '__dirname' || reader.isProperty(at)) return undefined;
    this.#isOwnDirname ??= this.#dirnameIsOwn();
    return this.#isOwnDirname ? at : undefined;
  }

  /** ES modules make their own; one that is made from the working directory is not the module's folder. */
  #dirnameIsOwn(): boolean {
    const { reader } = this;
    for (let at = 0; at < reader.tokens.count; at++) {
      if (reader.word(at) !== '__dirname' || !['const', 'let', 'var'].includes(reader.word(at - 1))) continue;
      const made: string[] = [];
      for (let next = at + 2; next < at + 24 && next < reader.tokens.count; next++) {
        if (reader.word(next) === ';' || ['const', 'let', 'var', 'export'].includes(reader.word(next))) break;
        made.push(reader.word(next));
      }
      const text = made.join('');
      const isOfFile =
        /dirname\((?:__filename|fileURLToPath\(import\.meta\.url\)|\w+\.fileURLToPath\(import\.meta\.url\))\)/;
      const isOfUrl =
        /(?:fileURLToPath\(newURL\(["'`]\.\/?["'`],import\.meta\.url\)\)|dirname\(newURL\(import\.meta\.url\)\.pathname\)|^import\.meta\.dirname$)/;
      return isOfFile.test(text) || isOfUrl.test(text);
    }
    return true;
  }

  /** `path.join(__dirname, 'a', 'b')`: one text for each part, then perhaps what is not known. */
  #joined(at: number, last: number): PathText | undefined {
    const { reader } = this;
    const name = reader.word(at - 2);
    if (name !== 'join' && name !== 'resolve') return undefined;
    let from = at - 2;
    while (reader.isProperty(from)) from -= 2;
    const to = reader.partner(at - 1);
    const parts: string[] = [];
    let next = last + 1;
    for (; reader.word(next) === ',' && reader.isText(next + 1); next += 2) {
      if (![',', ')'].includes(reader.word(next + 2))) break;
      parts.push(reader.text(next + 1));
    }
    // A part that begins with a slash starts anew for `resolve`.
    if (
      parts.length === 0 ||
      to >= reader.tokens.count ||
      (name === 'resolve' && parts.some((part) => part.startsWith('/')))
    )
      return undefined;
    const isWhole = next === to || (reader.word(next) === ',' && next + 1 === to);
    const path = relativePath(parts.join('/'));
    return { path: isWhole ? path : `${path}/`, isWhole, from, to, firstText: last + 2, lastText: next - 1 };
  }

  /** `__dirname + '/a'` */
  #added(at: number, last: number): PathText | undefined {
    const { reader } = this;
    let text = '';
    let next = last + 1;
    for (; reader.word(next) === '+' && reader.isText(next + 1); next += 2) text += reader.text(next + 1);
    if (!text.startsWith('/')) return undefined;
    const isWhole = !['+', '.', '['].includes(reader.word(next));
    return { path: pathOf(text, isWhole), isWhole, from: at, to: next - 1, firstText: last + 2, lastText: next - 1 };
  }

  /** `` `${__dirname}/a` `` */
  #inTemplate(at: number, last: number): PathText | undefined {
    const { reader } = this;
    const rest = last + 2;
    if (reader.word(at - 2) !== '`' || reader.tokens.kind[rest] !== Token.TemplatePart) return undefined;
    const raw = reader.word(rest);
    const isWhole = raw.endsWith('`');
    const text = isWhole ? reader.text(rest) : raw.slice(1);
    if (!text.startsWith('/')) return undefined;
    return { path: pathOf(text, isWhole), isWhole, from: at - 2, to: rest, firstText: rest, lastText: rest };
  }

  /** `new URL('./a', import.meta.url)` */
  #url(at: number): PathText | undefined {
    const { reader } = this;
    const text = at + 2;
    if (!reader.reads(at - 1, 'new', 'URL', '(') || !reader.isText(text)) return undefined;
    if (!reader.reads(text + 1, ',', 'import', '.', 'meta', '.', 'url')) return undefined;
    const written = reader.text(text);
    if (!/^\.{1,2}\//.test(written)) return undefined;
    const path = decoded(written.replace(/[?#].*$/s, ''));
    if (path === undefined) return undefined;
    return { path, isWhole: true, from: at - 1, to: reader.partner(at + 1), firstText: text, lastText: text };
  }
}

/** What follows the folder, as a path relative to it. What is not whole keeps its end as it is. */
function pathOf(text: string, isWhole: boolean): string {
  if (isWhole || text.endsWith('/')) return relativePath(text) + (isWhole ? '' : '/');
  return relativePath(text);
}

/** Normalised, beginning with `./` or `../`. */
function relativePath(text: string): string {
  const parts: string[] = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts[0] === '..' ? parts.join('/') : `./${parts.join('/')}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
