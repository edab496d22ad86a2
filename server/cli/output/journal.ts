import { describeEvent } from '../../app/events.ts';
import type { JournalEvent } from '../../core/release/release.ts';
import { escapeName } from './escape.ts';

export interface Told {
  readonly text: string;
  /** False for what the next event may write over. */
  readonly stays: boolean;
}

/** A release's journal as it comes, for somebody who waits. Probes run four times a second: each is told when what it sees changes. */
export class JournalTeller {
  readonly #seen = new Map<string, string>();

  tell(event: JournalEvent): Told | undefined {
    const text = describeEvent(event);
    if (text === undefined) return undefined;
    const shown = escapeName(text);
    if (event.type !== 'probe') return { text: shown, stays: true };
    const before = this.#seen.get(event.name);
    this.#seen.set(event.name, event.saw);
    return { text: `  ${shown}`, stays: before !== event.saw };
  }
}
