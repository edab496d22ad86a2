/** A name's text, or `undefined` where its bytes are not UTF-8: such a name is no path for us, and is reported escaped. */
export function nameText(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  // Decoding replaces what is not UTF-8, so only a faithful text encodes back to the same bytes.
  return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes) ? undefined : text;
}

/** Bytes as ASCII with `\xNN` for the rest, for people to read. */
export function escapeBytes(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, (char) => '\\x' + char.charCodeAt(0).toString(16).padStart(2, '0'));
}
