/** A time limit that stands still while a person is asked: thinking is not a fault of the line. */
export class TimeLimit {
  #timer: NodeJS.Timeout | undefined;
  #waiting = 0;

  /** @param ms how long from now on, and again from the end of each question */
  constructor(
    readonly ms: number,
    readonly onEnd: () => void,
  ) {
    this.#start();
  }

  async during<T>(question: () => Promise<T>): Promise<T> {
    this.#waiting++;
    clearTimeout(this.#timer);
    try {
      return await question();
    } finally {
      if (--this.#waiting === 0) this.#start();
    }
  }

  stop(): void {
    this.#waiting = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
  }

  #start(): void {
    this.#timer = setTimeout(this.onEnd, this.ms);
  }
}
