import type { Fact, Need } from '../core/tree/tree.ts';

/**
 * Somebody who can go and look: the disk, the host program, another thread. Answers every need that it was asked (never with
 * `unknown`), in any order, and may volunteer more. Rejects with a `Failure` when it cannot look at all.
 */
export interface FactSource {
  answer(needs: readonly Need[], signal: AbortSignal): Promise<readonly Fact[]>;
}
