const CR = 13;
const LF = 10;
/** As git does, a NUL among the first bytes tells that these are no text. */
const LOOKED_AT = 8000;

/**
 * A text with each CRLF turned to LF, as git keeps it where it turns line endings; `undefined` where there is none to turn, or where
 * it is no text. A file that was deployed from Windows is then known by the same name as the one that was committed.
 */
export function withLf(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.subarray(0, LOOKED_AT).includes(0)) return undefined;
  const turned = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === CR && bytes[at + 1] === LF) continue;
    turned[length++] = byte;
  }
  return length === bytes.length ? undefined : turned.subarray(0, length);
}
