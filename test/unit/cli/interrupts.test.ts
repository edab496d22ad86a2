import { describe, expect, it } from 'vitest';
import { Interrupted } from '../../../server/cli/failures.ts';
import { Interrupts } from '../../../server/cli/interrupts.ts';

function begin(): { interrupts: Interrupts; said: string[]; left: number[]; press: () => void } {
  const said: string[] = [];
  const left: number[] = [];
  let press = (): void => undefined;
  const interrupts = new Interrupts({
    onInterrupt: (listener) => (press = listener),
    say: (line) => void said.push(line),
    leave: (status) => void left.push(status),
  });
  return { interrupts, said, left, press: () => press() };
}

describe('Ctrl-C', () => {
  it('is nothing to us before a verb listens', () => {
    const { interrupts, press } = begin();
    press();
    expect(interrupts.signal.aborted).toBe(false);
    interrupts.listen();
    press();
    expect(interrupts.signal.reason).toBeInstanceOf(Interrupted);
  });

  it('stops in order at first, and leaves at once the second time', () => {
    const { interrupts, said, left, press } = begin();
    interrupts.listen();
    press();
    expect(said).toEqual([expect.stringContaining('nothing has begun on production')]);
    expect(left).toEqual([]);
    press();
    expect(left).toEqual([130]);
  });

  it('says that the host undoes, or goes on alone, once a release has begun', () => {
    const { interrupts, said, press } = begin();
    interrupts.listen();
    interrupts.reached('onTheHost');
    press();
    press();
    expect(said[0]).toContain('asked to put the old version back');
    expect(said[1]).toContain('goes on alone');
    expect(said[1]).toContain('driftline releases');
  });

  it('promises no undo after the end', () => {
    const { interrupts, said, press } = begin();
    interrupts.listen();
    interrupts.reached('ended');
    press();
    expect(said[0]).toContain('has ended already');
  });
});
