import { spawn } from 'child_process';
import { rmSync } from 'fs';
import * as path from 'path';
import type { ProcessReport } from '../../core/plan/host-report.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { ReleaseOutcome } from '../../core/release/release.ts';
import { recovering, transition } from '../../core/release/transition.ts';
import type { Effect, ReleaseEvent, Step } from '../../core/release/transition.ts';
import { exists, readIfThere, writeDurably } from './durable.ts';
import { ReleaseFolder } from './folder.ts';
import { retire } from './history.ts';
import { endOf, Journal, readJournal } from './journal.ts';
import { passLock, releaseLock } from './lock.ts';
import type { ProcessManager } from './manager.ts';
import { managerOf } from './managers.ts';
import { backUp, Changed, hasBegun, switchOver, undoSwitch, verifyPlan } from './switch.ts';
import { LogTail, now, pause, watch } from './watch.ts';

const WORD_POLL_MS = 200;

/**
 * The guardian: lets a second process carry the release out, and takes over where that one dies before the end. If the guardian itself
 * dies, the other goes on alone.
 */
export async function guardRelease(folderPath: string): Promise<void> {
  const folder = ReleaseFolder.at(folderPath);
  const child = spawn(process.execPath, [process.argv[1] ?? '', 'carry-out', folderPath], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('exit', () => resolve());
  });
  if (endOf(readJournal(folder)) === undefined) await carryOut(folderPath);
}

/** Carries a prepared release out to one of its three ends; one that was cut off before is finished by undoing it. */
export async function carryOut(folderPath: string): Promise<void> {
  const folder = ReleaseFolder.at(folderPath);
  const plan = folder.readPlan();
  passLock(plan, process.pid);
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
  /** Whether the running app may hold anything of the new version. */
  #mixed: boolean;

  constructor(
    readonly plan: Plan,
    readonly folder: ReleaseFolder,
  ) {
    this.#journal = new Journal(folder);
    this.#manager = plan.process === null ? undefined : managerOf(plan.process, plan.root.real);
    this.#mixed = hasBegun(folder);
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
        this.#journal.step('verify', `${plan.operations.length} paths, and ${plan.relies.length} that they rest on`);
        verifyPlan(plan);
        await this.#verifyProcess();
        return { type: 'verified' };
      case 'backUp': {
        const files = backUp(plan, folder);
        await this.#keepDefinition();
        this.#journal.step('backup', `${files} files copied, read back and compared`);
        return { type: 'backedUp' };
      }
      case 'switch': {
        this.#journal.step('switch', `${plan.operations.length} files`);
        this.#mixed = true;
        const windowMs = Math.round(switchOver(plan, folder) * 100) / 100;
        this.#journal.say({ type: 'switched', files: plan.operations.length, windowMs });
        return { type: 'switched' };
      }
      case 'restart':
        return this.#restart(() => this.#manager?.restart(), 'the new version');
      case 'restartOld':
        if (!this.#mixed) return { type: 'restarted' };
        return this.#restart(() => this.#manager?.restore(this.#definition()), 'the old version');
      case 'watch':
        return this.#watch(plan.confirm === 'client');
      case 'watchOld':
        // An app that was not well before cannot be asked to be well now.
        return this.#mixed && !wasUnwell(plan) ? this.#watch(false) : { type: 'healthy', hold: false };
      case 'waitForWord':
        return this.#waitForWord();
      case 'undo':
        return this.#undo();
    }
  }

  /** The process manager still runs what it ran when the plan was made. */
  async #verifyProcess(): Promise<void> {
    if (this.#manager === undefined) return;
    const report = await this.#manager.inspect();
    const now = report.state === 'found' ? report.instances : [];
    const words = (runs: Plan['runs']): string =>
      runs
        .map(({ mode, script = '', cwd = '' }) => `${mode} ${script} ${cwd}`)
        .sort()
        .join('\n');
    if (words(now) !== words(this.plan.runs))
      throw new Changed('what the process manager runs changed since the plan was made');
  }

  async #restart(restart: () => Promise<void> | undefined, which: string): Promise<ReleaseEvent> {
    if (this.#manager === undefined) return { type: 'restarted' };
    this.#journal.step('restart', which);
    this.#logs = new LogTail(logsOf(await this.#manager.inspect()));
    await restart();
    return { type: 'restarted' };
  }

  async #watch(hold: boolean): Promise<ReleaseEvent> {
    const { plan } = this;
    this.#journal.step('watch', plan.health === null ? 'unwatched: only that it stays up' : names(plan));
    const manager = this.#manager;
    const seen = await watch({
      plan,
      journal: this.#journal,
      logs: this.#logs,
      inspect: () => manager?.inspect() ?? Promise.resolve<ProcessReport>({ state: 'notConfigured' }),
      cancelled: () => this.#cancelled(),
    });
    if (seen.healthy) return { type: 'healthy', hold };
    this.#journal.say({ type: 'log', lines: this.#logs.lines() });
    return { type: 'failed', why: seen.why };
  }

  /** Held until the client has looked from outside; no word by the deadline means undo. */
  async #waitForWord(): Promise<ReleaseEvent> {
    const withinMs = this.plan.health?.withinMs ?? 0;
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
    const { restored, untouched } = undoSwitch(this.plan, this.folder);
    const none = restored.length === 0;
    this.#journal.step('undo', none ? 'nothing live had changed' : `${restored.length} files are as they were before`);
    if (none) this.#mixed = this.#mixed && hasBegun(this.folder);
    if (untouched.length === 0) return { type: 'undone' };
    for (const { path: file, why } of untouched) {
      this.#journal.say({
        type: 'problem',
        message: `${file} was not put back: ${why}.`,
        remedy: `Its old bytes are in ${path.join(this.folder.path, 'old')}; README.md there says which.`,
      });
    }
    return { type: 'failed', why: `${untouched.length} files could not be put back` };
  }

  finish(outcome: ReleaseOutcome, detail: string): void {
    if (outcome !== 'failedNeedsAttention') {
      for (const name of ['new', 'undo', 'removed']) {
        rmSync(path.join(this.folder.path, name), { recursive: true, force: true });
      }
      rmSync(this.folder.file('process.json'), { force: true });
      retire(this.plan.state, this.plan.keep, this.plan.id);
    }
    this.#journal.say({ type: 'ended', outcome, detail });
    releaseLock(this.plan.state, this.plan.id);
  }

  #cancelled(): string | undefined {
    return readIfThere(this.folder.file('word')) === 'undo' ? 'cancelled by the person who deployed' : undefined;
  }

  async #keepDefinition(): Promise<void> {
    const definition = await this.#manager?.definition();
    if (typeof definition === 'string') writeDurably(this.folder.file('process.json'), definition);
  }

  #definition(): string | null {
    const file = this.folder.file('process.json');
    return exists(file) ? (readIfThere(file) ?? null) : null;
  }
}

function isUndo(effect: Effect): boolean {
  return effect === 'undo' || effect === 'restartOld' || effect === 'watchOld';
}

function wasUnwell(plan: Plan): boolean {
  return plan.guards.some((finding) => finding.guard === 'unhealthy-before' || finding.guard === 'down-before');
}

function names(plan: Plan): string {
  return (plan.health?.probes ?? []).map((each) => each.name).join(', ');
}

function logsOf(report: ProcessReport): string[] {
  return report.state === 'found' ? [...new Set(report.instances.flatMap((instance) => [...instance.logs]))] : [];
}
