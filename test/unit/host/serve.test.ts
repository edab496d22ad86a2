import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader, startMarker } from '../../../server/host/frames.ts';
import { HostFailure } from '../../../server/host/handlers.ts';
import type { Handlers } from '../../../server/host/handlers.ts';
import { serve } from '../../../server/host/serve.ts';
import { until } from '../../support/processes.ts';

/** A host program with some verbs of the test's own, and what it has said so far. */
function serving(handlers: Partial<Handlers>) {
  const input = new PassThrough();
  const output = new PassThrough({ highWaterMark: 1024 });
  const reader = new FrameReader();
  const said: { header: unknown; body: string }[] = [];
  let marker = '';
  output.on('data', (chunk: Buffer) => {
    let bytes = chunk;
    const wanted = startMarker('n0nce').length;
    if (marker.length < wanted) {
      const length = wanted - marker.length;
      marker += bytes.toString('latin1', 0, length);
      bytes = bytes.subarray(length);
    }
    said.push(...reader.push(bytes).map(({ header, body }) => ({ header, body: Buffer.from(body).toString() })));
  });
  const ended = serve(input, output, 'n0nce', handlers as Handlers);
  return { input, output, said, ended, marker: () => marker };
}

const never = (): Promise<never> => new Promise(() => undefined);

describe('serve', () => {
  it('begins with its marker, answers with parts and an end, and ends with its input', async () => {
    const host = serving({
      read: async (_ask, conversation) => {
        await conversation.part({ path: 'a' }, conversation.body);
        return {};
      },
    });
    host.input.end(encodeFrame({ id: 7, verb: 'read', ask: {} }, Buffer.from('bytes')));
    await host.ended;
    expect(host.marker()).toBe(startMarker('n0nce'));
    await until('it has answered', () => host.said.length === 2);
    expect(host.said).toEqual([
      { header: { id: 7, type: 'part', part: { path: 'a' } }, body: 'bytes' },
      { header: { id: 7, type: 'end', end: {} }, body: '' },
    ]);
  });

  it('says why a request failed, and goes on', async () => {
    const host = serving({
      run: () => Promise.reject(new HostFailure('no-root', 'There is no folder.', 'Make one.')),
      facts: () => Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })),
      releases: () => Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES', path: '/srv/lock' })),
    });
    host.input.write(encodeFrame({ id: 1, verb: 'run', ask: {} }));
    host.input.write(encodeFrame({ id: 2, verb: 'facts', ask: {} }));
    host.input.write(encodeFrame({ id: 3, verb: 'constructor', ask: {} }));
    host.input.write(encodeFrame({ id: 4, verb: 'releases', ask: {} }));
    await until('all were answered', () => host.said.length === 4);
    expect(host.said.map(({ header }) => header)).toEqual(
      expect.arrayContaining([
        { id: 1, type: 'fail', code: 'no-root', message: 'There is no folder.', remedy: 'Make one.' },
        { id: 2, type: 'fail', code: 'EIO', message: 'EIO: i/o error' },
        { id: 3, type: 'fail', code: 'unknown-verb', message: 'The host program does not know "constructor".' },
        {
          id: 4,
          type: 'fail',
          code: 'EACCES',
          message: '/srv/lock on the host cannot be used: permission denied.',
          remedy: 'Give this user access to it, or connect as another ("user" in driftline.json).',
        },
      ]),
    );
    host.input.end();
    await host.ended;
  });

  it('tells one request that it was given up, and all of them when the input ends', async () => {
    const flags: { readonly now: boolean }[] = [];
    const host = serving({
      run: (_ask, conversation) => {
        flags.push(conversation.cancelled);
        return never();
      },
    });
    for (const id of [1, 2]) host.input.write(encodeFrame({ id, verb: 'run', ask: {} }));
    await until('both run', () => flags.length === 2);
    host.input.write(encodeFrame({ id: 2, verb: 'cancel' }));
    host.input.write(encodeFrame({ id: 99, verb: 'cancel' }));
    await until('the second is given up', () => flags[1]?.now === true);
    expect(flags[0]?.now).toBe(false);
    host.input.end();
    await host.ended;
    expect(flags[0]?.now).toBe(true);
  });

  it('holds its parts back while the line is slow, without a listener for each', async () => {
    const slow = serving({
      read: async (_ask, conversation) => {
        for (let index = 0; index < 3; index++)
          await conversation.part({ path: String(index) }, Buffer.alloc(2000, 'x'));
        return {};
      },
    });
    slow.output.pause();
    for (let id = 1; id <= 30; id++) slow.input.write(encodeFrame({ id, verb: 'read', ask: {} }));
    await until('the line is full', () => slow.output.writableNeedDrain);
    expect(slow.output.listenerCount('drain')).toBe(1);
    slow.output.resume();
    await until('all has come', () => slow.said.length === 30 * 4);
    slow.input.end();
    await slow.ended;
  });

  it.each([
    ['no request', encodeFrame({ verb: 'run' })],
    ['no frame', Buffer.alloc(8, 0xff)],
  ])('gives a line up that carries what is %s', async (_what, bytes) => {
    const host = serving({});
    host.input.write(bytes);
    await expect(host.ended).rejects.toThrow();
  });

  it('ends when nobody reads it any more', async () => {
    const host = serving({});
    host.output.destroy(new Error('EPIPE'));
    await host.ended;
  });
});
