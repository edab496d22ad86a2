import { hashes } from '../../server/host/hashes.ts';
import { inventory } from '../../server/host/inventory.ts';
import { listing } from '../../server/host/listing.ts';
import type { HostHello, HostVerbs, Verb } from '../../server/host/protocol.ts';
import type { Host, RequestOptions } from '../../server/remote/host.ts';
import { talk } from './handlers.ts';

/** The host program's own looking, on this machine and in this process; what it was asked is kept. */
export class HandlerHost implements Host {
  readonly address = 'here';
  readonly hello: HostHello = {
    protocol: 1,
    node: process.version,
    platform: process.platform,
    hostname: 'here',
    user: 'me',
    uid: 0,
    home: '/',
    clockMs: 0,
  };
  readonly hashed: string[][] = [];

  /** @param change what the end of a listing says instead */
  constructor(public change: (end: HostVerbs['listing']['end']) => HostVerbs['listing']['end'] = (end) => end) {}

  async request<V extends Verb>(
    verb: V,
    ask: HostVerbs[V]['ask'],
    options: RequestOptions<V> = {},
  ): Promise<HostVerbs[V]['end']> {
    const conversation = talk<V>();
    const end = await this.#answer(verb, ask, conversation);
    for (const { part, body } of conversation.parts) options.onPart?.(part, body);
    return end as HostVerbs[V]['end'];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #answer(verb: Verb, ask: unknown, conversation: unknown): Promise<unknown> {
    if (verb === 'listing') {
      return this.change(
        await listing(ask as HostVerbs['listing']['ask'], conversation as ReturnType<typeof talk<'listing'>>),
      );
    }
    if (verb === 'hashes') {
      this.hashed.push((ask as HostVerbs['hashes']['ask']).paths);
      return hashes(ask as HostVerbs['hashes']['ask'], conversation as ReturnType<typeof talk<'hashes'>>);
    }
    if (verb === 'inventory') {
      return inventory(ask as HostVerbs['inventory']['ask'], conversation as ReturnType<typeof talk<'inventory'>>);
    }
    throw new Error(`nobody answers "${verb}" here`);
  }
}
