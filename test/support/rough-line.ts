import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** What becomes of one connection, and after how many bytes from the host. */
export type Fate =
  { readonly fault: 'none' } | { readonly fault: 'reset' | 'end' | 'stall' | 'truncate'; readonly afterBytes: number };

export interface RoughLine {
  readonly port: number;
  /** For the next connection. */
  fate: Fate;
  /** Whether the fault of the last fate has come about. */
  readonly hasStruck: () => boolean;
  stop(): Promise<void>;
}

/**
 * A line to a server of this machine that hands everything on late and in pieces, by a seed, and breaks in one of four ways: at once for
 * both sides, with a proper end, by silence, or by losing all that the host says from some byte on while the other way stays open.
 */
export async function startRoughLine(to: number, random: () => number): Promise<RoughLine> {
  const sockets = new Set<Socket>();
  let fate: Fate = { fault: 'none' };
  let hasStruck = false;
  const server = net.createServer((near) => {
    const mine = fate;
    const far = net.connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    let bytes = 0;
    let isOver = false;
    const hand = (chunk: Buffer, into: Socket): void => {
      if (into.destroyed || isOver) return;
      // In pieces, as a real line does.
      const cut = random() < 0.3 ? Math.floor(random() * chunk.length) : chunk.length;
      for (const piece of [chunk.subarray(0, cut), chunk.subarray(cut)]) if (piece.length > 0) into.write(piece);
    };
    const late = (from: Socket, work: () => void): void => {
      if (random() < 0.9) {
        work();
        return;
      }
      from.pause();
      setTimeout(() => {
        work();
        from.resume();
      }, random() * 20);
    };
    near.on('data', (chunk: Buffer) => late(near, () => hand(chunk, far)));
    far.on('data', (chunk: Buffer) =>
      late(far, () => {
        if (mine.fault === 'none') {
          hand(chunk, near);
          return;
        }
        const passed = chunk.subarray(0, Math.max(0, mine.afterBytes - bytes));
        bytes += chunk.length;
        if (passed.length > 0) hand(passed, near);
        if (bytes < mine.afterBytes || isOver) return;
        hasStruck = true;
        if (mine.fault === 'reset') {
          near.resetAndDestroy();
          far.resetAndDestroy();
        } else if (mine.fault === 'end') {
          near.end();
          far.end();
        } else if (mine.fault === 'stall') isOver = true;
      }),
    );
    near.on('close', () => far.destroy());
    far.on('close', () => {
      // Whoever stalls does not even say that it is gone.
      if (!isOver) near.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    set fate(next: Fate) {
      fate = next;
      hasStruck = false;
    },
    get fate() {
      return fate;
    },
    hasStruck: () => hasStruck,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Numbers from 0 to 1 that are the same for a seed on every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
