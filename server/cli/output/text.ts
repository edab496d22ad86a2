export { count } from '../../core/words.ts';
import { escapeName } from './escape.ts';

/** How words are set off; on a terminal by colour, elsewhere not at all. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
  cyan(text: string): string;
}

const same = (text: string): string => text;
export const PLAIN: Paint = { bold: same, dim: same, red: same, yellow: same, green: same, cyan: same };

export interface ReportOptions {
  readonly paint: Paint;
  /** Long groups whole. */
  readonly all?: boolean;
  /** What a next command needs to mean this target again, such as `--target staging`. */
  readonly flags?: string;
  /** It is shown before a question about it, or before it is done: what to run next is not said. */
  readonly isPreview?: boolean;
}

/** A group longer than this is cut, with a count. */
export const GROUP_LIMIT = 12;

/** Rows with their columns aligned, two spaces in. The last column is not padded. Cells are names from anywhere: escaped here. */
export function columns(
  rows: readonly (readonly string[])[],
  paintCell?: (cell: string, column: number) => string,
): string[] {
  const shown = rows.map((row) => row.map(escapeName));
  const widths: number[] = [];
  for (const row of shown)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, Math.min(cell.length, MAX_CELL))));
  return shown.map((row) => {
    const cells = row.map((cell, column) => {
      const padded = column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0);
      return paintCell === undefined ? padded : paintCell(padded, column);
    });
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

/** One very long name does not push every other row off the screen. */
const MAX_CELL = 60;

/** A titled group of rows, cut where it is long; nothing where it is empty. */
export function group(
  title: string,
  rows: readonly (readonly string[])[],
  options: ReportOptions,
  more = '--all shows them',
): string[] {
  if (rows.length === 0) return [];
  const shown = options.all === true || rows.length <= GROUP_LIMIT + 1 ? rows : rows.slice(0, GROUP_LIMIT);
  const rest = rows.length - shown.length;
  return [
    '',
    options.paint.bold(`${title} (${rows.length})`),
    ...columns(shown, (cell, column) => (column === 0 ? cell : options.paint.dim(cell))),
    ...(rest > 0 ? [options.paint.dim(`  … and ${rest} more (${more})`)] : []),
  ];
}

/** The last line of every report: what to run now. */
export function next(commands: readonly string[], options: ReportOptions): string[] {
  if (options.isPreview === true) return [];
  const flags = options.flags === undefined ? '' : ` ${options.flags}`;
  return [
    '',
    ...commands.map(
      (command, index) => `${index === 0 ? 'Next: ' : '  or: '}${options.paint.cyan(`${command}${flags}`)}`,
    ),
  ];
}

/** `2026-11-24 14:20:11 UTC`; anything that is no time as it came, escaped. */
export function time(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(iso);
  return match === null ? escapeName(iso) : `${match[1] ?? ''} ${match[2] ?? ''} UTC`;
}

/** A path as one word of a shell command that a person copies. */
export function shellWord(path: string): string {
  return quoted(path.startsWith('-') ? `./${path}` : path);
}

/** Any word of such a command. */
export function quoted(word: string): string {
  if (/^[A-Za-z0-9_./@%+=:,-]+$/.test(word)) return word;
  return `'${escapeName(word).replaceAll("'", `'\\''`)}'`;
}

export function lines(...parts: readonly (string | readonly string[])[]): string {
  return `${parts.flat().join('\n').replace(/^\n+/, '')}\n`;
}
