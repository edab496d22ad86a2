import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ssh2 from 'ssh2';
import type { AnyAuthMethod, Client, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import type { Person } from '../app/person.ts';
import { startCommand } from './bootstrap.ts';
import {
  AuthenticationFailed,
  HostKeyChanged,
  HostKeyRevoked,
  HostKeyUnknown,
  LineDropped,
  Unreachable,
} from './failures.ts';
import type { Host } from './host.ts';
import { fingerprint, KnownHosts, keyTypeOf, knownHostsLine } from './known-hosts.ts';
import { lastLine } from './local.ts';
import { newNonce, startProgram } from './program.ts';
import { readText, sshSettings } from './ssh-config.ts';
import type { SshSettings } from './ssh-config.ts';

export interface SshOptions {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly node?: string;
  readonly home: string;
  /** Driftline's own file of accepted host keys. */
  readonly ownKnownHosts: string;
  readonly person: Person;
  readonly signal: AbortSignal;
  /** A fingerprint that was compared elsewhere (`--accept-host-key`). */
  readonly acceptHostKey?: string;
  readonly program: Buffer;
}

const CONNECT_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 10_000;

/** Connects, checks the host key before anything else is sent, authenticates and starts the host program. */
export async function connectSsh(options: SshOptions): Promise<Host> {
  const settings = sshSettings(options.host, options, options.home);
  const address = `${settings.user}@${settings.hostName}${settings.port === 22 ? '' : `:${settings.port}`}`;
  const clients: Client[] = [];
  try {
    let through: ConnectConfig['sock'];
    for (const hop of settings.proxyJump) {
      const hopSettings = sshSettings(...parseHop(hop), options.home);
      const client = await openClient(hopSettings, hop, options, through);
      clients.push(client);
      const next = settings.proxyJump[settings.proxyJump.indexOf(hop) + 1];
      const to = next === undefined ? settings : sshSettings(...parseHop(next), options.home);
      through = await forward(client, to.hostName, to.port);
    }
    const client = await openClient(settings, address, options, through);
    clients.push(client);
    return await startHost(client, clients, address, options);
  } catch (error) {
    for (const client of clients) client.destroy();
    throw error;
  }
}

function openClient(
  settings: SshSettings,
  address: string,
  options: SshOptions,
  sock: ConnectConfig['sock'],
): Promise<Client> {
  const client = new ssh2.Client();
  const keyName = settings.hostKeyAlias ?? settings.hostName;
  const keyPort = settings.hostKeyAlias === undefined ? settings.port : 22;
  const known = new KnownHosts(
    [...settings.userKnownHostsFiles, '/etc/ssh/ssh_known_hosts', options.ownKnownHosts].map(readKnownHosts),
  );
  const identity = new Identity(settings, address, options.person);
  let refusal: Error | undefined;

  return new Promise((resolve, reject) => {
    const abort = (): void => {
      client.destroy();
      reject(options.signal.reason instanceof Error ? options.signal.reason : new Error('cancelled'));
    };
    options.signal.addEventListener('abort', abort, { once: true });
    const settle = (end: () => void): void => {
      options.signal.removeEventListener('abort', abort);
      end();
    };
    client.on('ready', () => settle(() => resolve(client)));
    client.on('error', (error) => {
      settle(() => reject(refusal ?? explain(error, address, identity.tried)));
      client.destroy();
    });
    client.on('close', () =>
      settle(() => reject(refusal ?? new LineDropped(address, 'closed before anybody was let in'))),
    );
    client.connect({
      host: settings.hostName,
      port: settings.port,
      username: settings.user,
      ...(sock && { sock }),
      readyTimeout: CONNECT_TIMEOUT_MS,
      keepaliveInterval: KEEP_ALIVE_MS,
      keepaliveCountMax: 3,
      algorithms: { serverHostKey: preferKnown(known.keyTypes(keyName, keyPort)) },
      hostVerifier: (key: Buffer, verdict: (accepted: boolean) => void) => {
        judgeKey(key, { keyName, keyPort, known, strict: settings.strict, options }).then(
          () => verdict(true),
          (error: unknown) => {
            refusal = error instanceof Error ? error : new Error(String(error));
            verdict(false);
          },
        );
      },
      authHandler: (_left, _partial, next) => {
        identity.next().then(
          (method) => giveMethod(next, method),
          (error: unknown) => {
            refusal = error instanceof Error ? error : new Error(String(error));
            giveMethod(next, undefined);
          },
        );
      },
    });
  });
}

/** ssh2 ends the attempts at `false`; its types leave that out of what `next` takes. */
function giveMethod(next: (method: AnyAuthMethod) => void, method: AnyAuthMethod | undefined): void {
  const give: (method: AnyAuthMethod | false) => void = next as (method: AnyAuthMethod | false) => void;
  give(method ?? false);
}

/** Known keys pass, unknown ones are asked about, changed and revoked ones end it. Nothing but the key exchange has been sent by now. */
async function judgeKey(
  key: Buffer,
  context: { keyName: string; keyPort: number; known: KnownHosts; strict: boolean; options: SshOptions },
): Promise<void> {
  const { keyName, keyPort, known, options } = context;
  const name = keyPort === 22 ? keyName : `[${keyName}]:${keyPort}`;
  const print = fingerprint(key);
  const verdict = known.check(keyName, keyPort, key);
  switch (verdict.verdict) {
    case 'known':
      return;
    case 'revoked':
      throw new HostKeyRevoked(name, print, verdict.place);
    case 'changed':
      throw new HostKeyChanged(name, keyTypeOf(key), print, verdict.knownFingerprint, verdict.place);
    case 'unknown': {
      const accepted =
        options.acceptHostKey === undefined
          ? !context.strict &&
            (await options.person.confirmHostKey({ host: name, keyType: keyTypeOf(key), fingerprint: print }))
          : options.acceptHostKey === print;
      if (!accepted) throw new HostKeyUnknown(name, keyTypeOf(key), print);
      mkdirSync(path.dirname(options.ownKnownHosts), { recursive: true, mode: 0o700 });
      appendFileSync(options.ownKnownHosts, knownHostsLine(keyName, keyPort, key), { mode: 0o600 });
    }
  }
}

/** What we can prove who we are with, one method after the other: agent, key files, then what the person knows. */
class Identity {
  readonly tried: string[] = [];
  readonly #methods: AsyncGenerator<AnyAuthMethod>;

  constructor(
    readonly settings: SshSettings,
    readonly address: string,
    readonly person: Person,
  ) {
    this.#methods = this.#all();
  }

  async next(): Promise<AnyAuthMethod | undefined> {
    const step = await this.#methods.next();
    return step.done === true ? undefined : step.value;
  }

  async *#all(): AsyncGenerator<AnyAuthMethod> {
    const username = this.settings.user;
    yield { type: 'none', username };
    const agent = this.settings.identityAgent ?? process.env['SSH_AUTH_SOCK'];
    if (agent !== undefined && agent !== 'none' && !this.settings.identitiesOnly) {
      this.tried.push('the agent');
      yield { type: 'agent', username, agent };
    }
    for (const file of this.settings.identityFiles) {
      const key = await this.#readKey(file);
      if (key === undefined) continue;
      this.tried.push(file);
      yield { type: 'publickey', username, ...key };
    }
    const password = await this.person.secret({
      prompt: `Password for ${this.address}`,
      for: `password ${this.address}`,
    });
    if (password === undefined) return;
    this.tried.push('a password');
    yield { type: 'password', username, password };
    yield {
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
    };
  }

  async #readKey(file: string): Promise<{ key: Buffer; passphrase?: string } | undefined> {
    let key: Buffer;
    try {
      key = readFileSync(file);
    } catch {
      return undefined; // As with ssh: an identity file that is not there, or not ours to read, is passed over.
    }
    const parsed = ssh2.utils.parseKey(key);
    if (!(parsed instanceof Error)) return { key };
    if (!/passphrase|encrypted/i.test(parsed.message)) {
      this.tried.push(`${file} (not a private key that can be read: ${parsed.message})`);
      return undefined;
    }
    const passphrase = await this.person.secret({ prompt: `Passphrase for ${file}`, for: `passphrase ${file}` });
    return passphrase === undefined ? undefined : { key, passphrase };
  }
}

async function startHost(
  client: Client,
  clients: readonly Client[],
  address: string,
  options: SshOptions,
): Promise<Host> {
  const nonce = newNonce();
  const command = startCommand({ nonce, ...(options.node !== undefined && { node: options.node }) });
  const stream = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
    client.exec(command, (error, channel) =>
      error === undefined ? resolve(channel) : reject(new LineDropped(address, error.message)),
    );
  });
  let stderr = '';
  stream.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-2000);
  });
  const gone = new Promise<string>((resolve) => {
    const say = (how: string): void => resolve(stderr.trim() === '' ? how : `${how}: ${lastLine(stderr)}`);
    stream.once('close', () => say('the host program ended'));
    client.once('close', () => say('the line was closed'));
    client.once('error', (error) => say(error.message));
  });
  const close = (): void => {
    for (const each of [...clients].reverse()) each.destroy();
  };
  const host = await startProgram({ input: stream, output: stream, gone, close }, options.program, nonce, address);
  return {
    address: host.address,
    hello: host.hello,
    request: host.request.bind(host),
    close: async () => {
      await host.close();
      close();
    },
  };
}

function forward(client: Client, host: string, port: number): Promise<ssh2.ClientChannel> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(new Unreachable(`${host}:${port}`, error.message, error));
    });
  });
}

/** `[user@]host[:port]`, as ProxyJump has it. */
function parseHop(hop: string): [string, { port?: number; user?: string }] {
  const match = /^(?:([^@]+)@)?(.+?)(?::(\d+))?$/.exec(hop);
  const user = match?.[1];
  const port = match?.[3];
  return [
    match?.[2] ?? hop,
    { ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) },
  ];
}

function readKnownHosts(file: string): { name: string; text: string } {
  return { name: file, text: readText(file) };
}

const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** A host has several keys; asking for the type that is known keeps it from looking like a stranger. */
function preferKnown(keyTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string): boolean =>
    keyTypes.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  return [...HOST_KEY_ALGORITHMS.filter(isKnown), ...HOST_KEY_ALGORITHMS.filter((algorithm) => !isKnown(algorithm))];
}

function explain(error: Error & { level?: string; code?: string }, address: string, tried: readonly string[]): Error {
  if (error.level === 'client-authentication') return new AuthenticationFailed(address, tried);
  const reasons: Readonly<Record<string, string>> = {
    ENOTFOUND: 'there is no host of that name',
    EAI_AGAIN: 'its name cannot be looked up',
    ECONNREFUSED: 'nothing listens there (connection refused)',
    ETIMEDOUT: 'no answer',
    EHOSTUNREACH: 'no route to it',
  };
  if (error.level === 'client-timeout')
    return new Unreachable(address, `no answer within ${CONNECT_TIMEOUT_MS / 1000} s`, error);
  return new Unreachable(address, reasons[error.code ?? ''] ?? error.message, error);
}
