import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader, startMarker } from '../../../server/host/frames.ts';
import { NO_NODE, OLD_NODE } from '../../../server/remote/bootstrap.ts';
import { HostRefused, LineDropped, NodeTooOld, NoNodeOnHost } from '../../../server/remote/failures.ts';
import type { Host } from '../../../server/remote/host.ts';
import { startProgram } from '../../../server/remote/program.ts';
import { until } from '../../support/processes.ts';

const PROGRAM = Buffer.from('the program');
const HELLO = {
  protocol: 1,
  node: 'v20.0.0',
  platform: 'linux',
  hostname: 'voice',
  user: 'deploy',
  uid: 1000,
  home: '/home/deploy',
  clockMs: 1,
};

/** The far end of a channel, at the test's hands. */
class FarEnd {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  /** The headers that have come. */
  readonly heard: { id: number; verb: string }[] = [];
  closed = false;
  drop: (how: string) => void = () => undefined;
  readonly #reader = new FrameReader();
  readonly channel = {
    input: this.input,
    output: this.output,
    gone: new Promise<string>((resolve) => (this.drop = resolve)),
    close: () => {
      this.closed = true;
      this.drop('it was closed');
    },
  };

  constructor() {
    let skip = 10 + PROGRAM.length;
    this.input.on('data', (chunk: Buffer) => {
      const bytes = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - bytes.length;
      this.heard.push(...this.#reader.push(bytes).map(({ header }) => header as { id: number; verb: string }));
    });
  }

  say(header: unknown, body?: Uint8Array): void {
    this.output.write(encodeFrame(header, body));
  }

  start(signal = new AbortController().signal): Promise<Host> {
    const shell = { exec: () => Promise.reject(new Error('no shell here')), close: () => undefined };
    return startProgram(this.channel, PROGRAM, { nonce: 'n0nce', address: 'voice', signal, shell });
  }

  async greeted(): Promise<Host> {
    const starting = this.start();
    this.output.write(`Welcome!\n${startMarker('n0nce')}`);
    this.say({ id: 1, type: 'end', end: HELLO });
    return starting;
  }
}

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('starting the host program', () => {
  it('skips all before the marker with its own nonce, however it is cut', async () => {
    const far = new FarEnd();
    const starting = far.start();
    const bytes = Buffer.concat([
      Buffer.from(`last login${startMarker('other')}${startMarker('n0nce')}`),
      encodeFrame({ id: 1, type: 'end', end: HELLO }),
    ]);
    for (const byte of bytes) far.output.write(Buffer.from([byte]));
    expect((await starting).hello).toEqual(HELLO);
  });

  it.each([
    ['no Node', `\n${NO_NODE} n0nce\n`, NoNodeOnHost],
    ['an old Node', `\n${OLD_NODE} n0nce 8.10.0\n`, NodeTooOld],
    ['a megabyte of noise', 'x'.repeat((1 << 20) + 1), LineDropped],
    [
      'a greeting that is none',
      `${startMarker('n0nce')}${encodeFrame({ id: 1, type: 'end', end: {} }).toString('latin1')}`,
      Error,
    ],
    ['no frame', `${startMarker('n0nce')}\xff\xff\xff\xff\xff\xff\xff\xff`, LineDropped],
  ])('fails on %s, and closes the channel', async (_what, text, failure) => {
    const far = new FarEnd();
    const starting = failureOf(far.start());
    far.output.write(text, 'latin1');
    expect(await starting).toBeInstanceOf(failure);
    expect(far.closed).toBe(true);
  });

  it('repeats what the shell said when it ends instead', async () => {
    const far = new FarEnd();
    const starting = failureOf(far.start());
    far.output.write('\u001b[31mGo away.\n');
    await new Promise((resolve) => setImmediate(resolve));
    far.drop('it ended');
    expect(String(await starting)).toContain('it ended; it said: [31mGo away.');
  });

  it('can be given up', async () => {
    const far = new FarEnd();
    const controller = new AbortController();
    const starting = failureOf(far.start(controller.signal));
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await starting).toBe(reason);
    expect(far.closed).toBe(true);
  });
});

describe('a request', () => {
  const RUN = { command: 'x', cwd: '/', timeoutMs: 1 };
  const DONE = { status: 0, stdout: '', stderr: '', timedOut: false };

  it('gets its own parts in order, and its end, among others', async () => {
    const far = new FarEnd();
    const host = await far.greeted();
    const parts: string[] = [];
    const read = host.request(
      'read',
      { root: '/', files: [], maxBytes: 1 },
      { onPart: (part, body) => parts.push(`${part.path}:${Buffer.from(body).toString()}`) },
    );
    const run = host.request('run', RUN);
    far.say({ id: 2, type: 'part', part: { path: 'a' } }, Buffer.from('A'));
    far.say({ id: 3, type: 'end', end: DONE });
    far.say({ id: 2, type: 'part', part: { path: 'b' } }, Buffer.from('B'));
    far.say({ id: 99, type: 'part', part: {} });
    far.say({ id: 2, type: 'end', end: {} });
    expect(await run).toEqual(DONE);
    expect(await read).toEqual({});
    expect(parts).toEqual(['a:A', 'b:B']);
  });

  it('that the host refuses fails with its words, none of which steer a terminal', async () => {
    const far = new FarEnd();
    const host = await far.greeted();
    const refused = failureOf(host.request('run', RUN));
    far.say({ id: 2, type: 'fail', code: 'no-root', message: 'There is \u001b[1mno folder.', remedy: 'Make one.' });
    const failure = await refused;
    expect(failure).toBeInstanceOf(HostRefused);
    expect(failure).toMatchObject({ code: 'no-root', message: 'There is  [1mno folder.', remedy: 'Make one.' });
    // A root that is not there is a matter of the host; what a release may not do is not.
    const locked = failureOf(host.request('run', RUN));
    far.say({ id: 3, type: 'fail', code: 'locked', message: 'Another deploy is running.', remedy: 'Wait.' });
    expect([failure, await locked]).toMatchObject([{ kind: 'connection' }, { kind: 'refused' }]);
  });

  it('whose answer is none ends, and the line goes on', async () => {
    const far = new FarEnd();
    const host = await far.greeted();
    const lied = failureOf(host.request('facts', { needs: [] }));
    far.say({ id: 2, type: 'part', part: { facts: 'all' } });
    expect(await lied).toMatchObject({ kind: 'connection' });
    await until('the host is told to stop', () => far.heard.some(({ id, verb }) => id === 2 && verb === 'cancel'));
    const run = host.request('run', RUN);
    far.say({ id: 3, type: 'end', end: DONE });
    expect(await run).toEqual(DONE);
  });

  it('that is cancelled or falls silent ends here and there', async () => {
    const far = new FarEnd();
    const host = await far.greeted();
    const controller = new AbortController();
    const cancelled = failureOf(host.request('run', RUN, { signal: controller.signal }));
    const silent = failureOf(host.request('run', RUN, { silenceMs: 20 }));
    const reason = new Error('never mind');
    controller.abort(reason);
    expect(await cancelled).toBe(reason);
    expect(await silent).toBeInstanceOf(LineDropped);
    const cancels = (): number[] => far.heard.filter(({ verb }) => verb === 'cancel').map(({ id }) => id);
    await until('the host is told of both', () => cancels().length === 2);
    expect(cancels()).toEqual([2, 3]);
    expect(await failureOf(host.request('run', RUN, { signal: controller.signal }))).toBe(reason);
  });

  it.each([
    ['the process ends', (far: FarEnd) => far.drop('it ended')],
    ['its input breaks', (far: FarEnd) => far.input.destroy(new Error('EPIPE'))],
    ['its output breaks', (far: FarEnd) => far.output.destroy(new Error('ECONNRESET'))],
    ['it says what is no answer', (far: FarEnd) => far.say({ type: 'end' })],
    ['it says what has no type', (far: FarEnd) => far.say({ id: 2, type: 'sing' })],
  ])('ends when %s, and so does every later one', async (_how, fault) => {
    const far = new FarEnd();
    const host = await far.greeted();
    const asked = [1, 2, 3].map(() => failureOf(host.request('run', RUN)));
    fault(far);
    for (const failure of await Promise.all(asked)) expect(failure).toBeInstanceOf(LineDropped);
    expect(await failureOf(host.request('run', RUN))).toBeInstanceOf(LineDropped);
  });
});
