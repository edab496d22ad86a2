import type { Config, Target } from '../config/config.ts';
import type { Places } from '../io/places.ts';
import type { Host } from '../remote/host.ts';
import type { Person, Progress } from './person.ts';

/** What every verb is given: which target, whom to ask, where to report, when to stop. */
export interface VerbContext {
  readonly config: Config;
  readonly target: Target;
  readonly person: Person;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Driftline's own folders on this machine. */
  readonly places: Places;
  /** The connection to the target's host, made at the first call and shared after. */
  host(): Promise<Host>;
}
