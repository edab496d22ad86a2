import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../../server/core/plan/plan.ts';
import {
  describe as holderOf,
  lifeOf,
  lockFile,
  passLock,
  readLock,
  releaseLock,
  seizeLock,
  startOf,
  takeLock,
} from '../../../../server/host/release/lock.ts';
import type { LockHolder } from '../../../../server/host/release/lock.ts';
import { layOutPlanned, planId } from '../../../support/planned.ts';
import type { Planned } from '../../../support/planned.ts';

let planned: Planned;
let plan: Plan;
beforeEach(async () => {
  planned = await layOutPlanned({ old: { 'a.js': 'a' }, next: { 'a.js': 'b' } });
  mkdirSync(planned.state);
  plan = planned.plan;
});
afterEach(() => planned.remove());

const other = (): Plan => ({ ...plan, id: planId(), by: { user: 'jo', machine: 'desk' } });
const never = (): boolean => false;
const write = (holder: Partial<LockHolder>): LockHolder => {
  const whole = { ...holderOf(plan, process.pid, null), ...holder };
  writeFileSync(lockFile(planned.state), JSON.stringify(whole));
  return whole;
};
/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('a lock', () => {
  it('is had by one release only, and says to the other who has it and since when', () => {
    takeLock(plan, never);
    expect(() => takeLock(other(), never)).toThrow(
      /Another deploy is running: maria@laptop since 20\d\d-.* \(release /,
    );
    expect(readLock(planned.state)?.release).toBe(plan.id);
  });

  it('says where it is a rollback', () => {
    takeLock({ ...plan, reason: { kind: 'rollback', undoes: [], to: null } }, never);
    expect(() => takeLock(other(), never)).toThrow('Another rollback is running');
  });

  it('is free for the next one after it was released, and only its own release frees it', () => {
    takeLock(plan, never);
    releaseLock(planned.state, other().id);
    expect(readLock(planned.state)?.release).toBe(plan.id);
    releaseLock(planned.state, plan.id);
    expect(readLock(planned.state)).toBeUndefined();
    expect(() => takeLock(other(), never)).not.toThrow();
  });

  it('leaves nothing beside itself, and sweeps what a killed one has left', async () => {
    writeFileSync(`${lockFile(planned.state)}.${await deadPid()}.1`, 'half');
    takeLock(plan, never);
    passLock(plan, process.pid, null);
    expect(readdirSync(planned.state)).toEqual(['lock']);
  });

  it('always has the same size, so that handing it over needs no new block', () => {
    takeLock(plan, never);
    const before = readFileSync(lockFile(planned.state)).length;
    passLock(plan, process.ppid, process.pid);
    expect(readFileSync(lockFile(planned.state)).length).toBe(before);
    expect(readLock(planned.state)).toMatchObject({ pid: process.ppid, guardian: { pid: process.pid } });
  });

  it.each(['', 'half a l', '{}', '[1]', 'null'])(
    'that says %j is no free one, and its remedy names the file',
    (text) => {
      writeFileSync(lockFile(planned.state), text);
      expect(() => takeLock(plan, () => true)).toThrow(
        `The lock ${lockFile(planned.state)} is there, but cannot be read`,
      );
      expect(readFileSync(lockFile(planned.state), 'utf8')).toBe(text);
    },
  );
});

describe('the life of a holder', () => {
  it('is alive while its process lives', () => {
    expect(lifeOf(write({}))).toBe('alive');
  });
  it('is dead where its process has ended', async () => {
    expect(lifeOf(write({ pid: await deadPid() }))).toBe('dead');
  });
  it('is alive as long as its guardian is', async () => {
    const guardian = { pid: process.pid, started: startOf(process.pid) };
    expect(lifeOf(write({ pid: await deadPid(), guardian }))).toBe('alive');
    expect(lifeOf(write({ pid: await deadPid(), guardian: { pid: await deadPid(), started: '1' } }))).toBe('dead');
  });
  it('is dead where the number is another process by now', () => {
    expect(lifeOf(write({ started: '1' }))).toBe('dead');
  });
  it('is dead after another boot, whatever runs under its number now', () => {
    expect(lifeOf(write({ boot: 'another' }))).toBe('dead');
  });
  it('cannot be told of another machine, or from another namespace', () => {
    expect(lifeOf(write({ machine: 'another' }))).toBe('unknown');
    expect(lifeOf(write({ machine: 'another', boot: 'another' }))).toBe('unknown');
    expect(lifeOf(write({ namespace: 'pid:[1]' }))).toBe('unknown');
  });
});

describe('a lock whose holder cannot be asked', () => {
  it('is not taken over, and says whom to ask', () => {
    write({ machine: 'another' });
    expect(() => takeLock(other(), () => true)).toThrow("whether it still runs can't be told from here");
  });
});

describe('a lock of a dead holder', () => {
  it('is taken over where its release needs nothing more', async () => {
    write({ pid: await deadPid() });
    const next = other();
    takeLock(next, () => true);
    expect(readLock(planned.state)?.release).toBe(next.id);
    expect(readdirSync(planned.state)).toEqual(['lock']);
  });
  it('stays where it does, and says what to run', async () => {
    write({ pid: await deadPid() });
    expect(() => takeLock(other(), never)).toThrow(`Release ${plan.id} of maria@laptop was cut off in its middle`);
    expect(readLock(planned.state)?.release).toBe(plan.id);
  });
  it('is had by one of two that found it', async () => {
    const dead = write({ pid: await deadPid() });
    const [first, second] = [holderOf(other(), process.pid, null), holderOf(other(), process.pid, null)];
    expect(seizeLock(planned.state, dead, first)).toBe(true);
    expect(seizeLock(planned.state, dead, second)).toBe(false);
    expect(readLock(planned.state)?.release).toBe(first.release);
  });
  it('is not had while another one takes it over, but once that one has died', async () => {
    const dead = write({ pid: await deadPid() });
    const claim = `${lockFile(planned.state)}.claim`;
    writeFileSync(claim, JSON.stringify(holderOf(other(), process.pid, null)));
    const mine = holderOf(other(), process.pid, null);
    expect(seizeLock(planned.state, dead, mine)).toBe(false);
    writeFileSync(claim, JSON.stringify(holderOf(other(), await deadPid(), null)));
    expect(seizeLock(planned.state, dead, mine)).toBe(false);
    expect(seizeLock(planned.state, dead, mine)).toBe(true);
    expect(path.basename(claim)).toBe('lock.claim');
    expect(readdirSync(planned.state)).toEqual(['lock']);
  });
});
