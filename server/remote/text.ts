/** The last line of a program's output: where it failed, its reason stands there. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

const MAX_CHARS = 1000;

/** What a host wrote, for people to read: cut where it is long, with a space for each character that could steer a terminal. */
export function printable(text: string): string {
  return text.slice(0, MAX_CHARS).replace(/\p{C}/gu, ' ').trim();
}
