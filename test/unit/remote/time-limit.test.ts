import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimeLimit } from '../../../server/remote/time-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('TimeLimit', () => {
  it('ends when its time is up', () => {
    const onEnd = vi.fn();
    new TimeLimit(1000, onEnd);
    vi.advanceTimersByTime(999);
    expect(onEnd).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('stands still while somebody is asked, and begins anew after the last question', async () => {
    const onEnd = vi.fn();
    const limit = new TimeLimit(1000, onEnd);
    let answer: (text: string) => void = () => undefined;
    const asked = limit.during(() => limit.during(() => new Promise<string>((resolve) => (answer = resolve))));
    vi.advanceTimersByTime(60_000);
    expect(onEnd).not.toHaveBeenCalled();
    answer('yes');
    expect(await asked).toBe('yes');
    vi.advanceTimersByTime(999);
    expect(onEnd).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('never ends once it was stopped, not even after a question', async () => {
    const onEnd = vi.fn();
    const limit = new TimeLimit(1000, onEnd);
    const asked = limit.during(() => Promise.reject(new Error('no')));
    limit.stop();
    await expect(asked).rejects.toThrow('no');
    vi.advanceTimersByTime(60_000);
    expect(onEnd).not.toHaveBeenCalled();
  });
});
