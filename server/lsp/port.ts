import type { MessagePort, Worker } from 'node:worker_threads';
import { AbstractMessageReader, AbstractMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';
import type { DataCallback, Disposable, Message, MessageConnection, MessageWriter } from 'vscode-jsonrpc/node';

/** Either end of a line between two threads. Messages are cloned, so maps and typed arrays arrive as what they are. */
type Port = Worker | MessagePort;

/** JSON-RPC between the main thread and a worker; the caller registers its handlers and then calls `listen`. */
export function connectPort(port: Port): MessageConnection {
  return createMessageConnection(new PortReader(port), new PortWriter(port));
}

class PortReader extends AbstractMessageReader {
  constructor(readonly port: Port) {
    super();
    port.on('messageerror', (error: Error) => this.fireError(error));
  }

  override listen(callback: DataCallback): Disposable {
    const onMessage = (message: Message): void => callback(message);
    this.port.on('message', onMessage);
    return { dispose: () => void this.port.off('message', onMessage) };
  }
}

class PortWriter extends AbstractMessageWriter implements MessageWriter {
  constructor(readonly port: Port) {
    super();
  }

  write(message: Message): Promise<void> {
    try {
      this.port.postMessage(message);
      return Promise.resolve();
    } catch (error) {
      // Something that cannot be cloned: a fault of ours, told to whoever asked.
      this.fireError(error, message);
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  end(): void {
    // The thread's owner ends the line, by ending the thread.
  }
}
