import type { HostVerbs, Verb } from './protocol.ts';

/** What a verb's code is given beside its question. */
export interface Conversation<V extends Verb> {
  /** Sends a part before the end. */
  part(part: HostVerbs[V]['part'], body?: Uint8Array): Promise<void>;
  /** Turns true when the client has given up on this request, or is gone. (Node 14 has no global AbortController.) */
  readonly cancelled: { readonly now: boolean };
  /** The bytes that came with the question. */
  readonly body: Uint8Array;
}

export type Handler<V extends Verb> = (
  ask: HostVerbs[V]['ask'],
  conversation: Conversation<V>,
) => Promise<HostVerbs[V]['end']>;

export type Handlers = { readonly [V in Verb]: Handler<V> };

/** A failure that the client passes on to the person as it stands. */
export class HostFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
  }
}
