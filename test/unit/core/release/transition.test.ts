import { describe, expect, it } from 'vitest';
import { recovering, transition } from '../../../../server/core/release/transition.ts';
import type { Effect, ReleaseEvent, ReleaseState, Step } from '../../../../server/core/release/transition.ts';

/** One of each, so that a state or an event that is added is a compile error here until it is tested. */
const STATES: { readonly [At in ReleaseState['at']]: Extract<ReleaseState, { at: At }> } = {
  new: { at: 'new' },
  verifying: { at: 'verifying' },
  backingUp: { at: 'backingUp' },
  switching: { at: 'switching' },
  restarting: { at: 'restarting' },
  watching: { at: 'watching' },
  held: { at: 'held', seen: 'healthy' },
  undoing: { at: 'undoing', why: 'a probe failed' },
  restartingOld: { at: 'restartingOld', why: 'a probe failed' },
  watchingOld: { at: 'watchingOld', why: 'a probe failed' },
  ended: { at: 'ended', outcome: 'deployed', detail: 'healthy' },
};
const EVENTS: { readonly [Type in ReleaseEvent['type']]: readonly Extract<ReleaseEvent, { type: Type }>[] } = {
  started: [{ type: 'started' }],
  verified: [{ type: 'verified' }],
  backedUp: [{ type: 'backedUp' }],
  switched: [{ type: 'switched' }],
  restarted: [{ type: 'restarted' }],
  healthy: [
    { type: 'healthy', hold: false },
    { type: 'healthy', hold: true },
  ],
  unwatched: [
    { type: 'unwatched', hold: false },
    { type: 'unwatched', hold: true },
  ],
  confirmed: [{ type: 'confirmed' }],
  undone: [{ type: 'undone' }, { type: 'undone', left: 'a.js was not put back' }],
  failed: [{ type: 'failed', why: 'no room' }],
  cancelled: [{ type: 'cancelled', why: 'said no' }],
};
const states: readonly ReleaseState[] = Object.values(STATES);
const events: readonly ReleaseEvent[] = Object.values(EVENTS).flat();

/** What each effect can be answered with, by the runner's own rules. */
const ANSWERS: { readonly [E in Effect]: readonly ReleaseEvent[] } = {
  verify: [...EVENTS.verified, ...EVENTS.failed, ...EVENTS.cancelled],
  backUp: [...EVENTS.backedUp, ...EVENTS.failed, ...EVENTS.cancelled],
  switch: [...EVENTS.switched, ...EVENTS.failed, ...EVENTS.cancelled],
  restart: [...EVENTS.restarted, ...EVENTS.failed, ...EVENTS.cancelled],
  watch: [...EVENTS.healthy, ...EVENTS.unwatched, ...EVENTS.failed, ...EVENTS.cancelled],
  waitForWord: [...EVENTS.confirmed, ...EVENTS.failed, ...EVENTS.cancelled],
  undo: [...EVENTS.undone, ...EVENTS.failed],
  restartOld: [...EVENTS.restarted, ...EVENTS.failed],
  watchOld: [{ type: 'healthy', hold: false }, { type: 'unwatched', hold: false }, ...EVENTS.failed],
  finish: [],
};

/** Every path that a release can take from a step, as the effects on it and the state at its end. */
function pathsFrom(step: Step, effects: readonly Effect[] = []): { effects: readonly Effect[]; end: ReleaseState }[] {
  if (step.effect === undefined) return [{ effects, end: step.state }];
  const taken = [...effects, step.effect];
  // Longer than any path without a circle: a circle would never end.
  if (taken.length > 20) throw new Error(`a circle: ${taken.join(' ')}`);
  if (step.effect === 'finish') return [{ effects: taken, end: step.state }];
  return ANSWERS[step.effect].flatMap((event) => pathsFrom(transition(step.state, event), taken));
}

const started = transition({ at: 'new' }, { type: 'started' });

describe('transition', () => {
  it('answers every pair of state and event with a state and no more than one effect', () => {
    for (const state of states) {
      for (const event of events) {
        const step = transition(state, event);
        expect(Object.keys(STATES), `${state.at} × ${event.type}`).toContain(step.state.at);
        // An end has `finish` to be done exactly when it is reached.
        const ends = step.state.at === 'ended' && state.at !== 'ended';
        expect(step.effect === 'finish', `${state.at} × ${event.type}`).toBe(ends);
      }
    }
  });

  it('either moves on with something to do, or stays as it was with nothing', () => {
    for (const state of states) {
      for (const event of events) {
        const step = transition(state, event);
        if (step.effect === undefined) expect(step.state, `${state.at} × ${event.type}`).toEqual(state);
        else expect(step.state.at, `${state.at} × ${event.type}`).not.toBe(state.at);
      }
    }
  });

  it('has a way on out of every state but the end, whatever its step came to', () => {
    for (const state of states) {
      const ways = events.map((event) => transition(state, event)).filter((step) => step.effect !== undefined);
      expect(ways.length > 0, state.at).toBe(state.at !== 'ended');
    }
    for (const { end, effects } of pathsFrom(started)) {
      expect(end.at, effects.join(' ')).toBe('ended');
      expect(effects.at(-1)).toBe('finish');
    }
  });

  it('ends in one of three ways on every path', () => {
    const ends = pathsFrom(started).map(({ end }) => (end.at === 'ended' ? end.outcome : end.at));
    expect(new Set(ends)).toEqual(new Set(['deployed', 'rolledBack', 'failedNeedsAttention']));
  });

  it('switches only after a verified backup, on every path', () => {
    for (const { effects } of pathsFrom(started)) {
      const at = effects.indexOf('switch');
      if (at < 0) continue;
      expect(effects.slice(0, at)).toEqual(['verify', 'backUp']);
    }
    for (const state of states) {
      for (const event of events) {
        if (transition(state, event).effect !== 'switch') continue;
        expect([state.at, event.type]).toEqual(['backingUp', 'backedUp']);
      }
    }
  });

  it('undoes on every path that switched and did not end deployed', () => {
    for (const { effects, end } of pathsFrom(started)) {
      if (end.at !== 'ended') continue;
      const undoes = effects.includes('switch') && end.outcome !== 'deployed';
      expect(effects.includes('undo'), effects.join(' ')).toBe(undoes);
    }
  });

  it('calls nothing rolled back before the old version was started and seen again', () => {
    for (const { effects, end } of pathsFrom(started)) {
      if (end.at !== 'ended' || end.outcome !== 'rolledBack' || !effects.includes('switch')) continue;
      expect(effects.slice(-4)).toEqual(['undo', 'restartOld', 'watchOld', 'finish']);
    }
  });

  it('is deployed only after it was watched, and after the word that it is held for', () => {
    for (const { effects, end } of pathsFrom(started)) {
      if (end.at !== 'ended' || end.outcome !== 'deployed') continue;
      const about = effects.slice(effects.indexOf('restart'), -1);
      expect([
        ['restart', 'watch'],
        ['restart', 'watch', 'waitForWord'],
      ]).toContainEqual(about);
    }
  });

  it('calls no release healthy that nobody watched', () => {
    for (const seen of ['healthy', 'unwatched'] as const) {
      const details = [false, true].map((hold) => {
        const watched = transition(STATES.watching, { type: seen, hold });
        return hold ? transition(watched.state, { type: 'confirmed' }).state : watched.state;
      });
      expect(details).toEqual([
        { at: 'ended', outcome: 'deployed', detail: seen },
        { at: 'ended', outcome: 'deployed', detail: `${seen}, and confirmed` },
      ]);
    }
  });

  it('says in its detail why it did not end deployed', () => {
    const step = transition(STATES.watching, { type: 'failed', why: 'the probe "api" saw: 500' });
    const undone = transition(step.state, { type: 'undone' });
    const restarted = transition(undone.state, { type: 'restarted' });
    const ended = transition(restarted.state, { type: 'healthy', hold: false });
    expect(ended.state).toEqual({ at: 'ended', outcome: 'rolledBack', detail: 'the probe "api" saw: 500' });
    for (const [state, words] of [
      [STATES.undoing, '; and the undo failed: '],
      [STATES.restartingOld, '; the old files are back, but the restart failed: '],
      [STATES.watchingOld, '; the old files are back, but the app is not healthy: '],
    ] as const) {
      const stuck = transition(state, { type: 'failed', why: 'no room' }).state;
      expect(stuck).toEqual({ at: 'ended', outcome: 'failedNeedsAttention', detail: `a probe failed${words}no room` });
    }
  });

  it("starts the old version also with somebody's edit among its files, and then needs a person", () => {
    const undone = transition(STATES.undoing, { type: 'undone', left: 'a.js was not put back' });
    expect(undone.effect).toBe('restartOld');
    const watching = transition(undone.state, { type: 'restarted' });
    const ended = transition(watching.state, { type: 'healthy', hold: false });
    const detail = 'a probe failed; the old version runs again, but a.js was not put back';
    expect(ended.state).toEqual({ at: 'ended', outcome: 'failedNeedsAttention', detail });
  });

  it('leaves an end alone', () => {
    for (const event of events) expect(transition(STATES.ended, event)).toEqual({ state: STATES.ended });
  });
});

describe('recovering', () => {
  it('undoes first, never goes forward, and ends on every path', () => {
    const paths = pathsFrom(recovering('it was cut off'));
    for (const { effects, end } of paths) {
      expect(effects[0]).toBe('undo');
      expect(effects).not.toContain('switch');
      expect(effects).not.toContain('restart');
      expect(end.at).toBe('ended');
    }
    const ends = new Set(paths.map(({ end }) => (end.at === 'ended' ? end.outcome : end.at)));
    expect(ends).toEqual(new Set(['rolledBack', 'failedNeedsAttention']));
  });
});
