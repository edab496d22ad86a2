import net from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A port of the loopback interface that was free just now. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A line between a client and a server of this machine, on which faults can be made. */
export interface Relay {
  readonly port: number;
  /** Connections that were made through it so far. */
  readonly connections: () => number;
  /** Bytes that it has passed on so far, both ways together. */
  readonly bytes: () => number;
  /** Cuts, see below, as soon as so many bytes more have passed. */
  cutAfter(bytes: number): void;
  /** Swallows every byte from now on, both ways, and says nothing: what a pulled cable does. */
  silence(): void;
  /** Ends every connection at once, without a goodbye of the protocol above. */
  cut(): void;
  stop(): Promise<void>;
}

export async function startRelay(to: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let silent = false;
  let connections = 0;
  let bytes = 0;
  let last = Number.POSITIVE_INFINITY;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    // The other side learns of a fault by its socket's end, below; what was wrong with this one is no matter.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const pass = (from: Socket, into: Socket): void => {
    from.on('data', (chunk: Buffer) => {
      if (silent) return;
      const passed = chunk.subarray(0, last - bytes);
      bytes += passed.length;
      into.write(passed);
      if (bytes >= last) cut();
    });
    from.on('close', () => {
      if (!silent) into.destroy();
    });
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = net.createServer((near) => {
    connections++;
    const far = net.connect(to, '127.0.0.1');
    keep(near);
    keep(far);
    pass(near, far);
    pass(far, near);
  });
  const port = await listen(server);
  return {
    port,
    connections: () => connections,
    bytes: () => bytes,
    cutAfter: (more) => {
      last = bytes + more;
    },
    silence: () => {
      silent = true;
    },
    cut,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
