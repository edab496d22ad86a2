import { join } from '../tree/path.ts';
import type { TreePath } from '../tree/tree.ts';

/** What a `file:` URL says: a decoded path, which may end with a slash, or the code of Node's refusal. */
export type FileUrl =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** Characters that mean themselves in a URL's path: only these need no URL parser. */
const PLAIN = /^[\w@./~!$&'()*+,;=-]*$/;

/**
 * What a relative or absolute path-like text, read as a URL, means from a file in a folder (WHATWG URL, then Node's `fileURLToPath`): query
 * and fragment go, escapes are decoded, a backslash is a slash.
 */
export function fromFileIn(folder: TreePath, reference: string): FileUrl {
  if (PLAIN.test(reference) && !reference.startsWith('//')) {
    const path = join(folder, reference);
    return { kind: 'path', path: endsAsFolder(reference) && path !== '/' ? `${path}/` : path };
  }
  return pathOf(() => new URL(reference, fileUrl(join(folder, 'x'))), reference);
}

/** What an absolute `file:` URL means. */
export function fromFileUrl(url: string): FileUrl {
  return pathOf(() => new URL(url), url);
}

/** `pathToFileURL` for POSIX: everything that the URL parser would read otherwise is escaped. */
function fileUrl(path: TreePath): string {
  return `file://${path.split('/').map(encodeURIComponent).join('/')}`;
}

function pathOf(parse: () => URL, text: string): FileUrl {
  let url: URL;
  try {
    url = parse();
  } catch {
    return { kind: 'refused', code: 'ERR_INVALID_URL', message: `"${text}" is no URL` };
  }
  if (/%2f|%5c/i.test(url.pathname)) {
    const message = `"${text}" must not include an encoded slash or backslash`;
    return { kind: 'refused', code: 'ERR_INVALID_MODULE_SPECIFIER', message };
  }
  if (url.host !== '') {
    const message = `"${text}" names the host ${url.host}: a file URL may name none`;
    return { kind: 'refused', code: 'ERR_INVALID_FILE_URL_HOST', message };
  }
  try {
    return { kind: 'path', path: decodeURIComponent(url.pathname) };
  } catch {
    return { kind: 'refused', code: 'URIError', message: `"${text}" has a percent sign that escapes nothing` };
  }
}

function endsAsFolder(reference: string): boolean {
  return /(^|\/)\.{0,2}$/.test(reference);
}
