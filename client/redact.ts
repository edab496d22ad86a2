/** What a log must never hold: secrets by their shape, and those that a person has typed here. */
export class Redactor {
  readonly #typed = new Set<string>();

  /** From now on this very text is taken out of every line. Short ones are not: they would take half of the words with them. */
  remember(secret: string): void {
    if (secret.length < 4) return;
    this.#typed.add(secret);
    // As a message between client and server writes it.
    this.#typed.add(JSON.stringify(secret).slice(1, -1));
  }

  redact(text: string): string {
    let redacted = text;
    for (const secret of this.#typed) redacted = redacted.replaceAll(secret, '[redacted]');
    for (const [shape, instead] of SHAPES) redacted = redacted.replace(shape, instead);
    return redacted;
  }
}

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN ([A-Z ]*)PRIVATE KEY-----[\s\S]*?(?:-----END \1PRIVATE KEY-----|$)/g, '[private key]'],
  // A header, as a request or JSON writes it.
  [/\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(["']?\s*[:=]\s*["']?)[^\r\n"']+/gi, '$1$2[redacted]'],
  // An assignment, or a member of JSON, whose name says what it holds.
  [
    /\b([\w-]*(?:password|passwd|passphrase|secret|token|api[_-]?key))(\s*=\s*["']?|["']\s*:\s*["'])[^\s"',;&]+/gi,
    '$1$2[redacted]',
  ],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi, '$1[redacted]@'],
];
