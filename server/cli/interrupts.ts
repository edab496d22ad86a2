import { Interrupted } from './failures.ts';

/** How far a release has come, which decides what stopping means. */
export type Stage = 'nothingWritten' | 'onTheHost' | 'ended';

const INTERRUPTED = 130;

export interface InterruptWorld {
  /** Calls back at every Ctrl-C from now on. */
  onInterrupt(listener: () => void): void;
  /** Tells people, a line at a time. */
  say(line: string): void;
  /** Ends this process at once. */
  leave(status: number): void;
}

/**
 * Ctrl-C. The first one stops in order, by the signal that every verb obeys; a second one leaves at once. What either means is said, for
 * it depends on how far things have come.
 */
export class Interrupts {
  readonly #controller = new AbortController();
  #stage: Stage = 'nothingWritten';
  #isListening = false;

  constructor(readonly world: InterruptWorld) {}

  /** Aborted with an `Interrupted` as its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on Ctrl-C is ours to obey. A verb that does not obey the signal must not call this. */
  listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.world.onInterrupt(() => this.interrupt());
  }

  /** A release on the host has come this far. */
  reached(stage: Stage): void {
    this.#stage = stage;
  }

  /** One Ctrl-C, or what CI sends in its place. */
  interrupt(): void {
    if (this.signal.aborted) {
      this.world.say(LEAVING[this.#stage]);
      this.world.leave(INTERRUPTED);
      return;
    }
    this.world.say(STOPPING[this.#stage]);
    this.#controller.abort(new Interrupted());
  }

  /** As `interrupt`, where a question was answered by Ctrl-C: whoever asked tells it. */
  stop(): Interrupted {
    const reason = new Interrupted();
    this.#controller.abort(reason);
    return reason;
  }
}

const STOPPING: Readonly<Record<Stage, string>> = {
  nothingWritten: 'Stopping: nothing has begun on production. Ctrl-C again leaves at once.',
  onTheHost:
    'Stopping: the host is asked to put the old version back, and its end is waited for. Ctrl-C again leaves at once.',
  ended: 'Stopping: the release has ended already. Ctrl-C again leaves at once.',
};

const LEAVING: Readonly<Record<Stage, string>> = {
  nothingWritten: 'Left.',
  onTheHost: 'Left. The host goes on alone and finishes or undoes the release by itself: see `driftline releases`.',
  ended: 'Left. The release has ended: see `driftline releases`.',
};
