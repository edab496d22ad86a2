import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../server/core/plan/plan.ts';
import { parsePlanFile, planFileText, whatDiffers } from '../../../server/app/plan-file.ts';
import { contentOfText, planFor } from '../../support/planned.ts';

const made: Plan = {
  ...planFor('/', {}),
  operations: [{ kind: 'create', path: 'a.js', after: contentOfText('a') }],
  relies: [{ path: 'b.js', sha256: null }],
  health: { probes: [], outside: [], withinMs: 1000, stableForMs: 100 },
};
const reviewed = parsePlanFile(planFileText({ plan: made, guards: [], deployable: true }));

describe('a reviewed plan', () => {
  it('is the same when it is planned again, by somebody else, later', () => {
    const again = { ...made, id: 'other', madeAt: '2027-01-01T00:00:00.000Z', by: { user: 'jo', machine: 'ci' } };
    expect(whatDiffers(reviewed, again)).toBeUndefined();
  });

  it('is the same whatever the order of its keys', () => {
    const turned = Object.fromEntries(Object.entries(made).reverse());
    expect(whatDiffers(parsePlanFile(JSON.stringify(turned)), made)).toBeUndefined();
  });

  it.each<[keyof Plan, Partial<Plan>]>([
    ['target', { target: 'staging' }],
    ['host', { host: 'deploy@other:22' }],
    ['root', { root: { ...made.root, identity: '1:2' } }],
    ['state', { state: '/srv/state' }],
    ['node', { node: '/opt/node/bin/node' }],
    ['operations', { operations: [{ kind: 'create', path: 'a.js', after: contentOfText('b') }] }],
    ['operations', { operations: [...made.operations, { kind: 'delete', path: 'c', before: contentOfText('c') }] }],
    ['relies', { relies: [{ path: 'b.js', sha256: contentOfText('b').sha256 }] }],
    ['process', { process: { kind: 'systemd', unit: 'api', user: false } }],
    ['runs', { runs: [{ mode: 'fork' }] }],
    ['health', { health: null }],
    ['confirm', { confirm: 'client' }],
    ['keep', { keep: 1 }],
  ])('is another one where its %s is', (_, more) => {
    expect(whatDiffers(reviewed, { ...made, ...more })).toMatch(/\w/);
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"format":2,"operations":[],"accepted":[]}',
    '{"format":1,"operations":[1],"accepted":[]}',
    planFileText({ plan: made, guards: [], deployable: true }).slice(0, -20),
  ])('is none in %j', (text) => {
    expect(() => parsePlanFile(text)).toThrow('This file holds no plan.');
  });
});
