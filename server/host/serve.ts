import type { Readable, Writable } from 'stream';
import { encodeFrame, FrameReader, startMarker } from './frames.ts';
import type { Frame } from './frames.ts';
import { HostFailure } from './handlers.ts';
import type { Handlers } from './handlers.ts';
import { hasCode, reasonOf } from './names.ts';
import type { Reply, Verb } from './protocol.ts';

/**
 * Answers requests until the input ends, then gives every running one up. What the client sends is checked for its frame, not for its
 * contents: whoever can write here can already run what they like as this user.
 */
export function serve(input: Readable, output: Writable, nonce: string, handlers: Handlers): Promise<void> {
  const reader = new FrameReader();
  const running = new Map<number, { now: boolean }>();
  output.write(startMarker(nonce));

  let waiting: (() => void)[] = [];
  output.on('drain', () => {
    const ready = waiting;
    waiting = [];
    for (const resolve of ready) resolve();
  });
  /** Waits where the line is slower than we are, so that a long listing does not pile up in memory. */
  const send = (reply: Reply, body?: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      if (output.write(encodeFrame(reply, body))) resolve();
      else waiting.push(resolve);
    });

  const handle = async (frame: Frame): Promise<void> => {
    const request = parseRequest(frame.header);
    if (request.verb === 'cancel') {
      const other = running.get(request.id);
      if (other !== undefined) other.now = true;
      return;
    }
    const cancelled = { now: false };
    running.set(request.id, cancelled);
    try {
      const end = await answer(handlers, request.verb, request.ask, {
        part: (part: unknown, body?: Uint8Array) => send({ id: request.id, type: 'part', part }, body),
        cancelled,
        body: frame.body,
      });
      await send({ id: request.id, type: 'end', end });
    } catch (error) {
      await send({ id: request.id, type: 'fail', ...describe(error) });
    } finally {
      running.delete(request.id);
    }
  };

  return new Promise((resolve, reject) => {
    input.on('data', (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) handle(frame).catch(reject);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    const end = (): void => {
      for (const cancelled of running.values()) cancelled.now = true;
      resolve();
    };
    input.on('end', end);
    input.on('error', end);
    output.on('error', end);
    // The bootstrap paused it when it had the program.
    input.resume();
  });
}

interface Request {
  readonly id: number;
  readonly verb: string;
  readonly ask: unknown;
}

/** A header that is no request means that the line is damaged: nothing that follows could be trusted. */
function parseRequest(header: unknown): Request {
  if (typeof header !== 'object' || header === null || !('id' in header) || !('verb' in header)) {
    throw new TypeError('a frame that is no request');
  }
  const { id, verb } = header;
  if (typeof id !== 'number' || typeof verb !== 'string') throw new TypeError('a frame that is no request');
  return { id, verb, ask: 'ask' in header ? header.ask : undefined };
}

type AnyHandler = (ask: unknown, conversation: unknown) => Promise<unknown>;

/** The client is of the same release as this program (it has just sent it), so the question has the shape that its verb says. */
async function answer(handlers: Handlers, verb: string, ask: unknown, conversation: unknown): Promise<unknown> {
  if (!Object.prototype.hasOwnProperty.call(handlers, verb)) {
    throw new HostFailure('unknown-verb', `The host program does not know "${verb}".`);
  }
  return (handlers[verb as Verb] as AnyHandler)(ask, conversation);
}

function describe(error: unknown): { code: string; message: string; remedy?: string } {
  if (error instanceof HostFailure) {
    return { code: error.code, message: error.message, ...(error.remedy !== undefined && { remedy: error.remedy }) };
  }
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
    if ('path' in error && hasCode(error, 'EACCES', 'EPERM')) {
      return {
        code,
        message: `${String(error.path)} on the host cannot be used: ${reasonOf(error)}.`,
        remedy: 'Give this user access to it, or connect as another ("user" in driftline.json).',
      };
    }
    return { code, message: error.message };
  }
  return { code: 'failed', message: String(error) };
}
