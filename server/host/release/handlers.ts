import { count } from '../../core/words.ts';
import { spawn } from 'child_process';
import { appendFileSync, closeSync, renameSync, statSync } from 'fs';
import * as path from 'path';
import type { Content, Plan } from '../../core/plan/plan.ts';
import { HostFailure } from '../handlers.ts';
import type { Handler, Handlers } from '../handlers.ts';
import { exists, sha256Of, sha256OfBytes, syncFile, writeDurably } from './durable.ts';
import { ReleaseFolder } from './folder.ts';
import { summaries, unfinished } from './history.ts';
import { endOf, Journal, readJournal } from './journal.ts';
import { describe, held, interrupted, lifeOf, passLock, readLock, releaseLock, seizeLock, takeLock } from './lock.ts';
import { makeOurs, openOurs } from './ours.ts';
import { probe } from './probe.ts';
import { hasBegun } from './record.ts';
import { discard, guardWrites, isSettled, layOut, makeStateFolder, settleUnbegun } from './state-folder.ts';
import { verifyRoot } from './verify.ts';
import { now, pause } from './watch.ts';

const FOLLOW_POLL_MS = 100;
/** How long a prepared release waits for its next file, and a line that fell asleep may hold the root. */
const PREPARED_MS = 10 * 60_000;
/** One runner takes over from the other within this time; a holder that is still dead then has nobody. */
const TAKE_OVER_MS = 3_000;

type ReleaseVerb =
  | 'probe'
  | 'prepare'
  | 'stage'
  | 'start'
  | 'recover'
  | 'unlock'
  | 'follow'
  | 'decide'
  | 'abandon'
  | 'releases'
  | 'release';

/**
 * The verbs of a release.
 *
 * @param program this program's own text, left on the host for the runner
 */
export function releaseHandlers(program: string): Pick<Handlers, ReleaseVerb> {
  /** Prepared here and not started, by id: nobody else would clear them away if the line is cut now. */
  const prepared = new Map<string, Prepared>();
  const forget = (id: string): Prepared | undefined => {
    const mine = prepared.get(id);
    if (mine !== undefined) clearTimeout(mine.patience);
    prepared.delete(id);
    return mine;
  };
  const giveUp = (id: string): void => {
    const mine = forget(id);
    if (mine !== undefined) discard(mine.folder);
  };
  process.once('exit', () => [...prepared.keys()].forEach(giveUp));

  const prepare: Handler<'prepare'> = ({ plan }) => {
    const folder = new ReleaseFolder(plan.state, plan.id);
    guardWrites(() => {
      verifyRoot(plan);
      makeStateFolder(plan.state, plan.group);
      takeLock(plan, (holder) => isSettled(plan.state, holder));
    }, plan.state);
    try {
      refuseUnfinished(plan.state);
      const staged = guardWrites(() => layOut(plan, folder), plan.state);
      const patience = setTimeout(() => giveUp(plan.id), PREPARED_MS).unref();
      prepared.set(plan.id, { folder, writes: writesOf(plan), patience });
      return Promise.resolve({ release: plan.id, staged });
    } catch (error) {
      // A release of that name that is there already is not this one's to remove.
      if (error instanceof HostFailure && error.code === 'exists') releaseLock(plan.state, plan.id);
      else discard(folder);
      throw error;
    }
  };

  const stage: Handler<'stage'> = (ask, { body }) => {
    const mine = prepared.get(ask.plan);
    const write = mine?.writes.get(ask.path);
    if (mine === undefined) throw notPrepared(ask.plan);
    if (write === undefined) {
      throw new HostFailure(
        'not-planned',
        `${ask.path} is not among the files that the plan writes.`,
        'Plan again, and deploy that plan.',
      );
    }
    mine.patience.refresh();
    return Promise.resolve(
      guardWrites(() => {
        const { after } = write;
        const file = mine.folder.fresh(write.number);
        appendFileSync(file, body, { mode: 0o600 });
        const bytes = statSync(file).size;
        if (bytes < after.size) return { bytes };
        if (sha256Of(file) !== after.sha256) {
          throw new HostFailure(
            'damaged',
            `The bytes of ${ask.path} did not arrive as they were sent. Nothing live was touched.`,
            'Deploy again.',
          );
        }
        syncFile(file);
        return { bytes };
      }, ask.state),
    );
  };

  const start: Handler<'start'> = (ask) => {
    const mine = prepared.get(ask.plan);
    if (mine === undefined) throw notPrepared(ask.plan);
    const kept = guardWrites(() => keepProgram(ask.state, program), ask.state);
    // From here on it is the runner's: whatever goes wrong now, its folder must not be cleared away under it.
    forget(ask.plan);
    let pid: number;
    try {
      const { operations } = mine.folder.readPlan();
      new Journal(mine.folder).step(
        'stage',
        `${count(operations.length, 'file lies', 'files lie')} ready in ${mine.folder.path}`,
      );
      pid = startRunner(mine.folder, kept);
    } catch (error) {
      discard(mine.folder);
      throw error;
    }
    return Promise.resolve({ pid });
  };

  /** A release that was cut off in its middle, or that needed attention, is given to a new runner, which finishes or undoes it. */
  const recover: Handler<'recover'> = async ({ state }) => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const release = recoverOnce(state, program);
      if (release !== undefined) return { release };
      await pause(FOLLOW_POLL_MS);
    }
    throw new HostFailure('locked', 'Somebody else is recovering this root just now.', 'See: driftline releases');
  };

  return {
    probe: async ({ health, root }) => ({ results: await Promise.all(health.probes.map((each) => probe(each, root))) }),
    prepare,
    stage,
    start,
    recover,
    unlock,
    follow,
    decide: (ask) => {
      const folder = existing(ask.state, ask.plan);
      guardWrites(() => writeDurably(folder.file('word'), ask.word), ask.state);
      return Promise.resolve({});
    },
    abandon: (ask) => {
      giveUp(ask.plan);
      return Promise.resolve({});
    },
    releases: ({ state }) => Promise.resolve({ releases: summaries(state) }),
    release: ({ state, id }) => {
      const folder = existing(state, id);
      return Promise.resolve({ plan: folder.readPlan(), journal: readJournal(folder) });
    },
  };
}

/** A release whose files are being brought here. */
interface Prepared {
  readonly folder: ReleaseFolder;
  /** What the plan writes, by path, each with its operation's number. */
  readonly writes: ReadonlyMap<string, { readonly number: number; readonly after: Content }>;
  readonly patience: NodeJS.Timeout;
}

function writesOf(plan: Plan): Prepared['writes'] {
  const writes = new Map<string, { number: number; after: Content }>();
  for (const [number, operation] of plan.operations.entries()) {
    if (operation.kind !== 'delete') writes.set(operation.path, { number, after: operation.after });
  }
  return writes;
}

function notPrepared(id: string): HostFailure {
  return new HostFailure(
    'not-prepared',
    `Release ${id} is not prepared here, or waited too long for its files. Nothing live was touched.`,
    'Deploy again.',
  );
}

function existing(state: string, id: string): ReleaseFolder {
  const folder = new ReleaseFolder(state, id);
  if (exists(folder.file('plan.json'))) return folder;
  throw new HostFailure('no-release', `There is no release ${id}.`, 'See: driftline releases');
}

/** A release in the middle of which everything ended stands in the way even where its lock is gone; one that touched nothing live is ended. */
function refuseUnfinished(state: string): void {
  for (const id of unfinished(state)) {
    const folder = new ReleaseFolder(state, id);
    if (hasBegun(folder)) throw interrupted(id, byOf(state, id));
    if (endOf(readJournal(folder)) === undefined) settleUnbegun(folder);
  }
}

function byOf(state: string, id: string): string {
  const { by } = new ReleaseFolder(state, id).readPlan();
  return `${by.user}@${by.machine}`;
}

/** @returns the release that was taken up, `null` where none needs it, `undefined` where somebody else was quicker */
function recoverOnce(state: string, program: string): string | null | undefined {
  const holder = readLock(state);
  if (holder === undefined) {
    const [id] = unfinished(state);
    if (id === undefined) return null;
    const folder = new ReleaseFolder(state, id);
    guardWrites(() => takeLock(folder.readPlan(), () => false), state);
    takeUp(
      folder,
      guardWrites(() => keepProgram(state, program), state),
    );
    return id;
  }
  const life = lifeOf(holder);
  if (life === 'unknown') throw held(holder, life);
  if (life === 'alive') return null;
  const folder = new ReleaseFolder(state, holder.release);
  const journal = readJournal(folder);
  // One that had begun to be carried out is ended by a runner even where nothing live was touched: whoever asks sees how.
  if ((endOf(journal) !== undefined || journal.length === 0) && isSettled(state, holder)) {
    releaseLock(state, holder.release);
    return unfinished(state).length === 0 ? null : undefined;
  }
  const kept = guardWrites(() => keepProgram(state, program), state);
  if (!seizeLock(state, holder, describe(folder.readPlan(), process.pid, null))) return undefined;
  takeUp(folder, kept);
  return holder.release;
}

/** Says that it was begun before: a runner that finds this never goes forward. */
function takeUp(folder: ReleaseFolder, program: string): void {
  new Journal(folder).step('prepare', 'taken up again: it was cut off, or needed attention');
  startRunner(folder, program);
}

/**
 * Takes the lock away from a release that nobody carries out, because a person says so, and writes that down. The release stays as it is:
 * its files are not touched, and its backup is kept.
 */
const unlock: Handler<'unlock'> = ({ state, release, by, reason }) => {
  const folder = new ReleaseFolder(state, release);
  const holder = readLock(state);
  if (holder !== undefined && holder.release !== release) throw held(holder, lifeOf(holder));
  if (holder !== undefined && lifeOf(holder) === 'alive') throw held(holder, 'alive');
  if (holder === undefined && !unfinished(state).includes(release)) return Promise.resolve({ unlocked: false });
  if (holder !== undefined && lifeOf(holder) === 'dead' && isSettled(state, holder)) {
    releaseLock(state, release);
    return Promise.resolve({ unlocked: true });
  }
  guardWrites(() => {
    if (exists(folder.file('plan.json'))) {
      const journal = new Journal(folder);
      journal.end('failedNeedsAttention', `the lock was taken away by ${by}: ${reason}`)();
    }
    // The mark that says that live files may be in its middle goes too: a person has judged them.
    setAside(folder);
    releaseLock(state, release);
  }, state);
  return Promise.resolve({ unlocked: true });
};

function setAside(folder: ReleaseFolder): void {
  if (exists(folder.file('record.json'))) renameSync(folder.file('record.json'), folder.file('record.unlocked.json'));
  else writeDurably(folder.file('record.unlocked.json'), '{}');
}

/** Tells a release's events as they are written, until it has ended or nobody carries it out any more. */
const follow: Handler<'follow'> = async (ask, conversation) => {
  const folder = existing(ask.state, ask.plan);
  let next = ask.from;
  let deadSince: number | undefined;
  for (;;) {
    const holder = readLock(ask.state);
    const carried = holder?.release === ask.plan;
    // A runner that could not take the lock, on a disk that nobody can write to, has left it with this session.
    const dead = carried && (lifeOf(holder) === 'dead' || holder.pid === process.pid);
    const journal = readJournal(folder);
    for (const event of journal.slice(next)) await conversation.part({ event });
    next = Math.max(next, journal.length);
    const ended = endOf(journal) !== undefined;
    // Until the root is free too: whoever hears of the end may deploy again at once.
    if (ended && (!carried || dead)) return { ended: true };
    if (conversation.cancelled.now || !carried) return { ended };
    deadSince = dead ? (deadSince ?? now()) : undefined;
    if (deadSince !== undefined && now() - deadSince > TAKE_OVER_MS) return { ended: false };
    await pause(FOLLOW_POLL_MS);
  }
};

/** Leaves this program in the state folder, by its hash, for runners that outlive the line it came over. */
function keepProgram(state: string, program: string): string {
  const bytes = Buffer.from(program, 'utf8');
  // Below an application whose package.json says "type": "module", a .js would be read as an ES module.
  const file = path.join(state, 'bin', `${sha256OfBytes(bytes).slice(0, 16)}.cjs`);
  if (exists(file) && sha256Of(file) === sha256OfBytes(bytes)) return file;
  makeOurs(path.dirname(file));
  writeDurably(file, program);
  return file;
}

function startRunner(folder: ReleaseFolder, program: string): number {
  const plan = folder.readPlan();
  const log = openLog(folder);
  try {
    const child = spawn(process.execPath, [program, 'release', folder.path], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
    });
    // Told by the missing pid below; without a listener it would end this program.
    child.on('error', () => undefined);
    if (child.pid === undefined) {
      throw new HostFailure(
        'no-runner',
        `The release could not be started: ${process.execPath} cannot be run on the host. Nothing live was touched.`,
        'See that Node can be started there, then deploy again.',
      );
    }
    child.unref();
    passOn(plan, child.pid);
    return child.pid;
  } finally {
    if (typeof log === 'number') closeSync(log);
  }
}

/** A full disk takes the runner's own notes, not the release. */
function openLog(folder: ReleaseFolder): number | 'ignore' {
  try {
    return openOurs(folder.file('runner.log'), 'a');
  } catch {
    return 'ignore';
  }
}

/** The runner takes the lock by itself too; that it could not be handed over must not be told as if nothing had begun. */
function passOn(plan: Plan, pid: number): void {
  try {
    passLock(plan, pid, null);
  } catch (error) {
    process.stderr.write(`lock: ${String(error)}\n`);
  }
}
