import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../server/core/failure.ts';
import { failureJson, failureReport } from '../../../../server/cli/output/failure.ts';
import { PLAIN } from '../../../../server/cli/output/text.ts';

class Of extends Failure {
  constructor(readonly kind: Failure['kind']) {
    super('No Node was found.', 'Install it.');
  }
}
const json = (kind: Failure['kind'], ...words: string[]): unknown => JSON.parse(failureJson(new Of(kind), words));

describe('a failure for scripts', () => {
  it('has its kind, what happened and what to do', () => {
    const error = { kind: 'connection', message: 'No Node was found.', remedy: 'Install it.' };
    expect(json('connection', 'deploy', '--yes')).toEqual({ error });
  });

  it.each(['deploy', 'rollback', 'recover'])('is an outcome too where %s was refused', (verb) => {
    expect(json('refused', verb, '--yes')).toMatchObject({
      ...{ outcome: 'refused', release: null, detail: 'No Node was found.' },
      error: { kind: 'refused' },
    });
  });

  it('is none of a verb that releases nothing', () => {
    expect(json('refused', 'pull', 'deploy')).not.toHaveProperty('outcome');
  });
});

describe('a failure for people', () => {
  it('is set off line by line, whatever a name in it holds', () => {
    class Named extends Failure {
      readonly kind = 'usage';
    }
    const failure = new Named('Production has no file a\nAll is well.\u001b[2J', 'Look.');
    expect(failureReport(failure, PLAIN)).toBe('Production has no file a\n    | All is well.\\e[2J\n  Look.\n');
  });
});
