import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { encodeFrame, FrameReader, startMarker } from '../host/frames.ts';
import type { HostHello, HostVerbs, Verb } from '../host/protocol.ts';
import { endOf, partOf } from './answers.ts';
import { NO_NODE, OLD_NODE, OLDEST_NODE, programPrefix } from './bootstrap.ts';
import { Cancellations } from './cancellations.ts';
import { HostRefused, LineDropped, NodeTooOld, NoNodeOnHost } from './failures.ts';
import type { Host, RequestOptions } from './host.ts';
import { lastLine, printable } from './text.ts';

/** A started process somewhere, whose standard streams are ours. */
export interface Channel {
  readonly input: Writable;
  readonly output: Readable;
  /** Resolves when the process or its line is gone, with a clause that says how. */
  readonly gone: Promise<string>;
  close(): void;
}

/** Somewhere commands can be run: a machine at the end of a connection, or this one. */
export interface Shell {
  /** Runs a command as the person's login shell reads it. Rejects with a `ConnectionFailure`. */
  exec(command: string): Promise<Channel>;
  /** Ends all that runs, and the connection. */
  close(): void;
}

const DEFAULT_SILENCE_MS = 30_000;
const CLOSE_PATIENCE_MS = 2000;
/** A banner longer than this is no banner. */
const MAX_NOISE_BYTES = 1 << 20;

export function newNonce(): string {
  return randomBytes(12).toString('hex');
}

export interface StartOptions {
  readonly nonce: string;
  readonly address: string;
  readonly signal: AbortSignal;
  /** The Node that the config names. */
  readonly node?: string;
  /** Closed with the host. */
  readonly shell: Shell;
}

/** Sends the program down a fresh channel and waits until it answers. The channel is closed when it does not. */
export async function startProgram(channel: Channel, program: Buffer, options: StartOptions): Promise<Host> {
  const host = new HostProgram(channel, options);
  channel.input.write(programPrefix(program));
  try {
    await host.greet();
    return host;
  } catch (error) {
    channel.close();
    throw error;
  }
}

interface Pending {
  readonly onPart: (part: unknown, body: Uint8Array) => void;
  readonly resolve: (end: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

class HostProgram implements Host {
  hello: HostHello = { protocol: 1, node: '', platform: '', hostname: '', user: '', uid: -1, home: '', clockMs: 0 };
  readonly #pending = new Map<number, Pending>();
  readonly #frames = new FrameReader();
  readonly #cancellations = new Cancellations();
  #noise = Buffer.alloc(0);
  #started = false;
  #next = 1;
  #lost: Error | undefined;

  constructor(
    readonly channel: Channel,
    readonly options: StartOptions,
  ) {
    channel.output.on('data', (chunk: Buffer) => {
      try {
        this.#receive(chunk);
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error);
        this.#lose(new LineDropped(this.address, `the host sent what is no answer (${what})`));
        channel.close();
      }
    });
    channel.input.on('error', (error: Error) => this.#lose(new LineDropped(this.address, error.message)));
    channel.output.on('error', (error: Error) => this.#lose(new LineDropped(this.address, error.message)));
    void channel.gone.then((how) => {
      // A shell that lets nobody in says so before it ends.
      const said = this.#started ? '' : printable(lastLine(this.#noise.toString('utf8')));
      this.#lose(new LineDropped(this.address, said === '' ? how : `${how}; it said: ${said}`));
    });
  }

  get address(): string {
    return this.options.address;
  }

  async greet(): Promise<void> {
    this.hello = await this.request('hello', {}, { signal: this.options.signal });
  }

  async request<V extends Verb>(
    verb: V,
    ask: HostVerbs[V]['ask'],
    options: RequestOptions<V> = {},
  ): Promise<HostVerbs[V]['end']> {
    if (this.#lost !== undefined) throw this.#lost;
    const { signal, silenceMs = DEFAULT_SILENCE_MS } = options;
    signal?.throwIfAborted();
    const id = this.#next++;
    const frame = encodeFrame({ id, verb, ask }, options.body);
    const answered = new Promise<unknown>((resolve, reject) => {
      const onSilence = (): void => {
        const how = `no word for ${Math.round(silenceMs / 1000)} s while asking for "${verb}"`;
        this.#giveUp(id, new LineDropped(this.address, how));
      };
      this.#pending.set(id, {
        onPart: (outside, body) => {
          const part = partOf(verb, outside);
          options.onPart?.(part, body);
        },
        resolve,
        reject,
        timer: setTimeout(onSilence, silenceMs),
      });
    });
    const forget = signal && this.#cancellations.add(signal, () => this.#giveUp(id, signal.reason));
    this.channel.input.write(frame);
    try {
      return endOf(verb, await answered);
    } finally {
      forget?.();
    }
  }

  async close(): Promise<void> {
    this.channel.input.end();
    const patience = setTimeout(() => this.channel.close(), CLOSE_PATIENCE_MS);
    await Promise.race([
      this.channel.gone,
      new Promise((resolve) => setTimeout(resolve, 2 * CLOSE_PATIENCE_MS).unref()),
    ]);
    clearTimeout(patience);
    this.options.shell.close();
  }

  #receive(chunk: Buffer): void {
    if (!this.#started) {
      this.#noise = Buffer.concat([this.#noise, chunk]);
      const { nonce, node } = this.options;
      if (this.#noise.includes(`${NO_NODE} ${nonce}`)) {
        this.#lose(new NoNodeOnHost(this.address, node));
        return;
      }
      const old = new RegExp(`${OLD_NODE} ${nonce} ([0-9.]+)`).exec(this.#noise.toString('latin1'))?.[1];
      if (old !== undefined) {
        this.#lose(new NodeTooOld(this.address, old, OLDEST_NODE));
        return;
      }
      const marker = startMarker(nonce);
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
      try {
        pending.onPart(header.part, body);
      } catch (error) {
        // Whoever asked cannot use this answer; the line and the other requests are sound.
        this.#giveUp(header.id, error);
      }
    } else if (header.type === 'end' && 'end' in header) {
      this.#settle(header.id)?.resolve(header.end);
    } else if (header.type === 'fail') {
      const message = printable(textField(header, 'message') ?? 'The host refused without a reason.');
      const remedy = printable(textField(header, 'remedy') ?? `Look at ${this.address} and try again.`);
      this.#settle(header.id)?.reject(new HostRefused(textField(header, 'code') ?? 'failed', message, remedy));
    } else {
      throw new TypeError('a frame of no known type');
    }
  }

  /** Ends a request here, and tells the host to stop working on it. */
  #giveUp(id: number, reason: unknown): void {
    this.channel.input.write(encodeFrame({ id, verb: 'cancel' }));
    this.#settle(id)?.reject(reason instanceof Error ? reason : new Error(String(reason)));
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
