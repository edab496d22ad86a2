import { VERDICTS } from '../core/link/finding.ts';
import type { Finding, Verdict } from '../core/link/finding.ts';

/** How loudly a verdict may be shown, from the loudest; `none` shows nothing. */
export const LOUDNESS = ['error', 'warning', 'information', 'hint', 'none'] as const;
export type Loudness = (typeof LOUDNESS)[number];

/** What the setting `driftline.severity` says of each code. It is about showing only: no deploy is judged by it. */
export type Severities = ReadonlyMap<Verdict, Loudness>;

/** Settings are written by hand and come from outside: what is no code or no severity of ours is passed over. */
export function readSeverities(setting: unknown): Severities {
  const severities = new Map<Verdict, Loudness>();
  for (const [code, wanted] of Object.entries(typeof setting === 'object' && setting !== null ? setting : {})) {
    const loudness = LOUDNESS.find((known) => known === wanted);
    if (isVerdict(code) && loudness !== undefined) severities.set(code, loudness);
  }
  return severities;
}

/**
 * How a finding is shown. A setting speaks of a code's usual case: where a finding weighs less than that (its failure is caught, production
 * has it already, nothing loads its file), the quieter of the two holds, or a louder setting would cry out what harms nothing.
 */
export function loudnessOf(
  { code, severity, reach }: Pick<Finding, 'code' | 'severity' | 'reach'>,
  severities: Severities,
): Loudness {
  const own = reach?.when === 'never' ? 'hint' : severity;
  const wanted = severities.get(code) ?? own;
  const isUsual = own === VERDICTS[code];
  return isUsual || LOUDNESS.indexOf(wanted) > LOUDNESS.indexOf(own) ? wanted : own;
}

function isVerdict(code: string): code is Verdict {
  return Object.hasOwn(VERDICTS, code);
}
