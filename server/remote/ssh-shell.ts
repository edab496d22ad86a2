import type { Client, ClientChannel } from 'ssh2';
import { LineDropped } from './failures.ts';
import type { Channel, Shell } from './program.ts';
import { lastLine, printable } from './text.ts';

/** Commands over one connection, each a channel of its own. */
export class SshShell implements Shell {
  /** Who waits for the end of the line. One listener tells them all, however many channels there have been. */
  readonly #waiting = new Set<(how: string) => void>();
  #ended: string | undefined;

  /** @param close ends this connection and those that it runs through */
  constructor(
    readonly client: Client,
    readonly address: string,
    readonly close: () => void,
  ) {
    const end = (how: string): void => {
      this.#ended ??= how;
      for (const tell of this.#waiting) tell(this.#ended);
      this.#waiting.clear();
    };
    client.on('error', (error) => end(error.message));
    // Behind a jump host the end is all that comes: ssh2 leaves that channel half open, and says "close" only when its carrier closes.
    client.on('end', () => end('the line was closed'));
    client.on('close', () => end('the line was closed'));
  }

  async exec(command: string): Promise<Channel> {
    if (this.#ended !== undefined) throw new LineDropped(this.address, this.#ended);
    const stream = await this.#open(command);
    let stderr = '';
    stream.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-2000);
    });
    const gone = new Promise<string>((resolve) => {
      const say = (how: string): void => {
        this.#waiting.delete(say);
        resolve(stderr.trim() === '' ? how : `${how}: ${printable(lastLine(stderr))}`);
      };
      this.#waiting.add(say);
      stream.once('close', () => say('the program there ended'));
    });
    return { input: stream, output: stream, gone, close: () => stream.close() };
  }

  /** ssh2 forgets the callback when the line drops. */
  #open(command: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      const lose = (how: string): void => reject(new LineDropped(this.address, how));
      this.#waiting.add(lose);
      this.client.exec(command, (error, channel) => {
        this.#waiting.delete(lose);
        if (error === undefined) resolve(channel);
        else lose(error.message);
      });
    });
  }
}
