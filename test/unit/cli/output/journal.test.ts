import { describe, expect, it } from 'vitest';
import { JournalTeller } from '../../../../server/cli/output/journal.ts';
import { journal } from '../results.ts';

describe('JournalTeller', () => {
  it('keeps a probe when what it sees changes, and lets the rest pass by', () => {
    const probe = (saw: string, ok = false) => ({ type: 'probe', name: 'calls', ok, latencyMs: 3, saw }) as const;
    const teller = new JournalTeller();
    const told = journal(probe('refused'), probe('refused'), probe('200', true), probe('200', true)).map((event) =>
      teller.tell(event),
    );
    expect(told.map((each) => each?.stays)).toEqual([true, false, true, false]);
    expect(told[2]?.text).toContain('calls: 200');
  });

  it('keeps each step, leaves what only the report tells, and obeys nothing', () => {
    const teller = new JournalTeller();
    const [step, log, ended] = journal(
      { type: 'step', step: 'backup', detail: '3 files\u001b[2J' },
      { type: 'log', lines: ['x'] },
      { type: 'ended', outcome: 'deployed', detail: 'healthy' },
    ).map((event) => teller.tell(event));
    expect(step).toEqual({ text: expect.stringContaining('3 files\\e[2J') as string, stays: true });
    expect([log, ended]).toEqual([undefined, undefined]);
  });
});
