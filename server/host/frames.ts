import { deflateRawSync, inflateRawSync } from 'zlib';

/**
 * How messages lie on the wire, in both directions: four bytes with the header's length, four with the body's (unsigned, big-endian), then
 * the header (JSON, UTF-8) and the body (bytes). Where the highest bit of the header's length is set, the header is packed by raw deflate.
 * The host writes one marker line first, so that whatever a login shell prints before it is skipped.
 */
export const MAX_HEADER_BYTES = 64 * 1024 * 1024;
export const MAX_BODY_BYTES = 256 * 1024 * 1024;

const PREFIX_BYTES = 8;
/** The highest bit of the header's length. */
const PACKED = 2 ** 31;
/** Smaller ones fit into a packet or two as they are. */
const WORTH_PACKING_BYTES = 4096;
/** zlib's level: what the slower ones save is not worth the host's time. */
const FAST = 3;

export interface Frame {
  readonly header: unknown;
  readonly body: Uint8Array;
}

/** The line that the host program writes before its first frame. The nonce is the client's, so that no banner can imitate it. */
export function startMarker(nonce: string): string {
  return `\ndriftline-host ${nonce}\n`;
}

export function encodeFrame(header: unknown, body: Uint8Array = new Uint8Array(0)): Buffer {
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const isPacked = json.length >= WORTH_PACKING_BYTES;
  const bytes = isPacked ? deflateRawSync(json, { level: FAST }) : json;
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(isPacked ? bytes.length + PACKED : bytes.length, 0);
  prefix.writeUInt32BE(body.length, 4);
  return Buffer.concat([prefix, bytes, body]);
}

/** Cuts a stream of bytes into frames. Throws on lengths beyond the limits and on headers that are no JSON: the line is then of no use. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /** The frames that these bytes complete. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | undefined {
    if (this.#length < PREFIX_BYTES) return undefined;
    const prefix = this.#peek(PREFIX_BYTES);
    const [isPacked, headerBytes] = [prefix.readUInt32BE(0) >= PACKED, prefix.readUInt32BE(0) % PACKED];
    const bodyBytes = prefix.readUInt32BE(4);
    if (headerBytes > MAX_HEADER_BYTES || bodyBytes > MAX_BODY_BYTES) {
      throw new RangeError(`a frame of ${headerBytes} and ${bodyBytes} bytes is larger than any that is sent`);
    }
    const total = PREFIX_BYTES + headerBytes + bodyBytes;
    if (this.#length < total) return undefined;
    const bytes = this.#take(total);
    const sent = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes);
    const json = isPacked ? inflateRawSync(sent, { maxOutputLength: MAX_HEADER_BYTES }) : sent;
    const header: unknown = JSON.parse(json.toString('utf8'));
    return { header, body: bytes.subarray(PREFIX_BYTES + headerBytes) };
  }

  #peek(bytes: number): Buffer {
    const first = this.#chunks[0];
    if (first !== undefined && first.length >= bytes) return first;
    this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #take(bytes: number): Buffer {
    const whole = this.#peek(bytes);
    const rest = whole.subarray(bytes);
    this.#chunks[0] = rest;
    if (rest.length === 0) this.#chunks.shift();
    this.#length -= bytes;
    return whole.subarray(0, bytes);
  }
}
