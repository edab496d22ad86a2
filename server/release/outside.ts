import { setTimeout as pause } from 'node:timers/promises';
import type { Plan } from '../core/plan/plan.ts';
import { probe } from '../host/release/probe.ts';

const ROUND_MS = 250;

/** Whether the probes of this side hold for `stableFor` within `within`. */
export async function holdsFromOutside(plan: Plan, signal: AbortSignal): Promise<boolean> {
  const { health } = plan;
  if (health === null || health.outside.length === 0) return true;
  const deadline = performance.now() + health.withinMs;
  let goodSince: number | undefined;
  while (performance.now() < deadline && !signal.aborted) {
    const begin = performance.now();
    const seen = await Promise.all(health.outside.map((spec) => probe(spec, process.cwd())));
    if (seen.every((result) => result.ok)) goodSince ??= begin;
    else goodSince = undefined;
    if (goodSince !== undefined && performance.now() - goodSince >= health.stableForMs) return true;
    await pause(ROUND_MS);
  }
  return false;
}
