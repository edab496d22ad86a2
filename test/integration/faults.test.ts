import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../faults/matrix.ts';
import type { Cell, Scenario } from '../faults/matrix.ts';
import { World } from '../faults/world.ts';

/** A few cells of the matrix that `npm run faults` goes through whole: each is the worst of its kind. */
let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

type FaultKind = Extract<Cell, { fault: unknown }>['fault']['kind'];
const hit = (scenario: Scenario, kind: FaultKind, point: string): Promise<string> =>
  run(world, { name: `${scenario}: ${kind} at ${point}`, scenario, fault: { kind, point, nth: 1 } });

it('undoes a switch in whose middle the runner was killed, by the guardian', async () => {
  expect(await hit('good', 'kill-runner', 'rename:28')).toBe('rolledBack');
});

it('goes on alone when the guardian was killed', async () => {
  expect(await hit('good', 'kill-guardian', 'step:switch')).toBe('deployed');
});

it('undoes a switch in whose middle both were killed, when somebody recovers', async () => {
  expect(await hit('good', 'kill-both', 'rename:28')).toBe('interrupted, then rolledBack');
});

it('undoes a bad release though the disk is full and the inodes are gone by then', async () => {
  expect(await hit('bad', 'disk-full', 'switched')).toBe('rolledBack');
  expect(await hit('bad', 'inodes-gone', 'switched')).toBe('rolledBack');
});

it('keeps a good release whose end comes on a full disk', async () => {
  expect(await hit('good', 'disk-full', 'probe')).toBe('deployed');
});

it("does not lose somebody's edit of a file that the release had put there", async () => {
  expect(await hit('bad', 'edited', 'step:watch')).toBe('failedNeedsAttention, then rolledBack');
});

it('brings the app back under PM2 when its daemon was killed in the middle', async () => {
  expect(await hit('good', 'kill-pm2', 'switched')).toMatch(/rolledBack$/);
});
