import fc from 'fast-check';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader, MAX_BODY_BYTES, MAX_HEADER_BYTES } from '../../../server/host/frames.ts';

function prefix(header: number, body: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(header, 0);
  bytes.writeUInt32BE(body, 4);
  return bytes;
}

describe('FrameReader', () => {
  it('gives back what was encoded, wherever the stream is cut', () => {
    const frame = fc.record({ header: fc.jsonValue(), body: fc.uint8Array({ maxLength: 50 }) });
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), cuts, (frames, lengths) => {
        const bytes = Buffer.concat(frames.map(({ header, body }) => encodeFrame(header, body)));
        const reader = new FrameReader();
        const read: unknown[] = [];
        let from = 0;
        for (let turn = 0; from < bytes.length; turn++) {
          const to = from + (lengths[turn % lengths.length] ?? 1);
          read.push(...reader.push(Buffer.from(bytes.subarray(from, to))));
          from = to;
        }
        const plain = frames.map(({ header, body }) => ({
          header: JSON.parse(JSON.stringify(header)) as unknown,
          body: Buffer.from(body),
        }));
        expect(read).toEqual(plain);
      }),
    );
  });

  it('reads several frames and half a frame from one piece', () => {
    const reader = new FrameReader();
    const third = encodeFrame({ id: 3 });
    const piece = Buffer.concat([
      encodeFrame({ id: 1 }),
      encodeFrame({ id: 2 }, Buffer.from('body')),
      third.subarray(0, 9),
    ]);
    expect(reader.push(piece).map(({ header }) => header)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(reader.push(third.subarray(9)).map(({ header }) => header)).toEqual([{ id: 3 }]);
  });

  it('packs a large header, and gives it back', () => {
    const header = { texts: Array.from({ length: 5000 }, (_, index) => `node_modules/package-${index}`) };
    const bytes = encodeFrame(header, Buffer.from('body'));
    expect(bytes.length).toBeLessThan(JSON.stringify(header).length / 3);
    const reader = new FrameReader();
    expect(reader.push(bytes.subarray(0, 100))).toEqual([]);
    expect(reader.push(bytes.subarray(100))).toEqual([{ header, body: Buffer.from('body') }]);
  });

  it('unpacks no header beyond the limit', () => {
    const bomb = deflateRawSync(Buffer.alloc(MAX_HEADER_BYTES + 1, ' '));
    expect(() => new FrameReader().push(Buffer.concat([prefix(2 ** 31 + bomb.length, 0), bomb]))).toThrow(RangeError);
  });

  it('refuses a packed header that is cut', () => {
    const bytes = deflateRawSync(Buffer.from('{"id":1}')).subarray(0, 4);
    expect(() => new FrameReader().push(Buffer.concat([prefix(2 ** 31 + bytes.length, 0), bytes]))).toThrow();
  });

  it.each([
    ['a header', prefix(MAX_HEADER_BYTES + 1, 0)],
    ['a body', prefix(0, MAX_BODY_BYTES + 1)],
  ])('refuses %s beyond the limit before it has come', (_what, bytes) => {
    expect(() => new FrameReader().push(bytes)).toThrow(RangeError);
  });

  it('refuses a header that is no JSON', () => {
    expect(() => new FrameReader().push(Buffer.concat([prefix(3, 0), Buffer.from('{a}')]))).toThrow(SyntaxError);
  });
});
