import type { Config, Target } from '../config/config.ts';
import type { KnownModules } from '../io/inventory-file.ts';
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
  /** What production's modules say, where that is known without reading them. */
  readonly knownModules?: KnownModules;
  /** The connection to the target's host, made at the first call and shared after. */
  host(): Promise<Host>;
}
