import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { encodeFrame, FrameReader, startMarker } from '../host/frames.ts';
import type { HostHello, HostVerbs, Verb } from '../host/protocol.ts';
import { NO_NODE, programPrefix } from './bootstrap.ts';
import { HostRefused, LineDropped, NoNodeOnHost } from './failures.ts';
import type { Host, RequestOptions } from './host.ts';

/** A started process somewhere, whose standard streams are ours. */
export interface Channel {
  readonly input: Writable;
  readonly output: Readable;
  /** Resolves when the process or its line is gone, with a clause that says how. */
  readonly gone: Promise<string>;
  close(): void;
}

const DEFAULT_SILENCE_MS = 30_000;
/** A banner longer than this is no banner. */
const MAX_NOISE_BYTES = 1 << 20;

export function newNonce(): string {
  return randomBytes(12).toString('hex');
}

/** Sends the program down a fresh channel and waits until it answers. */
export async function startProgram(channel: Channel, program: Buffer, nonce: string, address: string): Promise<Host> {
  channel.input.write(programPrefix(program));
  const host = new HostProgram(channel, nonce, address);
  await host.greet();
  return host;
}

interface Pending {
  readonly onPart: (part: unknown, body: Uint8Array) => void;
  readonly resolve: (end: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly silenceMs: number;
  timer: NodeJS.Timeout;
}

class HostProgram implements Host {
  hello: HostHello = { protocol: 1, node: '', platform: '', hostname: '', user: '', uid: -1, home: '', clockMs: 0 };
  readonly #pending = new Map<number, Pending>();
  readonly #frames = new FrameReader();
  #noise = Buffer.alloc(0);
  #started = false;
  #next = 1;
  #lost: Error | undefined;

  constructor(
    readonly channel: Channel,
    readonly nonce: string,
    readonly address: string,
  ) {
    channel.output.on('data', (chunk: Buffer) => {
      try {
        this.#receive(chunk);
      } catch (error) {
        this.#lose(
          new LineDropped(
            address,
            `the host sent what is no answer (${error instanceof Error ? error.message : String(error)})`,
          ),
        );
        channel.close();
      }
    });
    channel.input.on('error', (error: Error) => this.#lose(new LineDropped(address, error.message)));
    void channel.gone.then((how) => this.#lose(new LineDropped(address, how)));
  }

  async greet(): Promise<void> {
    this.hello = await this.request('hello', {});
  }

  request<V extends Verb>(
    verb: V,
    ask: HostVerbs[V]['ask'],
    options: RequestOptions<V> = {},
  ): Promise<HostVerbs[V]['end']> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    options.signal?.throwIfAborted();
    const id = this.#next++;
    const silenceMs = options.silenceMs ?? DEFAULT_SILENCE_MS;
    return new Promise<unknown>((resolve, reject) => {
      const onSilence = (): void => {
        this.#settle(id)?.reject(
          new LineDropped(this.address, `no word for ${Math.round(silenceMs / 1000)} s while asking for "${verb}"`),
        );
      };
      this.#pending.set(id, {
        onPart: (part, body) => options.onPart?.(part as HostVerbs[V]['part'], body),
        resolve,
        reject,
        silenceMs,
        timer: setTimeout(onSilence, silenceMs),
      });
      options.signal?.addEventListener(
        'abort',
        () => {
          const pending = this.#settle(id);
          if (pending === undefined) return;
          this.channel.input.write(encodeFrame({ id, verb: 'cancel' }));
          pending.reject(options.signal?.reason instanceof Error ? options.signal.reason : new Error('cancelled'));
        },
        { once: true },
      );
      this.channel.input.write(encodeFrame({ id, verb, ask }, options.body));
    }) as Promise<HostVerbs[V]['end']>;
  }

  async close(): Promise<void> {
    this.channel.input.end();
    const patience = setTimeout(() => this.channel.close(), 2000);
    await this.channel.gone;
    clearTimeout(patience);
  }

  #receive(chunk: Buffer): void {
    if (!this.#started) {
      this.#noise = Buffer.concat([this.#noise, chunk]);
      if (this.#noise.includes(`${NO_NODE} ${this.nonce}`)) {
        this.#lose(new NoNodeOnHost(this.address));
        return;
      }
      const marker = startMarker(this.nonce);
      const at = this.#noise.indexOf(marker);
      if (at < 0) {
        if (this.#noise.length > MAX_NOISE_BYTES)
          throw new RangeError('no start of the host program in a megabyte of output');
        return;
      }
      this.#started = true;
      chunk = this.#noise.subarray(at + Buffer.byteLength(marker));
      this.#noise = Buffer.alloc(0);
    }
    for (const frame of this.#frames.push(chunk)) this.#dispatch(frame.header, frame.body);
  }

  #dispatch(header: unknown, body: Uint8Array): void {
    if (typeof header !== 'object' || header === null || !('id' in header) || typeof header.id !== 'number') {
      throw new TypeError('a frame without an id');
    }
    const pending = this.#pending.get(header.id);
    if (pending === undefined || !('type' in header)) return; // An answer to what was given up meanwhile.
    pending.timer.refresh();
    if (header.type === 'part' && 'part' in header) {
      pending.onPart(header.part, body);
    } else if (header.type === 'end' && 'end' in header) {
      this.#settle(header.id)?.resolve(header.end);
    } else if (header.type === 'fail') {
      const message = textField(header, 'message') ?? 'the host refused without a reason';
      const remedy = textField(header, 'remedy') ?? `Look at ${this.address} and try again.`;
      this.#settle(header.id)?.reject(new HostRefused(textField(header, 'code') ?? 'failed', message, remedy));
    } else {
      throw new TypeError('a frame of no known type');
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending !== undefined) clearTimeout(pending.timer);
    this.#pending.delete(id);
    return pending;
  }

  /** ssh2 can lose callbacks when a line drops, so the end of the channel ends every request here. */
  #lose(error: Error): void {
    this.#lost ??= error;
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(this.#lost);
  }
}

function textField(header: object, name: string): string | undefined {
  const value: unknown = Reflect.get(header, name);
  return typeof value === 'string' ? value : undefined;
}
