import { count } from '../core/words.ts';
import type { JournalEvent, ReleaseStep } from '../core/release/release.ts';

const STEPS: Readonly<Record<ReleaseStep, string>> = {
  prepare: 'The host takes over',
  stage: 'Everything is on the host',
  verify: 'Comparing production with the plan once more',
  backup: 'Backed up',
  switch: 'Switching',
  restart: 'Restarting',
  watch: 'Watching',
  hold: 'Held until it was seen from outside',
  undo: 'Undoing',
  finish: 'Finishing',
};

/** What a release does now, as one line for a person; `undefined` for an event that only the report tells. */
export function describeEvent(event: JournalEvent): string | undefined {
  switch (event.type) {
    case 'step':
      return `${STEPS[event.step]}: ${event.detail}`;
    case 'switched':
      return `Switched ${count(event.files, 'file')} in ${event.windowMs} ms`;
    case 'probe':
      return `${event.name}: ${event.saw}, ${Math.round(event.latencyMs)} ms`;
    case 'problem':
      return event.message;
    case 'log':
    case 'ended':
      return undefined;
  }
}
