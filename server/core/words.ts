/**
 * The line of a failed program's output that tells why: the last that begins with the name of an error, as runtimes print it above a
 * stack and a version; else the last line.
 */
export function tellingLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const told = lines.filter((line) => line !== '' && !/^\s+at |^Node\.js v[\d.]+$/.test(line));
  const errors = told.filter((line) => /^(?:Uncaught )?[\w.]*(?:Error|Exception)\b/.test(line));
  return ((errors.length > 0 ? errors : told).pop() ?? '').trim();
}

/** `3 files`, `1 file`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** How old something is, as a person says it: `40 minutes`, `3 hours`, `12 days`. */
export function age(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return count(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? count(hours, 'hour') : count(Math.round(hours / 24), 'day');
}
