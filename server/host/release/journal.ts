import { appendFileSync } from 'fs';
import type { JournalEvent, ReleaseStep } from '../../core/release/release.ts';
import { readIfThere } from './durable.ts';
import type { ReleaseFolder } from './folder.ts';

type Said = JournalEvent extends infer E ? (E extends JournalEvent ? Omit<E, 'seq' | 'at'> : never) : never;

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
    const line = { seq: this.#seq++, at: new Date().toISOString(), ...event };
    try {
      appendFileSync(this.folder.file('journal.jsonl'), (this.#cut ? '\n' : '') + JSON.stringify(line) + '\n', {
        mode: 0o600,
      });
      this.#cut = false;
    } catch (error) {
      this.#cut = true;
      // A full disk must not stop an undo: what cannot be told is left untold.
      process.stderr.write(`journal: ${String(error)}\n`);
    }
  }

  step(step: ReleaseStep, detail: string): void {
    this.say({ type: 'step', step, detail });
  }
}

/** Whole lines only: the last one may be cut short by a full disk or a loss of power. */
export function readJournal(folder: ReleaseFolder): JournalEvent[] {
  const text = readIfThere(folder.file('journal.jsonl')) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line): JournalEvent[] => {
      try {
        return [JSON.parse(line) as JournalEvent]; // Written by this program, in a folder that only it writes.
      } catch {
        return []; // The cut line.
      }
    });
}

export function endOf(journal: readonly JournalEvent[]): Extract<JournalEvent, { type: 'ended' }> | undefined {
  for (const event of journal) if (event.type === 'ended') return event;
  return undefined;
}
