import { describe, expect, it } from 'vitest';
import { deployReport } from '../../../../server/cli/output/deploy.ts';
import type { DeployResult } from '../../../../server/app/results.ts';
import { deployed, finding, guard, journal, plan, REPORT } from '../results.ts';

const report = (result: DeployResult, verb = 'deploy'): string => deployReport(result, { ...REPORT, verb });
const back = plan({ reason: { kind: 'rollback', undoes: ['r2'], to: 'r1' } });
const switched = { type: 'switched', files: 3, windowMs: 0.7 } as const;
const probe = (name: string, ok: boolean, saw: string) => ({ type: 'probe', name, ok, latencyMs: 3, saw }) as const;

describe('deployReport', () => {
  it('of a good deploy is short, and says how to undo it', () => {
    const text = report(deployed({ journal: journal(switched), guards: [guard({ blocks: false })] }));
    expect(text).toMatch(
      /^Deployed to production\.\nRelease r1: 2 files written \(1 new\), 1 deleted, switched in 0.7 ms\.\n/,
    );
    expect(text).not.toContain('healthy');
    expect(text).not.toContain('no-health');
    // A release's own id would go back to itself.
    expect(text).toMatch(/or: driftline rollback$/m);
  });

  it('claims no health that nobody watched', () => {
    expect(report(deployed({ plan: plan({ health: null }), detail: 'unwatched' }))).toMatch(
      /^Deployed to production\.\nUnwatched: /,
    );
  });

  it('of a rollback says what production is now, and not that something was deployed', () => {
    const text = report(deployed({ plan: back }), 'rollback');
    expect(text).toContain('Went back: production is as r1 left it; r2 is undone.');
    expect(text).not.toContain('Deployed');
    const first = plan({ reason: { kind: 'rollback', undoes: ['r2', 'r1'], to: null } });
    expect(report(deployed({ plan: first }), 'rollback')).toContain('before its first release; r2, r1 are undone');
  });

  it('of a failed release tells what was seen, before and after the undo', () => {
    const text = report(
      deployed({
        outcome: 'rolledBack',
        detail: 'the probe "calls" keeps seeing: 500',
        journal: journal(
          switched,
          probe('calls', false, '500'),
          probe('calls', false, '500'),
          {
            type: 'log',
            lines: [
              '    at the tail of another (/srv/voice/src/z.js:1:1)',
              'TypeError: x',
              '    at f (/srv/voice/node_modules/express/b.js:1:1)',
              '    at own (/srv/voice/src/a.js:7:1)',
            ],
          },
          { type: 'step', step: 'undo', detail: '3 files are as they were before' },
          probe('calls', true, '200'),
        ),
      }),
    );
    expect(text).toMatch(/^Rolled back: the old version answers again\.\nThe probe "calls" keeps seeing: 500\.\n/);
    expect(text).toMatch(/What the probes saw\n +no +calls +500 \(2 times\)\n\n/);
    expect(text).toMatch(/once it was undone\n +ok +calls +200\n/);
    expect(text).toContain('TypeError: x\n      at own');
    expect(text).not.toContain('express');
    expect(text).toContain('3 files are as they were before');
    expect(text).toMatch(/\n\nMend src\/a\.js:7 \(from the root\), then deploy again\.\n\nNext: driftline plan\n/);
  });

  it('sends nobody to mend what was given up before anything ran', () => {
    const given = deployed({ outcome: 'rolledBack', detail: 'a.js changed. Nothing live was changed' });
    expect(report(given)).toMatch(/changed\.\nRelease .*\n\nNext: driftline plan\n/);
    const recovered = deployed({ outcome: 'rolledBack', detail: 'cut off', journal: journal(switched) });
    expect(report(recovered, 'recover')).not.toContain('Mend');
    expect(report(recovered)).toContain('Mend what the lines above tell, then deploy again.');
  });

  it('claims no answer of an old version that nobody probes', () => {
    const undone = deployed({ outcome: 'rolledBack', plan: plan({ health: null }), journal: journal(switched) });
    expect(report(undone)).toMatch(/^Rolled back: the old version runs again\./);
  });

  it('does not speak of an old version that answers again where nothing was switched', () => {
    const text = report(deployed({ outcome: 'rolledBack', detail: 'cut off. Nothing live was changed' }));
    expect(text).toContain('Given up: nothing live was changed.');
    expect(text).not.toContain('answers again');
  });

  it('of a refusal has the guards that block, and the command that answers them', () => {
    const blocking = guard({ guard: 'production-only-import', link: finding(), remedy: 'Pull it.\nOr accept it.' });
    const text = report(
      deployed({
        outcome: 'refused',
        release: null,
        detail: 'a guard blocks',
        guards: [blocking, guard({ blocks: false, message: 'Quiet.' })],
      }),
    );
    expect(text).toContain('Refused: nothing was written.');
    expect(text).toContain('blocks  production-only-import: api/src/index.js:3:29: Nobody watches.');
    expect(text).toContain('          Pull it.\n          Or accept it.');
    expect(text).not.toContain('Quiet.');
    expect(text).toContain('Next: driftline pull --missing');
  });

  it('of a refusal proposes what its reason names', () => {
    const detail = 'A release was cut off. Finish or undo it first: driftline recover.';
    expect(report(deployed({ outcome: 'refused', release: null, detail }))).toMatch(/Next: driftline recover$/m);
  });

  it('of a refusal by a release that holds the root names its end, whatever else blocks', () => {
    const remedies = ['Undo it first: driftline recover', 'Gone? driftline unlock: driftline unlock r1 --holder a@b.c'];
    for (const remedy of remedies) {
      const guards = [guard({ link: finding() }), guard({ guard: 'unfinished', remedy })];
      const text = report(deployed({ outcome: 'refused', release: null, detail: '2 guards block it', guards }));
      expect(text).toContain(`Next: ${remedy.split(': ')[1] ?? ''}\n`);
    }
  });

  it('of a recovery that undid a release is no bad news', () => {
    const text = report(deployed({ outcome: 'rolledBack', detail: 'cut off', journal: journal(switched) }), 'recover');
    expect(text).toMatch(/^Recovered: the old version answers again\.\nCut off\./);
  });

  it('of a refusal without a guard says why', () => {
    expect(report(deployed({ outcome: 'refused', release: null, detail: 'Another deploy is running.' }))).toContain(
      'Another deploy is running.',
    );
  });

  it('of what needs a person names recover', () => {
    const text = report(deployed({ outcome: 'failedNeedsAttention', detail: 'the undo failed' }));
    expect(text).toContain('FAILED: production needs a person now.\nThe undo failed.');
    expect(text).toMatch(/Next: driftline doctor\n +or: driftline recover\n/);
    const cut = report(deployed({ outcome: 'failedNeedsAttention', detail: 'Cut off. Undo it: driftline recover' }));
    expect(cut).toMatch(/Next: driftline recover\n +or: driftline doctor\n/);
  });

  it('obeys nothing that an application writes into its log', () => {
    const lines = ['\u001b[2J\u001b]0;owned\u0007'];
    const result = deployed({
      outcome: 'rolledBack',
      detail: '\u001b[2J',
      journal: journal({ type: 'log', lines }, probe('\u001b', false, '\u001b'), {
        type: 'problem',
        message: '\u001b',
      }),
    });
    expect(report(result)).not.toMatch(/[\u0007\u001b]/);
  });
});
