import { describe, expect, it } from 'vitest';
import { decide } from '../../../../../server/core/plan/guards/concern.ts';
import type { Concern } from '../../../../../server/core/plan/guards/concern.ts';
import { GUARDS, unknownAcceptances } from '../../../../../server/core/plan/guards/work.ts';

const concern = (more: Partial<Concern> = {}): Concern => ({
  guard: 'secret',
  severity: 'error',
  path: 'a.key',
  message: 'It looks like a secret.',
  remedy: 'Exclude it.',
  blocking: 'untilAccepted',
  ...more,
});
const accept = (guard: string, path?: string) => ({ guard, reason: 'known', ...(path !== undefined && { path }) });
const blocks = (one: Concern, ...accepted: ReturnType<typeof accept>[]): boolean | undefined =>
  decide([one], accepted)[0]?.blocks;

describe('what blocks', () => {
  it('is everything that must, until it was accepted by its name', () => {
    expect(blocks(concern())).toBe(true);
    expect(blocks(concern(), accept('secret'))).toBe(false);
    expect(blocks(concern(), accept('no-health'))).toBe(true);
  });
  it('is accepted for one path by that path alone', () => {
    expect(blocks(concern(), accept('secret', 'a.key'))).toBe(false);
    expect(blocks(concern(), accept('secret', 'b.key'))).toBe(true);
    expect(blocks(concern(), accept('secret', 'a'))).toBe(true);
  });
  it('is never what only warns, and always what could not be carried out', () => {
    expect(blocks(concern({ blocking: 'never' }))).toBe(false);
    expect(blocks(concern({ blocking: 'always' }), accept('secret'), accept('secret', 'a.key'))).toBe(true);
  });
  it('says by which name it is let pass, only where it blocks and can be', () => {
    const accepts = (one: Concern, ...accepted: ReturnType<typeof accept>[]): string | undefined =>
      decide([one], accepted)[0]?.accept;
    expect(accepts(concern())).toBe('secret:a.key');
    expect(accepts({ guard: 'no-health', severity: 'error', message: '', remedy: '', blocking: 'untilAccepted' })).toBe(
      'no-health',
    );
    expect(accepts(concern(), accept('secret'))).toBeUndefined();
    expect(accepts(concern({ blocking: 'always' }))).toBeUndefined();
    expect(accepts(concern({ blocking: 'never' }))).toBeUndefined();
  });
  it('comes first, then by severity', () => {
    const all = [
      concern({ severity: 'information', blocking: 'never', message: '4' }),
      concern({ severity: 'warning', blocking: 'never', message: '3' }),
      concern({ severity: 'error', blocking: 'never', message: '2' }),
      concern({ severity: 'warning', message: '1' }),
    ];
    expect(decide(all, []).map((one) => one.message)).toEqual(['1', '2', '3', '4']);
  });
});

describe('an acceptance', () => {
  it('of a guard that there is not, is told', () => {
    const known = new Set<string>(GUARDS);
    expect(
      unknownAcceptances(
        GUARDS.map((guard) => accept(guard)),
        known,
      ),
    ).toEqual([]);
    expect(unknownAcceptances([accept('secret', 'x'), accept('secrets')], known)).toEqual([accept('secrets')]);
    expect(unknownAcceptances([accept('disk-full'), accept('process')], known)).toHaveLength(2);
  });
});
