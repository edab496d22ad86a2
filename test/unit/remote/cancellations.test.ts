import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Cancellations } from '../../../server/remote/cancellations.ts';

describe('Cancellations', () => {
  it('has one listener on a signal, however many wait, and none when nobody does', () => {
    const cancellations = new Cancellations();
    const { signal } = new AbortController();
    const forget = Array.from({ length: 20 }, () => cancellations.add(signal, () => undefined));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const each of forget) each();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    forget[0]?.();
    cancellations.add(signal, () => undefined);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });

  it('tells those who wait for that signal and have not taken it back', () => {
    const cancellations = new Cancellations();
    const [one, other] = [new AbortController(), new AbortController()];
    const told: string[] = [];
    cancellations.add(one.signal, () => told.push('a'));
    const forget = cancellations.add(one.signal, () => told.push('b'));
    cancellations.add(one.signal, () => told.push('c'));
    cancellations.add(other.signal, () => told.push('d'));
    forget();
    one.abort();
    expect(told).toEqual(['a', 'c']);
  });

  it('tells everybody although being told ends the waiting', () => {
    const cancellations = new Cancellations();
    const controller = new AbortController();
    const told: number[] = [];
    for (const index of [1, 2, 3]) {
      const forget: () => void = cancellations.add(controller.signal, () => {
        forget();
        told.push(index);
      });
    }
    controller.abort();
    expect(told).toEqual([1, 2, 3]);
  });
});
