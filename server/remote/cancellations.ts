/**
 * What waits for an abort. Any number of requests may share one signal, which gets one listener, so that many at once are not taken for
 * a leak of listeners.
 */
export class Cancellations {
  readonly #waiting = new Map<AbortSignal, Set<() => void>>();

  /** Calls `onAbort` when the signal aborts. Returns what takes that back. */
  add(signal: AbortSignal, onAbort: () => void): () => void {
    const waiting = this.#waiting.get(signal) ?? this.#follow(signal);
    waiting.add(onAbort);
    return () => {
      waiting.delete(onAbort);
      if (waiting.size > 0 || this.#waiting.get(signal) !== waiting) return;
      this.#waiting.delete(signal);
      signal.removeEventListener('abort', this.#onAbort);
    };
  }

  #follow(signal: AbortSignal): Set<() => void> {
    const waiting = new Set<() => void>();
    this.#waiting.set(signal, waiting);
    signal.addEventListener('abort', this.#onAbort);
    return waiting;
  }

  readonly #onAbort = (event: Event): void => {
    for (const [signal, waiting] of this.#waiting) {
      if (signal === event.target) for (const onAbort of [...waiting]) onAbort();
    }
  };
}
