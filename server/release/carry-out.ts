import { createHash } from 'node:crypto';
import type { Operation, Plan } from '../core/plan/plan.ts';
import { Failure } from '../core/failure.ts';
import type { JournalEvent } from '../core/release/release.ts';
import { HostRefused } from '../remote/failures.ts';
import type { Host } from '../remote/host.ts';
import { holdsFromOutside } from './outside.ts';

/** How a plan reaches the host, and what is told on the way. */
export interface CarryOutOptions {
  readonly host: Host;
  readonly plan: Plan;
  /** The new bytes of an operation; asked only for those that no kept release on the host has. */
  readonly contentOf: (operation: Operation) => Promise<Uint8Array>;
  /** Before the start it gives the release up; after it, the host is asked to undo, and the end is waited for. */
  readonly signal: AbortSignal;
  readonly onStaged: (done: number, all: number) => void;
  readonly onEvent: (event: JournalEvent) => void;
}

/** The line was cut while the host was at work. It goes on alone. */
export class LineLost extends Failure {
  readonly kind = 'connection';
}

const CHUNK_BYTES = 4 * 1024 * 1024;
const SENDERS = 16;
/** A release says something at least once in each of its steps; a restart may take two minutes. */
const SILENCE_MS = 300_000;

/**
 * Has the host carry a plan out, and listens until it has ended. Rejects only where nothing live was touched, or with `LineLost`.
 *
 * @returns the journal; without an `ended` in it nobody on the host carries the release out any more
 */
export async function carryOut(options: CarryOutOptions): Promise<JournalEvent[]> {
  const { host, plan, signal } = options;
  const release = { plan: plan.id, state: plan.state };
  const abandon = (): Promise<unknown> => host.request('abandon', release).catch(() => undefined); // The host clears it away by itself too.
  try {
    const { staged } = await host.request('prepare', { plan }, { signal, silenceMs: SILENCE_MS });
    await stageAll(options, new Set(staged));
    signal.throwIfAborted();
  } catch (error) {
    await abandon();
    throw error;
  }
  try {
    await host.request('start', release, { silenceMs: SILENCE_MS });
  } catch (error) {
    // A host that says no has begun nothing. One that says nothing may have begun.
    if (!(error instanceof HostRefused)) throw lineLost(host, plan, error);
    await abandon();
    throw error;
  }
  return follow(options);
}

function lineLost(host: Host, plan: Plan, cause: unknown): LineLost {
  return new LineLost(
    `The line to ${host.address} was lost during release ${plan.id}. The host finishes or undoes it by itself.`,
    'See how it ended: driftline releases',
    { cause },
  );
}

/** Sends what the host lacks, many at once: on a long line each answer would cost a round trip. */
async function stageAll(options: CarryOutOptions, staged: ReadonlySet<string>): Promise<void> {
  const writes = options.plan.operations.filter(
    (operation) => operation.kind !== 'delete' && !staged.has(operation.path),
  );
  let done = 0;
  const waiting = [...writes];
  const sender = async (): Promise<void> => {
    for (let operation = waiting.shift(); operation !== undefined; operation = waiting.shift()) {
      options.onStaged(done, writes.length);
      await stageOne(options, operation);
      done++;
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

async function stageOne(options: CarryOutOptions, operation: Operation): Promise<void> {
  const { host, plan, signal } = options;
  const bytes = await options.contentOf(operation);
  if (operation.kind !== 'delete') refuseOtherBytes(operation.path, bytes, operation.after.sha256);
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const ask = { plan: plan.id, state: plan.state, path: operation.path };
    await host.request('stage', ask, { signal, body: bytes.subarray(at, at + CHUNK_BYTES) });
  }
}

function refuseOtherBytes(path: string, bytes: Uint8Array, sha256: string): void {
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return;
  throw new ChangedHere(`${path} changed here since the plan was made. Nothing was written.`, 'Plan again.');
}

export class ChangedHere extends Failure {
  readonly kind = 'refused';
}

/** Listens to a release that was started, this one's or a recovered one. */
export async function follow(
  options: Pick<CarryOutOptions, 'host' | 'plan' | 'signal' | 'onEvent'>,
): Promise<JournalEvent[]> {
  const { host, plan, signal } = options;
  const release = { plan: plan.id, state: plan.state };
  const journal: JournalEvent[] = [];
  const errands: Promise<unknown>[] = [];
  const undo = (): void => {
    errands.push(host.request('decide', { ...release, word: 'undo' }).catch(() => undefined)); // The host undoes by its deadline too.
  };
  if (signal.aborted) undo();
  else signal.addEventListener('abort', undo, { once: true });
  try {
    await host.request(
      'follow',
      { ...release, from: 0 },
      {
        silenceMs: SILENCE_MS,
        onPart: ({ event }) => {
          journal.push(event);
          options.onEvent(event);
          if (event.type === 'step' && event.step === 'hold') errands.push(giveWord(host, plan, signal));
        },
      },
    );
    await Promise.all(errands);
  } catch (error) {
    throw lineLost(host, plan, error);
  } finally {
    signal.removeEventListener('abort', undo);
  }
  return journal;
}

/** The release is held until somebody has looked from outside. */
async function giveWord(host: Host, plan: Plan, signal: AbortSignal): Promise<void> {
  const word = (await holdsFromOutside(plan, signal)) ? 'confirm' : 'undo';
  await host.request('decide', { plan: plan.id, state: plan.state, word });
}
