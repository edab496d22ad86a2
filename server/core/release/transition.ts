import type { ReleaseOutcome } from './release.ts';

/**
 * A release as a machine: what happened last decides what is done next. Pure; the host program's runner carries the effects out and feeds
 * back what happened. Live files are touched only by `switch` and `undo`, and `switch` comes only after a verified backup.
 */
export type ReleaseState =
  | { readonly at: 'new' }
  | { readonly at: 'verifying' }
  | { readonly at: 'backingUp' }
  | { readonly at: 'switching' }
  | { readonly at: 'restarting' }
  | { readonly at: 'watching' }
  | { readonly at: 'held'; readonly seen: Seen }
  | { readonly at: 'undoing'; readonly why: string }
  | { readonly at: 'restartingOld'; readonly why: string; readonly left?: string }
  | { readonly at: 'watchingOld'; readonly why: string; readonly left?: string }
  | { readonly at: 'ended'; readonly outcome: ReleaseOutcome; readonly detail: string };

/** What is known of a version that runs, and all that a release may claim of it. */
type Seen = 'healthy' | 'unwatched';

export type ReleaseEvent =
  | { readonly type: 'started' }
  /** Everything that the plan relies on is as it was. */
  | { readonly type: 'verified' }
  /** Copies of all that will be replaced were read back and are the same. */
  | { readonly type: 'backedUp' }
  | { readonly type: 'switched' }
  | { readonly type: 'restarted' }
  | { readonly type: 'healthy'; readonly hold: boolean }
  /** No probe was configured: nothing is known but that it stays up. */
  | { readonly type: 'unwatched'; readonly hold: boolean }
  | { readonly type: 'confirmed' }
  /** Everything is back but what somebody else has changed since, which is named in `left`. */
  | { readonly type: 'undone'; readonly left?: string }
  /** The step that was being done did not work, or the watch saw a failure. */
  | { readonly type: 'failed'; readonly why: string }
  /** A person or a deadline wants the old version back. */
  | { readonly type: 'cancelled'; readonly why: string };

export type Effect =
  'verify' | 'backUp' | 'switch' | 'restart' | 'watch' | 'waitForWord' | 'undo' | 'restartOld' | 'watchOld' | 'finish';

export interface Step {
  readonly state: ReleaseState;
  /** What to do now; nothing where the event changes nothing. */
  readonly effect?: Effect;
}

/** Every pair has an answer: an event that does not belong to a state leaves it as it is. */
export function transition(state: ReleaseState, event: ReleaseEvent): Step {
  switch (state.at) {
    case 'new':
      return event.type === 'started' ? { state: { at: 'verifying' }, effect: 'verify' } : untouchedEnd(state, event);
    case 'verifying':
      return event.type === 'verified' ? { state: { at: 'backingUp' }, effect: 'backUp' } : untouchedEnd(state, event);
    case 'backingUp':
      return event.type === 'backedUp' ? { state: { at: 'switching' }, effect: 'switch' } : untouchedEnd(state, event);
    case 'switching':
      return event.type === 'switched' ? { state: { at: 'restarting' }, effect: 'restart' } : undo(state, event);
    case 'restarting':
      return event.type === 'restarted' ? { state: { at: 'watching' }, effect: 'watch' } : undo(state, event);
    case 'watching':
      if (event.type !== 'healthy' && event.type !== 'unwatched') return undo(state, event);
      return event.hold
        ? { state: { at: 'held', seen: event.type }, effect: 'waitForWord' }
        : end('deployed', event.type);
    case 'held':
      return event.type === 'confirmed' ? end('deployed', `${state.seen}, and confirmed`) : undo(state, event);
    case 'undoing':
      // Also with somebody's edit among the old files: the new version was not well, and must not go on answering.
      if (event.type === 'undone') return old('restartingOld', state.why, event.left, 'restartOld');
      return event.type === 'failed' ? stuck(`${state.why}; and the undo failed: ${event.why}`) : { state };
    case 'restartingOld':
      if (event.type === 'restarted') return old('watchingOld', state.why, state.left, 'watchOld');
      return event.type === 'failed'
        ? stuck(`${state.why}; the old files are back, but the restart failed: ${event.why}`)
        : { state };
    case 'watchingOld':
      if (event.type === 'healthy' || event.type === 'unwatched') {
        return state.left === undefined
          ? end('rolledBack', state.why)
          : stuck(`${state.why}; the old version runs again, but ${state.left}`);
      }
      return event.type === 'failed'
        ? stuck(`${state.why}; the old files are back, but the app is not healthy: ${event.why}`)
        : { state };
    case 'ended':
      return { state };
  }
}

/** What a release begins with that was cut off after its switch had begun: nobody knows how well it was, so the old version comes back. */
export function recovering(why: string): Step {
  return { state: { at: 'undoing', why }, effect: 'undo' };
}

/** Nothing live was touched: giving up leaves production exactly as it was. */
function untouchedEnd(state: ReleaseState, event: ReleaseEvent): Step {
  if (event.type !== 'failed' && event.type !== 'cancelled') return { state };
  return end('rolledBack', `${event.why}. Nothing live was changed`);
}

function undo(state: ReleaseState, event: ReleaseEvent): Step {
  if (event.type !== 'failed' && event.type !== 'cancelled') return { state };
  return { state: { at: 'undoing', why: event.why }, effect: 'undo' };
}

function old(at: 'restartingOld' | 'watchingOld', why: string, left: string | undefined, effect: Effect): Step {
  return { state: { at, why, ...(left !== undefined && { left }) }, effect };
}

function end(outcome: ReleaseOutcome, detail: string): Step {
  return { state: { at: 'ended', outcome, detail }, effect: 'finish' };
}

function stuck(detail: string): Step {
  return end('failedNeedsAttention', detail);
}
