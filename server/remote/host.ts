import type { HostHello, HostVerbs, Verb } from '../host/protocol.ts';

// Whoever stands in for a host speaks its words too.
export type { HostHello, HostVerbs, Verb };

/**
 * One connection to the host program of one target's host, over SSH or as a child process of this machine (`host: "local"`). Every
 * request ends: with its result, with a `Failure`, or by the signal.
 */
export interface Host {
  /** For people: `deploy@voice.example:22`, `local`. */
  readonly address: string;
  readonly hello: HostHello;
  request<V extends Verb>(verb: V, ask: HostVerbs[V]['ask'], options?: RequestOptions<V>): Promise<HostVerbs[V]['end']>;
  close(): Promise<void>;
}

export interface RequestOptions<V extends Verb> {
  readonly signal?: AbortSignal;
  /** Bytes that go with the question (`stage`). */
  readonly body?: Uint8Array;
  /** Called for each part in order; `body` is empty where the frame had none. */
  readonly onPart?: (part: HostVerbs[V]['part'], body: Uint8Array) => void;
  /** Silence longer than this ends the request; default 30,000 ms. */
  readonly silenceMs?: number;
}
