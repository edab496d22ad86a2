/** What a person can do about a failure decides its class, and with it the command line's exit code. */
export type FailureKind =
  'usage' | 'refused' | 'connection' | 'rolledBack' | 'needsAttention' | 'cancelled' | 'internal';

/**
 * A failure that a person reads: what happened, on what, and what to do next. Every named failure of the product extends this; the
 * sentence is written once, where the failure is known best.
 */
export abstract class Failure extends Error {
  abstract readonly kind: FailureKind;
  constructor(
    message: string,
    /** The next step, a sentence in the imperative. */
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(message);
    this.name = new.target.name;
    if (options?.cause !== undefined) Object.defineProperty(this, 'cause', { value: options.cause });
  }
}
