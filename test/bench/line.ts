import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A line to a port of this machine on which every byte is late, as on one across a continent; as fast as the loopback otherwise. */
export async function startLine(to: number, roundTripMs: number): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const pass = (from: Socket, into: Socket): void => {
    from.on('data', (bytes) => setTimeout(() => into.write(bytes), roundTripMs / 2));
    from.on('close', () => setTimeout(() => into.destroy(), roundTripMs / 2));
    // What is wrong with a connection shows on its other side.
    from.on('error', () => from.destroy());
    sockets.add(from);
  };
  const server = net.createServer({ noDelay: true }, (near) => {
    const far = net.connect({ port: to, host: '127.0.0.1', noDelay: true });
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
