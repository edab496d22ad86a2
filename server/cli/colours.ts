import picocolors from 'picocolors';
import { PLAIN } from './output/text.ts';
import type { Paint } from './output/text.ts';

/** Colour only on a terminal that can show it, and never where somebody set `NO_COLOR` (https://no-color.org). */
export function paintFor(
  output: { readonly isTerminal: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const isUnwanted = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return output.isTerminal && !isUnwanted ? picocolors.createColors(true) : PLAIN;
}
