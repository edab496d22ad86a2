import path from 'node:path';
import { rootKey } from '../io/places.ts';
import type { VerbContext } from './context.ts';

/** Where this machine keeps what the last release left on this root. */
export function baselineFolder(context: VerbContext): string {
  return path.join(context.places.state, 'baselines', rootKey(context.target));
}
