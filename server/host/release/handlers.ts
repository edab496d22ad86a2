import { spawn } from 'child_process';
import { appendFileSync, chmodSync, closeSync, mkdirSync, openSync, rmSync, statSync } from 'fs';
import * as path from 'path';
import type { Content, Plan } from '../../core/plan/plan.ts';
import { HostFailure } from '../handlers.ts';
import type { Handler, Handlers } from '../handlers.ts';
import { hasCode, reasonOf } from '../names.ts';
import { copyVerified, exists, sha256Of, sha256OfBytes, syncFile, writeDurably } from './durable.ts';
import { ReleaseFolder } from './folder.ts';
import { keptContents, summaries } from './history.ts';
import { endOf, Journal, readJournal } from './journal.ts';
import { lifeOf, passLock, readLock, releaseLock, takeLock } from './lock.ts';
import type { LockHolder } from './lock.ts';
import { probe } from './probe.ts';
import { readme } from './readme.ts';
import { hasBegun, verifyRoot } from './switch.ts';
import { pause } from './watch.ts';

const FOLLOW_POLL_MS = 100;

type ReleaseVerb =
  'probe' | 'prepare' | 'stage' | 'start' | 'recover' | 'follow' | 'decide' | 'abandon' | 'releases' | 'release';

/**
 * The verbs of a release.
 *
 * @param program this program's own text, left on the host for the runner
 */
export function releaseHandlers(program: string): Pick<Handlers, ReleaseVerb> {
  /** Prepared here and not started, by id: nobody else would clear them away if the line is cut now. */
  const prepared = new Map<string, Prepared>();
  process.once('exit', () => prepared.forEach(({ folder }) => discard(folder)));

  const prepare: Handler<'prepare'> = ({ plan }) => {
    const folder = new ReleaseFolder(plan.state, plan.id);
    guardWrites(() => {
      verifyRoot(plan);
      makeStateFolder(plan.state);
      takeLock(plan, (holder) => isSettled(plan.state, holder));
    }, plan.state);
    try {
      const staged = guardWrites(() => layOut(plan, folder), plan.state);
      prepared.set(plan.id, { folder, writes: writesOf(plan) });
      return Promise.resolve({ release: plan.id, staged });
    } catch (error) {
      discard(folder);
      throw error;
    }
  };

  const stage: Handler<'stage'> = (ask, { body }) => {
    const mine = prepared.get(ask.plan);
    const write = mine?.writes.get(ask.path);
    if (mine === undefined || write === undefined) {
      throw new HostFailure('not-planned', `${ask.path} is not among the files that the plan writes.`);
    }
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
            `The bytes of ${ask.path} did not arrive as they were sent.`,
            'Deploy again.',
          );
        }
        chmodSync(file, after.mode);
        syncFile(file);
        return { bytes };
      }, ask.state),
    );
  };

  const start: Handler<'start'> = (ask) => {
    const folder = new ReleaseFolder(ask.state, ask.plan);
    const pid = guardWrites(() => startRunner(folder, keepProgram(ask.state, program)), ask.state);
    prepared.delete(ask.plan);
    return Promise.resolve({ pid });
  };

  /** A release that was cut off in its middle is given to a new runner, which finishes or undoes it. */
  const recover: Handler<'recover'> = ({ state }) => {
    const holder = readLock(state);
    if (holder === undefined || lifeOf(holder) !== 'dead') return Promise.resolve({ release: null });
    const folder = new ReleaseFolder(state, holder.release);
    if (isSettled(state, holder)) {
      releaseLock(state, holder.release);
      return Promise.resolve({ release: null });
    }
    guardWrites(() => startRunner(folder, keepProgram(state, program)), state);
    return Promise.resolve({ release: holder.release });
  };

  const abandon: Handler<'abandon'> = (ask) => {
    const mine = prepared.get(ask.plan);
    prepared.delete(ask.plan);
    if (mine !== undefined) discard(mine.folder);
    return Promise.resolve({});
  };

  return {
    probe: async ({ health, root }) => ({ results: await Promise.all(health.probes.map((each) => probe(each, root))) }),
    prepare,
    stage,
    start,
    recover,
    follow,
    decide: (ask) => {
      writeDurably(new ReleaseFolder(ask.state, ask.plan).file('word'), ask.word);
      return Promise.resolve({});
    },
    abandon,
    releases: ({ state }) => Promise.resolve({ releases: summaries(state) }),
    release: ({ state, id }) => {
      const folder = new ReleaseFolder(state, id);
      if (!exists(folder.file('plan.json'))) {
        throw new HostFailure('no-release', `There is no release ${id}.`, 'See: driftline releases');
      }
      return Promise.resolve({ plan: folder.readPlan(), journal: readJournal(folder) });
    },
  };
}

/** A release whose files are being brought here. */
interface Prepared {
  readonly folder: ReleaseFolder;
  /** What the plan writes, by path, each with its operation's number. */
  readonly writes: ReadonlyMap<string, { readonly number: number; readonly after: Content }>;
}

function writesOf(plan: Plan): Prepared['writes'] {
  const writes = new Map<string, { number: number; after: Content }>();
  for (const [number, operation] of plan.operations.entries()) {
    if (operation.kind !== 'delete') writes.set(operation.path, { number, after: operation.after });
  }
  return writes;
}

/** Tells a release's events as they are written, until it has ended or nobody carries it out any more. */
const follow: Handler<'follow'> = async (ask, conversation) => {
  const folder = new ReleaseFolder(ask.state, ask.plan);
  let next = ask.from;
  for (;;) {
    const holder = readLock(ask.state);
    const journal = readJournal(folder);
    for (const event of journal.slice(next)) await conversation.part({ event });
    next = Math.max(next, journal.length);
    if (endOf(journal) !== undefined) return { ended: true };
    if (conversation.cancelled.now || holder?.release !== ask.plan) return { ended: false };
    await pause(FOLLOW_POLL_MS);
  }
};

function makeStateFolder(state: string): void {
  if (!exists(state)) mkdirSync(state, { mode: 0o700 });
  mkdirSync(path.join(state, 'releases'), { recursive: true, mode: 0o700 });
}

/** The release's folder with its plan, and the contents that older releases still have. */
function layOut(plan: Plan, folder: ReleaseFolder): string[] {
  for (const name of ['new', 'old', 'undo', 'removed'])
    mkdirSync(path.join(folder.path, name), { recursive: true, mode: 0o700 });
  writeDurably(folder.file('plan.json'), JSON.stringify(plan, null, 2));
  writeDurably(folder.file('README.md'), readme(plan, folder));
  const writes = writesOf(plan);
  const kept = keptContents(plan.state, new Set([...writes.values()].map(({ after }) => after.sha256)));
  const staged: string[] = [];
  for (const [name, { number, after }] of writes) {
    const source = after.size === 0 ? '/dev/null' : kept.get(after.sha256);
    if (source === undefined) continue;
    copyVerified(source, folder.fresh(number), after);
    staged.push(name);
  }
  return staged;
}

/** Leaves this program in the state folder, by its hash, for runners that outlive the line it came over. */
function keepProgram(state: string, program: string): string {
  const bytes = Buffer.from(program, 'utf8');
  const file = path.join(state, 'bin', `${sha256OfBytes(bytes).slice(0, 16)}.js`);
  if (sha256Of(file) === sha256OfBytes(bytes)) return file;
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeDurably(file, program);
  return file;
}

function startRunner(folder: ReleaseFolder, program: string): number {
  const plan = folder.readPlan();
  const journal = new Journal(folder);
  journal.step('stage', `${plan.operations.length} files lie ready in ${folder.path}`);
  const log = openSync(folder.file('runner.log'), 'a', 0o600);
  try {
    const child = spawn(process.execPath, [program, 'release', folder.path], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
    });
    if (child.pid === undefined) throw new HostFailure('no-runner', 'The release could not be started on the host.');
    child.unref();
    passLock(plan, child.pid);
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/** Whether a dead holder's release needs nobody: it has ended, or it never began. What it had prepared is cleared away. */
function isSettled(state: string, holder: LockHolder): boolean {
  const folder = new ReleaseFolder(state, holder.release);
  if (endOf(readJournal(folder)) !== undefined) return true;
  if (hasBegun(folder) || readJournal(folder).length > 0) return false;
  rmSync(folder.path, { recursive: true, force: true });
  return true;
}

function discard(folder: ReleaseFolder): void {
  rmSync(folder.path, { recursive: true, force: true });
  releaseLock(folder.state, folder.id);
}

/** Says what a full disk or a missing permission means here: nothing live was touched. */
function guardWrites<T>(write: () => T, state: string): T {
  try {
    return write();
  } catch (error) {
    if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
      throw new HostFailure(
        'disk-full',
        `There is no room left at ${state}. Nothing live was touched.`,
        'Free some space.',
      );
    }
    if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) {
      throw new HostFailure(
        'not-writable',
        `${state} cannot be written: ${reasonOf(error)}. Nothing live was touched.`,
        'Let this user write there, or name another folder with "state".',
      );
    }
    throw error;
  }
}
