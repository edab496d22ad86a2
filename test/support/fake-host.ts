import type { HostHello, HostVerbs, Verb } from '../../server/host/protocol.ts';
import type { Host, RequestOptions } from '../../server/remote/host.ts';

/** What a lying or broken host says to one verb: parts with their bodies, then an end. */
export interface Script {
  readonly parts?: readonly { readonly part: unknown; readonly body?: Uint8Array }[];
  readonly end?: unknown;
}

/** A host that answers what the test tells it to, for faults that no honest host makes. */
export class FakeHost implements Host {
  readonly address = 'fake';
  readonly hello: HostHello = {
    protocol: 1,
    node: 'v20.0.0',
    platform: 'linux',
    hostname: 'fake',
    user: 'deploy',
    uid: 1000,
    home: '/home/deploy',
    clockMs: 0,
  };
  readonly asked: { readonly verb: Verb; readonly ask: unknown }[] = [];

  constructor(readonly scripts: Partial<Record<Verb, (ask: never) => Script>>) {}

  request<V extends Verb>(
    verb: V,
    ask: HostVerbs[V]['ask'],
    options: RequestOptions<V> = {},
  ): Promise<HostVerbs[V]['end']> {
    this.asked.push({ verb, ask });
    const { parts = [], end = {} } = this.scripts[verb]?.(ask as never) ?? {};
    for (const { part, body } of parts) {
      options.onPart?.(part as HostVerbs[V]['part'], body ?? new Uint8Array(0));
    }
    return Promise.resolve(end as HostVerbs[V]['end']);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
