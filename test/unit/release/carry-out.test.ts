import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../server/core/plan/plan.ts';
import type { JournalEvent } from '../../../server/core/release/release.ts';
import { carryOut, ChangedHere, LineLost } from '../../../server/release/carry-out.ts';
import { HostRefused, LineDropped } from '../../../server/remote/failures.ts';
import type { Verb } from '../../../server/remote/host.ts';
import { FakeHost } from '../../support/fake-host.ts';
import type { Script } from '../../support/fake-host.ts';
import { contentOfText, planFor } from '../../support/planned.ts';

const plan = {
  ...planFor('/', {}),
  operations: [
    { kind: 'create', path: 'a.js', after: contentOfText('a') },
    { kind: 'delete', path: 'b.js', before: contentOfText('b') },
    { kind: 'create', path: 'kept.js', after: contentOfText('kept') },
  ] satisfies Operation[],
};
const end: JournalEvent = { seq: 0, at: '', type: 'ended', outcome: 'deployed', detail: 'healthy' };

function hostThat(more: Partial<Record<Verb, () => Script>> = {}): FakeHost {
  return new FakeHost({
    prepare: () => ({ end: { release: plan.id, staged: ['kept.js'] } }),
    start: () => ({ end: { pid: 1 } }),
    follow: () => ({ parts: [{ part: { event: end } }], end: { ended: true } }),
    ...more,
  });
}
const fail = (error: Error) => (): Script => {
  throw error;
};
const asked = (host: FakeHost): string[] => host.asked.map(({ verb }) => verb);
const go = (host: FakeHost, contentOf = 'a', signal = new AbortController().signal) =>
  carryOut({
    host,
    plan,
    contentOf: () => Promise.resolve(Buffer.from(contentOf)),
    signal,
    onStaged: () => undefined,
    onEvent: () => undefined,
  });

describe('carrying a plan out', () => {
  it('sends what the host lacks, starts it, and listens to its end', async () => {
    const host = hostThat();
    expect(await go(host)).toEqual([end]);
    expect(asked(host)).toEqual(['prepare', 'stage', 'start', 'follow']);
    expect(host.asked[1]?.ask).toMatchObject({ path: 'a.js' });
  });

  it('sends no bytes that are not those of the plan, and gives the release up', async () => {
    const host = hostThat();
    await expect(go(host, 'changed')).rejects.toThrow(ChangedHere);
    expect(asked(host)).toEqual(['prepare', 'abandon']);
  });

  it('gives the release up where the host says no before the start, or at it', async () => {
    const no = new HostRefused('disk-full', 'No room.', 'Free some.');
    for (const verb of ['prepare', 'stage', 'start'] as const) {
      const host = hostThat({ [verb]: fail(no) });
      await expect(go(host)).rejects.toBe(no);
      expect(asked(host).at(-1)).toBe('abandon');
    }
  });

  it('does not claim that nothing began where the line was lost at the start', async () => {
    for (const verb of ['start', 'follow'] as const) {
      const host = hostThat({ [verb]: fail(new LineDropped('fake', 'gone')) });
      await expect(go(host)).rejects.toThrow(LineLost);
      expect(asked(host)).not.toContain('abandon');
    }
  });

  it('tells that the line was lost before the start as that, since nothing was begun', async () => {
    const lost = new LineDropped('fake', 'gone');
    await expect(go(hostThat({ stage: fail(lost) }))).rejects.toBe(lost);
  });

  it('does not start what the person gave up, and asks for an undo of what was started', async () => {
    const before = new AbortController();
    const host = hostThat({
      prepare: () => {
        before.abort(new Error('Ctrl-C'));
        return { end: { release: plan.id, staged: ['kept.js'] } };
      },
    });
    await expect(go(host, 'a', before.signal)).rejects.toThrow('Ctrl-C');
    expect(asked(host)).not.toContain('start');
    const after = new AbortController();
    const started = hostThat({
      start: () => {
        after.abort(new Error('Ctrl-C'));
        return { end: { pid: 1 } };
      },
    });
    expect(await go(started, 'a', after.signal)).toEqual([end]);
    expect(started.asked.find(({ verb }) => verb === 'decide')?.ask).toMatchObject({ word: 'undo' });
  });
});
