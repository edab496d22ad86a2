import { createHash } from 'node:crypto';
import type { EntryKind, Fact, Need } from '../core/tree/tree.ts';
import type { HostHello, HostVerbs, Verb } from '../host/protocol.ts';
import { HostRefused, LineDropped } from './failures.ts';
import type { Host, RequestOptions } from './host.ts';
import { bytesOf, factsScript, fieldsOf, helloScript, POSIX_SHELL, readScript } from './posix.ts';
import { posixInventory } from './posix-inventory.ts';
import type { Shell } from './program.ts';
import { printable } from './text.ts';

type PosixVerbs = {
  readonly [V in Verb]?: (ask: HostVerbs[V]['ask'], options: RequestOptions<V>) => Promise<HostVerbs[V]['end']>;
};

const SILENCE_MS = 120_000;
/** All that one script may print. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
const FACTS_AT_ONCE = 200;

/** A host without Node: what only looks is done by POSIX tools, all else is refused with a sentence. */
export class PosixHost implements Host {
  readonly #verbs: PosixVerbs;

  private constructor(
    readonly shell: Shell,
    readonly address: string,
    readonly hello: HostHello,
  ) {
    this.#verbs = {
      hello: () => Promise.resolve(hello),
      inventory: (ask, options) => this.#inventory(ask, options),
      facts: (ask, options) => this.#facts(ask.needs, options),
      read: (ask, options) => this.#read(ask, options),
    };
  }

  /** Asks who is there. Closes the shell when it rejects. */
  static async greet(shell: Shell, address: string, signal: AbortSignal): Promise<PosixHost> {
    try {
      const fields = await runScript(shell, address, helloScript(), signal);
      const [platform = '', hostname = '', user = '', uid = '', home = '', seconds = ''] = fields.map((field) =>
        field.toString('utf8'),
      );
      const clockMs = Number(seconds) * 1000;
      return new PosixHost(shell, address, {
        protocol: 1,
        node: '',
        platform: platform.toLowerCase(),
        hostname,
        user,
        uid: Number(uid),
        home,
        clockMs,
      });
    } catch (error) {
      shell.close();
      throw error;
    }
  }

  async request<V extends Verb>(
    verb: V,
    ask: HostVerbs[V]['ask'],
    options: RequestOptions<V> = {},
  ): Promise<HostVerbs[V]['end']> {
    const handler: PosixVerbs[V] = this.#verbs[verb];
    if (handler === undefined) {
      throw new HostRefused(
        'no-node',
        `No Node was found on ${this.address}, and this cannot be done without one.`,
        'Install Node there, or name it in driftline.json as "node".',
      );
    }
    options.signal?.throwIfAborted();
    return handler(ask, options);
  }

  close(): Promise<void> {
    this.shell.close();
    return Promise.resolve();
  }

  async #inventory(
    ask: HostVerbs['inventory']['ask'],
    options: RequestOptions<'inventory'>,
  ): Promise<HostVerbs['inventory']['end']> {
    const run = (script: string): Promise<Buffer[]> => this.#run(script, options.signal);
    const { entries, ...end } = await posixInventory(ask, this.hello.platform, run);
    options.onPart?.({ entries: [...entries] }, new Uint8Array(0));
    return end;
  }

  async #facts(needs: readonly Need[], options: RequestOptions<'facts'>): Promise<Record<string, never>> {
    for (let from = 0; from < needs.length; from += FACTS_AT_ONCE) {
      const some = needs.slice(from, from + FACTS_AT_ONCE);
      const fields = await this.#run(factsScript(some, MAX_TEXT_BYTES), options.signal);
      let at = 0;
      const facts = some.map((need) => {
        const state = fields[at]?.toString('latin1') ?? '';
        const count = state === 'absent' ? 0 : Number(fields[at + 1]);
        const values = fields.slice(at + 2, at + 2 + count);
        at += 2 + count;
        return factOf(need, state, values);
      });
      options.onPart?.({ facts }, new Uint8Array(0));
    }
    return {};
  }

  async #read(ask: HostVerbs['read']['ask'], options: RequestOptions<'read'>): Promise<Record<string, never>> {
    for (const { path, sha256: expected } of ask.files) {
      const script = readScript(ask.root, path, ask.maxBytes);
      const [problem, mode, size, digits] = await this.#run(script, options.signal);
      const bytes = bytesOf(digits ?? Buffer.alloc(0));
      const complete = bytes.length === Number(size);
      if (problem === undefined || mode === undefined || problem.length > 0 || !complete) {
        const said = printable(problem?.toString('utf8') ?? 'the host did not answer');
        options.onPart?.(
          { path, problem: said === '' ? 'it kept changing while it was read' : said },
          new Uint8Array(0),
        );
        continue;
      }
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (expected !== undefined && expected !== sha256) {
        options.onPart?.({ path, sha256, problem: 'it changed on production since it was listed' }, new Uint8Array(0));
        continue;
      }
      options.onPart?.({ path, sha256, size: bytes.length, mode: parseInt(mode.toString('latin1'), 8) }, bytes);
    }
    return {};
  }

  #run(script: string, signal: AbortSignal | undefined): Promise<Buffer[]> {
    return runScript(this.shell, this.address, script, signal);
  }
}

/** Runs one script to its end. Rejects with a `LineDropped` where the line, its time or its room ends first. */
async function runScript(
  shell: Shell,
  address: string,
  script: string,
  signal: AbortSignal | undefined,
): Promise<Buffer[]> {
  signal?.throwIfAborted();
  const channel = await shell.exec(POSIX_SHELL);
  const chunks: Buffer[] = [];
  let length = 0;
  let why: string | undefined;
  const end = (reason: string): void => {
    why ??= reason;
    channel.close();
  };
  const silence = setTimeout(() => end(`no word for ${SILENCE_MS / 1000} s`), SILENCE_MS);
  const onAbort = (): void => end('cancelled');
  signal?.addEventListener('abort', onAbort, { once: true });
  channel.output.on('data', (chunk: Buffer) => {
    silence.refresh();
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_OUTPUT_BYTES) end('the host sent more than was asked for');
  });
  channel.input.on('error', (error: Error) => end(error.message));
  channel.input.end(script);
  const how = await channel.gone;
  clearTimeout(silence);
  signal?.removeEventListener('abort', onAbort);
  signal?.throwIfAborted();
  const fields = why === undefined ? fieldsOf(Buffer.concat(chunks)) : undefined;
  if (fields === undefined) throw new LineDropped(address, why ?? how);
  return fields;
}

function factOf(need: Need, state: string, values: readonly Buffer[]): Fact {
  const { ask, path } = need;
  const [first, second] = values.map((value) => value.toString('utf8'));
  if (ask === 'module')
    return { ask, path, answer: { state: 'unreadable', reason: 'modules are read where they are judged' } };
  if (state === 'absent') return { ask, path, answer: { state: 'absent' } };
  if (state !== 'known' || (first === undefined && ask !== 'list')) {
    return { ask, path, answer: { state: 'unreadable', reason: first ?? 'the host did not answer' } };
  }
  switch (ask) {
    case 'entry': {
      const kind = kindNamed(first);
      return {
        ask,
        path,
        answer: { state: 'known', value: second === undefined ? { kind } : { kind, leadsTo: second } },
      };
    }
    case 'list': {
      const names = new Map<string, EntryKind>();
      for (let at = 0; at + 1 < values.length; at += 2) {
        names.set(values[at]?.toString('utf8') ?? '', kindNamed(values[at + 1]?.toString('latin1')));
      }
      return { ask, path, answer: { state: 'known', value: names } };
    }
    case 'text':
      return { ask, path, answer: { state: 'known', value: bytesOf(values[0] ?? Buffer.alloc(0)).toString('utf8') } };
    case 'identity':
      return { ask, path, answer: { state: 'known', value: { sha256: first ?? '', blob: second ?? '' } } };
  }
}

function kindNamed(name: string | undefined): EntryKind {
  return name === 'file' || name === 'folder' || name === 'symlink' ? name : 'other';
}
