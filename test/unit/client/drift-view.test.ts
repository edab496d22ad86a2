import { describe, expect, it, vi } from 'vitest';
import { messageOf } from '../../../client/drift-view.ts';
import type { Phase, SessionState } from '../../../server/protocol.ts';

vi.mock('vscode', () => import('./vscode-stand-in.ts'));

const counts = { differing: 0, productionOnly: 0, needed: 0 };
const nothing = (phase: Phase): SessionState => ({ phase, counts });
const known = (phase: Phase): SessionState => ({
  ...nothing(phase),
  takenAt: '2026-02-03T04:05:06.000Z',
  summary: 'production is commit 48303981',
});
const failure = { message: 'The host cannot be reached.', remedy: 'Check "host".' };

describe('the words above the drift view', () => {
  it.each(['noConfig', 'badConfig', 'untrusted', 'notConnected', 'looking', 'hostKey', 'inSync'] as const)(
    'are none where the welcome view speaks: %s',
    (phase) => expect(messageOf({ ...nothing(phase), failure })).toBe(''),
  );

  it('leave a workspace that is in sync to the welcome view, too', () => {
    expect(messageOf(known('inSync'))).toBe('');
  });

  it('sum up what was seen, also while production is looked at again', () => {
    expect(messageOf(known('drift'))).toMatch(/^production is commit 48303981 · seen /);
    expect(messageOf(known('looking'))).toBe(messageOf(known('drift')));
  });

  it('say why production could not be looked at and what to do, then what was seen last', () => {
    expect(messageOf({ ...nothing('failed'), failure })).toBe('The host cannot be reached. Check "host".');
    expect(messageOf({ ...known('failed'), failure })).toMatch(
      /^The host cannot .*"host"\. · production is .* · seen /,
    );
    expect(messageOf({ ...known('hostKey'), failure })).toMatch(/key has not been accepted.* · production is /);
  });
});
