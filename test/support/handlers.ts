import type { Conversation, Handler } from '../../server/host/handlers.ts';
import type { HostVerbs, Verb } from '../../server/host/protocol.ts';

export interface Part<V extends Verb> {
  readonly part: HostVerbs[V]['part'];
  readonly body: Uint8Array;
}

/** A conversation with one of the host program's handlers that keeps what it says. */
export interface Talk<V extends Verb> extends Conversation<V> {
  readonly parts: Part<V>[];
  readonly cancelled: { now: boolean };
  /** Called after each part. */
  onPart: () => void;
}

export function talk<V extends Verb>(body: Uint8Array = new Uint8Array(0)): Talk<V> {
  const parts: Part<V>[] = [];
  const conversation: Talk<V> = {
    parts,
    body,
    cancelled: { now: false },
    onPart: () => undefined,
    part: (part, bytes = new Uint8Array(0)) => {
      // What travels is JSON.
      parts.push({ part: JSON.parse(JSON.stringify(part)) as HostVerbs[V]['part'], body: bytes });
      conversation.onPart();
      return Promise.resolve();
    },
  };
  return conversation;
}

/** Asks a handler, and gives back its parts and its end. */
export async function ask<V extends Verb>(
  handler: Handler<V>,
  question: HostVerbs[V]['ask'],
): Promise<{ parts: Part<V>[]; end: HostVerbs[V]['end'] }> {
  const conversation = talk<V>();
  const end = await handler(question, conversation);
  return { parts: conversation.parts, end };
}
