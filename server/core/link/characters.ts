/** What a character begins. */
export const enum Class {
  Punctuator,
  Space,
  LineEnd,
  Word,
  Digit,
  Quote,
  Backtick,
  Slash,
  Open,
  Close,
}

/** The class of each ASCII character. */
const CLASSES: readonly Class[] = Array.from({ length: 128 }, (_, code) => asciiClass(code));

/** By its character code. */
export function classOf(code: number): Class {
  return CLASSES[code] ?? wideClass(code);
}

function asciiClass(code: number): Class {
  const character = String.fromCharCode(code);
  if (character === '\n' || character === '\r') return Class.LineEnd;
  if (code <= 32) return Class.Space;
  if (/[A-Za-z$_#\\]/.test(character)) return Class.Word;
  if (/\d/.test(character)) return Class.Digit;
  if (character === '"' || character === "'") return Class.Quote;
  if (character === '`') return Class.Backtick;
  if (character === '/') return Class.Slash;
  if ('([{'.includes(character)) return Class.Open;
  return ')]}'.includes(character) ? Class.Close : Class.Punctuator;
}

/** Beyond ASCII: white space, line ends, and what ECMAScript allows in a name, taken widely. Beyond the text: nothing of a word. */
function wideClass(code: number): Class {
  if (Number.isNaN(code)) return Class.Punctuator;
  if (code === 0x2028 || code === 0x2029) return Class.LineEnd;
  if (/\s/.test(String.fromCharCode(code))) return Class.Space;
  return code > 160 ? Class.Word : Class.Punctuator;
}
