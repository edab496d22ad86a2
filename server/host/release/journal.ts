import { appendFileSync, closeSync, fsyncSync, openSync, writeSync } from 'fs';
import type { JournalEvent, ReleaseOutcome, ReleaseStep } from '../../core/release/release.ts';
import { hasCode } from '../names.ts';
import { readIfThere, writeDurably } from './durable.ts';
import type { ReleaseFolder } from './folder.ts';
import { openOurs } from './ours.ts';

type Said = JournalEvent extends infer E ? (E extends JournalEvent ? Omit<E, 'seq' | 'at'> : never) : never;
type End = Extract<JournalEvent, { type: 'ended' }>;

/** Room for an end, taken before anything begins: how a release ended must be written even where the disk is full by then. */
const END_BYTES = 4096;
const MAX_DETAIL_CHARS = 800;

/** Tells people and clients what happened, a line each. Nothing decides by it but whether a release has ended. */
export class Journal {
  #seq: number;
  /** Whether the last line may have been cut short: then the next one must not be written onto its end. */
  #cut: boolean;

  constructor(readonly folder: ReleaseFolder) {
    this.#seq = readJournal(folder).length;
    this.#cut = !/(^|\n)$/.test(readIfThere(folder.file('journal.jsonl')) ?? '');
  }

  say(event: Said): void {
    this.#append({ seq: this.#seq++, at: new Date().toISOString(), ...event });
  }

  step(step: ReleaseStep, detail: string): void {
    this.say({ type: 'step', step, detail });
  }

  /**
   * Writes down how the release ended, durably, in the room that was kept for it.
   *
   * @returns what adds it to the lines that people read: what is cleared away first may make the room for that
   */
  end(outcome: ReleaseOutcome, detail: string): () => void {
    const short = detail.length > MAX_DETAIL_CHARS ? `${detail.slice(0, MAX_DETAIL_CHARS)} …` : detail;
    const end: End = { seq: this.#seq++, at: new Date().toISOString(), type: 'ended', outcome, detail: short };
    writeEnd(this.folder, JSON.stringify(end));
    return () => this.#append(end);
  }

  #append(event: object): void {
    try {
      appendFileSync(this.folder.file('journal.jsonl'), (this.#cut ? '\n' : '') + JSON.stringify(event) + '\n', {
        mode: 0o600,
      });
      this.#cut = false;
    } catch (error) {
      this.#cut = true;
      // A full disk must not stop an undo: what cannot be told is left untold.
      process.stderr.write(`journal: ${String(error)}\n`);
    }
  }
}

/** Makes the journal, for whoever may carry the release on, and takes the room for its end. */
export function makeJournal(folder: ReleaseFolder): void {
  closeSync(openOurs(folder.file('journal.jsonl'), 'a'));
  writeDurably(folder.file('end.json'), ' '.repeat(END_BYTES));
}

/** In place, over the room that was kept: one short write that takes no new block. */
function writeEnd(folder: ReleaseFolder, text: string): void {
  const file = folder.file('end.json');
  let handle: number;
  try {
    handle = openSync(file, 'r+');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    writeDurably(file, text);
    return;
  }
  try {
    const line = Buffer.from(text);
    writeSync(handle, Buffer.concat([line, Buffer.alloc(Math.max(0, END_BYTES - line.length), ' ')]), 0, undefined, 0);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Whole lines only: the last one may be cut short by a full disk or a loss of power. The end is there even if its line is not. */
export function readJournal(folder: ReleaseFolder): JournalEvent[] {
  const text = readIfThere(folder.file('journal.jsonl')) ?? '';
  const lines = text.split('\n').flatMap(parseLine);
  const [end] = parseLine(readIfThere(folder.file('end.json')) ?? '');
  const told = end === undefined || lines.some((line) => line.type === 'ended' && line.seq === end.seq);
  return told ? lines : [...lines, end];
}

function parseLine(line: string): JournalEvent[] {
  try {
    return line.trim() === '' ? [] : [JSON.parse(line) as JournalEvent]; // Written by this program, in a folder that only it writes.
  } catch {
    return []; // The cut line.
  }
}

/** How a release ended; `undefined` before that, and again while one that needed attention is being recovered. */
export function endOf(journal: readonly JournalEvent[]): End | undefined {
  const last = journal[journal.length - 1];
  return last?.type === 'ended' ? last : undefined;
}
