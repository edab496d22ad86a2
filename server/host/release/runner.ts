import { count } from '../../core/words.ts';
import { spawn } from 'child_process';
import { rmSync, statSync } from 'fs';
import type { ProcessReport } from '../../core/plan/host-report.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { ReleaseOutcome } from '../../core/release/release.ts';
import { recovering, transition } from '../../core/release/transition.ts';
import type { Effect, ReleaseEvent, Step } from '../../core/release/transition.ts';
import { nextNode } from '../next-node.ts';
import { compiledBy, modulesIn } from './compile.ts';
import { exists, readIfThere, writeDurably } from './durable.ts';
import { ReleaseFolder } from './folder.ts';
import { endOf, Journal, readJournal } from './journal.ts';
import { releaseIds } from './history.ts';
import { passLock } from './lock.ts';
import type { ProcessManager } from './manager.ts';
import { managerOf } from './managers.ts';
import { isForeseen, lackedCalmly, missingIn } from './missing.ts';
import { undoByHand } from './readme.ts';
import { hasBegun } from './record.ts';
import { clearAway } from './state-folder.ts';
import { backUp, switchOver } from './switch.ts';
import { undoSwitch } from './undo.ts';
import { Changed, verifyPlaces, verifyPlan } from './verify.ts';
import { LogTail, lookBefore, NOBODY_BEFORE, now, pause, watch } from './watch.ts';

const WORD_POLL_MS = 200;
/** How long a held release waits for its word where no health says it. */
const WORD_MS = 30_000;

/**
 * The guardian: lets a second process carry the release out, and takes over where that one dies before the end. If the guardian itself
 * dies, the other goes on alone.
 */
export async function guardRelease(folderPath: string): Promise<void> {
  const folder = ReleaseFolder.at(folderPath);
  const child = spawn(process.execPath, [process.argv[1] ?? '', 'carry-out', folderPath, String(process.pid)], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('exit', () => resolve());
  });
  if (endOf(readJournal(folder)) === undefined) await carryOut(folderPath, null);
  // It may have died between its end and its tidying; a second time does no harm.
  else clearAway(folder.readPlan(), folder, () => undefined);
}

/**
 * Carries a prepared release out to one of its three ends; one that was cut off before is finished by undoing it.
 *
 * @param guardian the process that would take over from this one
 */
export async function carryOut(folderPath: string, guardian: number | null): Promise<void> {
  const folder = ReleaseFolder.at(folderPath);
  const plan = folder.readPlan();
  passLock(plan, process.pid, guardian);
  let step: Step = hasBegun(folder) ? recovering('the release was cut off in its middle') : begin(folder);
  const carrier = new Carrier(plan, folder);
  while (step.effect !== undefined && step.effect !== 'finish') {
    step = transition(step.state, await carrier.carryOut(step.effect));
  }
  if (step.state.at !== 'ended') throw new Error(`a release stood still at "${step.state.at}"`);
  carrier.finish(step.state.outcome, step.state.detail);
}

/** A release that died before its record was written has touched nothing live; it is not begun a second time. */
function begin(folder: ReleaseFolder): Step {
  const died = readJournal(folder).some((event) => event.type === 'step' && event.step === 'prepare');
  const first = transition({ at: 'new' }, { type: 'started' });
  if (died) return transition(first.state, { type: 'failed', why: 'the release was cut off before its switch' });
  new Journal(folder).step('prepare', `carried out by process ${process.pid}`);
  return first;
}

/** The interpreter of a release's effects. */
class Carrier {
  readonly #journal: Journal;
  readonly #manager: ProcessManager | undefined;
  #logs = new LogTail([]);
  #before = NOBODY_BEFORE;
  /** Whether the running app may hold anything of the new version. */
  #mixed: boolean;
  /** Whether somebody carried this release before: what that one had restarted is not known. */
  readonly #takenUp: boolean;

  constructor(
    readonly plan: Plan,
    readonly folder: ReleaseFolder,
  ) {
    this.#journal = new Journal(folder);
    this.#manager = plan.process === null ? undefined : managerOf(plan.process, plan.root.real);
    this.#mixed = hasBegun(folder);
    this.#takenUp = hasBegun(folder);
  }

  async carryOut(effect: Exclude<Effect, 'finish'>): Promise<ReleaseEvent> {
    try {
      return await this.#carryOut(effect);
    } catch (error) {
      return { type: 'failed', why: error instanceof Error ? error.message : String(error) };
    }
  }

  async #carryOut(effect: Exclude<Effect, 'finish'>): Promise<ReleaseEvent> {
    const { plan, folder } = this;
    const cancelled = isUndo(effect) ? undefined : this.#cancelled();
    if (cancelled !== undefined) return { type: 'cancelled', why: cancelled };
    switch (effect) {
      case 'verify':
        this.#journal.step(
          'verify',
          `${count(plan.operations.length, 'path')}, and ${plan.relies.length} that the verdicts rest on`,
        );
        verifyPlan(plan);
        verifyPlaces(plan);
        await this.#verifySyntax(await this.#verifyProcess());
        return { type: 'verified' };
      case 'backUp': {
        const files = backUp(plan, folder);
        await this.#keepDefinition();
        this.#journal.step('backup', `${count(files, 'file')} copied, read back and compared`);
        return { type: 'backedUp' };
      }
      case 'switch': {
        this.#journal.step('switch', count(plan.operations.length, 'file'));
        this.#mixed = true;
        const windowMs = Math.round(switchOver(plan, folder) * 100) / 100;
        this.#journal.say({ type: 'switched', files: plan.operations.length, windowMs });
        return { type: 'switched' };
      }
      case 'restart':
        return this.#restart('the new version', (manager) => manager.restart());
      case 'restartOld':
        return this.#restartOld();
      case 'watch':
        return this.#watch(plan, plan.confirm === 'client');
      case 'watchOld':
        return this.#watchOld();
      case 'waitForWord':
        return this.#waitForWord();
      case 'undo':
        return this.#undo();
    }
  }

  /** The process manager still runs what it ran when the plan was made. */
  async #verifyProcess(): Promise<ProcessReport> {
    if (this.#manager === undefined) return { state: 'notConfigured' };
    // Here and not in the session that planned: with the rights and the environment that the undo will have.
    await this.#manager.prove();
    const report = await this.#manager.inspect();
    const now = report.state === 'found' ? report.instances : [];
    const words = (runs: Plan['runs']): string =>
      runs
        .map(({ mode, script = '', cwd = '' }) => `${mode} ${script} ${cwd}`)
        .sort()
        .join('\n');
    if (words(now) !== words(this.plan.runs))
      throw new Changed(
        `what the process manager runs changed since the plan was made${report.state !== 'found' && 'detail' in report ? `: ${report.detail}` : ''}`,
      );
    return report;
  }

  /** Every module is JavaScript to the very Node that will run it. */
  async #verifySyntax(report: ProcessReport): Promise<void> {
    const modules = modulesIn(this.plan).length;
    if (modules === 0) return;
    const next = nextNode(this.plan.node, report);
    const unnamed = 'unknown' in next ? `, which is this program's own: ${next.unknown}` : '';
    const node = 'unknown' in next ? { path: process.execPath, version: process.version, args: [] } : next;
    const compiled = await compiledBy(node, this.folder, process.argv[1] ?? '');
    const by = `Node ${node.version} (${node.path})${unnamed}`;
    switch (compiled.state) {
      case 'compiled':
        this.#journal.step('verify', `${count(modules, 'module')}, compiled by ${by}`);
        return;
      case 'unasked':
        this.#journal.step('verify', `${count(modules, 'module')}, not compiled by ${by}: ${compiled.why}`);
        return;
      case 'refused':
        throw new Error(
          `${compiled.why}. That is no JavaScript to ${by}: write it for that one, or have the app started by a newer one; what only browsers run is let pass by --accept syntax-error`,
        );
    }
  }

  async #restart(which: string, order: (manager: ProcessManager) => Promise<void>): Promise<ReleaseEvent> {
    if (this.#manager === undefined) return { type: 'restarted' };
    this.#journal.step('restart', which);
    const report = await this.#manager.inspect();
    this.#logs = new LogTail(logsOf(report));
    this.#before = lookBefore(this.plan, report);
    await order(this.#manager);
    return { type: 'restarted' };
  }

  #restartOld(): Promise<ReleaseEvent> {
    if (!this.#mixed) return Promise.resolve({ type: 'restarted' });
    // What was down before is put back to that: nobody has asked for it to run.
    if (said(this.plan, 'down-before'))
      return this.#restart('nothing: as before, the app is down', (each) => each.stop());
    const file = this.folder.file('process.json');
    return this.#restart('the old version', (manager) => manager.restore(exists(file) ? file : undefined));
  }

  async #watch(plan: Plan, hold: boolean): Promise<ReleaseEvent> {
    const closed = this.#logs.unread();
    const unseen = closed.length === 0 ? '' : `; without its log, which this user cannot read: ${closed.join(', ')}`;
    this.#journal.step('watch', (plan.health === null ? 'unwatched: only that it stays up' : names(plan)) + unseen);
    const manager = this.#manager;
    const seen = await watch({
      plan,
      journal: this.#journal,
      logs: this.#logs,
      before: this.#before,
      inspect: () => manager?.inspect() ?? Promise.resolve<ProcessReport>({ state: 'notConfigured' }),
      cancelled: () => (plan === this.plan ? this.#cancelled() : undefined),
      mayLack: plan === this.plan ? this.#mayLack() : () => true, // What the old version lacks, it lacked before.
    });
    if (seen.healthy) return { type: plan.health === null ? 'unwatched' : 'healthy', hold };
    this.#journal.say({ type: 'log', lines: this.#logs.lines() });
    return { type: 'failed', why: seen.why };
  }

  /** What the plan foresees, and what the version before said to lack as well, unless a release was undone for that. */
  #mayLack(): (module: string) => boolean {
    const { guards, state } = this.plan;
    let lacked: Set<string> | undefined;
    const lackedBefore = (): Set<string> => {
      const found = this.#logs.picked(lackedCalmly);
      for (const id of releaseIds(state)) {
        const end = endOf(readJournal(new ReleaseFolder(state, id)));
        const blamed = end === undefined || end.outcome === 'deployed' ? undefined : missingIn(end.detail);
        if (blamed !== undefined) found.delete(blamed);
      }
      return found;
    };
    return (module) => isForeseen(guards, module) || (lacked ??= lackedBefore()).has(module);
  }

  #watchOld(): Promise<ReleaseEvent> {
    const { plan } = this;
    if (!this.#mixed || said(plan, 'down-before')) return Promise.resolve({ type: 'unwatched', hold: false });
    // An app that was not well before cannot be asked to be well now, but it has to stay up. A word to undo is no reason to stop here.
    return this.#watch(said(plan, 'unhealthy-before') ? { ...plan, health: null } : { ...plan }, false);
  }

  /** Held until the client has looked from outside; no word by the deadline means undo. */
  async #waitForWord(): Promise<ReleaseEvent> {
    const withinMs = this.plan.health?.withinMs ?? WORD_MS;
    this.#journal.step('hold', `for the client's word, ${withinMs / 1000} s at most`);
    const deadline = now() + withinMs;
    while (now() < deadline) {
      const word = readIfThere(this.folder.file('word'));
      if (word === 'confirm') return { type: 'confirmed' };
      const cancelled = this.#cancelled();
      if (cancelled !== undefined) return { type: 'cancelled', why: cancelled };
      await pause(WORD_POLL_MS);
    }
    return { type: 'cancelled', why: `no word came from the client within ${withinMs / 1000} s` };
  }

  #undo(): ReleaseEvent {
    const { restored, untouched, saved } = undoSwitch(this.plan, this.folder);
    const none = restored.length === 0;
    this.#journal.step(
      'undo',
      none
        ? 'nothing live had changed'
        : `${count(restored.length, 'file is as it was', 'files are as they were')} before`,
    );
    // Stopped before its first rename, by this very process: no app has seen anything new.
    if (none && untouched.length === 0 && !this.#takenUp) this.#mixed = false;
    for (const { path: file, at } of saved) {
      this.#journal.say({
        type: 'problem',
        message: `${file} was edited on production at the very moment of the release. That edit is in ${at}.`,
        remedy: `Look at it: driftline pull ${file}`,
      });
    }
    for (const { path: file, why } of untouched) {
      this.#journal.say({
        type: 'problem',
        message: `${file} was not put back: ${why}.`,
        remedy: `By hand, if that is what you want: ${undoByHand(this.plan, this.folder, this.#numberOf(file))} Then: driftline recover`,
      });
    }
    const [one] = untouched;
    if (one === undefined) return { type: 'undone' };
    const left = `${untouched.length === 1 ? `${one.path} was` : `${untouched.length} files were`} not put back`;
    return untouched.every(({ theirs }) => theirs) ? { type: 'undone', left } : { type: 'failed', why: left };
  }

  #numberOf(file: string): number {
    return this.plan.operations.findIndex((operation) => operation.path === file);
  }

  finish(outcome: ReleaseOutcome, detail: string): void {
    const tell = this.#journal.end(outcome, detail);
    if (outcome === 'failedNeedsAttention') {
      // The lock stays: the next deploy is told, and `recover` clears it.
      tell();
      return;
    }
    const log = this.folder.file('runner.log');
    if (exists(log) && statSync(log).size === 0) rmSync(log, { force: true });
    clearAway(this.plan, this.folder, tell);
  }

  #cancelled(): string | undefined {
    return readIfThere(this.folder.file('word')) === 'undo' ? 'cancelled by the person who deployed' : undefined;
  }

  async #keepDefinition(): Promise<void> {
    const definition = await this.#manager?.definition();
    if (typeof definition === 'string') writeDurably(this.folder.file('process.json'), definition);
  }
}

function isUndo(effect: Effect): boolean {
  return effect === 'undo' || effect === 'restartOld' || effect === 'watchOld';
}

function said(plan: Plan, guard: string): boolean {
  return plan.guards.some((finding) => finding.guard === guard);
}

function names(plan: Plan): string {
  return (plan.health?.probes ?? []).map((each) => each.name).join(', ');
}

function logsOf(report: ProcessReport): string[] {
  return report.state === 'found' ? [...new Set(report.instances.flatMap((instance) => [...instance.logs]))] : [];
}
