/**
 * A name or a text from a host as it may be shown: what would move the cursor, colour the screen, end the line or turn the writing
 * direction stands there escaped. Terminals obey what programs print, and a file on a host may be called anything.
 */
export function escapeName(text: string): string {
  return text.replace(UNSAFE, escapeOne);
}

/** As `escapeName`, for text of several lines: line ends stay. */
export function escapeLines(text: string): string {
  return text.split(/\r?\n/).map(escapeName).join('\n');
}

/** C0 and C1 controls, DEL, marks that turn or hide text (Unicode TR 36), line separators, and halves of surrogate pairs. */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

function escapeOne(char: string): string {
  const code = char.charCodeAt(0);
  const hex = code.toString(16);
  return SHORT[char] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`);
}
