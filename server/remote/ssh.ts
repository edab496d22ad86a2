import ssh2 from 'ssh2';
import type { AnyAuthMethod, Client, ConnectConfig } from 'ssh2';
import { AuthenticationFailed, LineDropped, SettingUnusable, Unreachable } from './failures.ts';
import type { Host } from './host.ts';
import type { Acceptance } from './host-key.ts';
import { HostKeyJudge } from './host-key.ts';
import { Identity } from './identity.ts';
import { startProxy } from './proxy-command.ts';
import { sshSettings } from './ssh-config.ts';
import type { SshSettings } from './ssh-config.ts';
import { SshShell } from './ssh-shell.ts';
import { startHost } from './start.ts';
import { TimeLimit } from './time-limit.ts';

export interface SshOptions extends Acceptance {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly node?: string;
  readonly home: string;
  readonly signal: AbortSignal;
  readonly program: Buffer;
}

/** Jump hosts that name jump hosts: more than this is a circle. */
const MAX_STOPS = 10;

/** Connects, checks the host key before anything else is sent, authenticates and starts the host program. */
export async function connectSsh(options: SshOptions): Promise<Host> {
  options.signal.throwIfAborted();
  const settings = sshSettings(options.host, options, { home: options.home, mayRun: true });
  const route = routeTo(settings, options.home);
  const clients: Client[] = [];
  const closing: (() => void)[] = [];
  const close = (): void => {
    for (const client of [...clients].reverse()) client.destroy();
    for (const end of closing) end();
  };
  options.signal.addEventListener('abort', close, { once: true });
  try {
    let last: Client | undefined;
    for (const stop of route) {
      const sock = last === undefined ? proxied(stop, closing) : await forward(last, stop);
      last = await openClient(stop, options, sock);
      clients.push(last);
    }
    if (last === undefined) throw new RangeError('a route has at least its end');
    const shell = new SshShell(last, addressOf(settings), close);
    return await startHost(shell, { ...options, address: addressOf(settings) });
  } catch (error) {
    close();
    options.signal.throwIfAborted();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', close);
  }
}

function openClient(settings: SshSettings, options: SshOptions, sock: ConnectConfig['sock']): Promise<Client> {
  const address = addressOf(settings);
  const client = new ssh2.Client();
  const judge = new HostKeyJudge(settings, options);
  return new Promise((resolve, reject) => {
    let refusal: unknown;
    const settle = (end: () => void): void => {
      limit.stop();
      options.signal.removeEventListener('abort', onAbort);
      end();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        reject(refusal instanceof Error ? refusal : error instanceof Error ? error : new Error(String(error)));
        client.destroy();
      });
    const onAbort = (): void => fail(options.signal.reason);
    const limit = new TimeLimit(settings.connectTimeoutMs, () =>
      fail(new Unreachable(address, `no answer within ${settings.connectTimeoutMs / 1000} s`)),
    );
    const identity = new Identity(settings, address, process.env['SSH_AUTH_SOCK'], (question) =>
      limit.during(() => options.person.secret(question)),
    );
    options.signal.addEventListener('abort', onAbort, { once: true });
    client.on('ready', () => settle(() => resolve(client)));
    client.on('error', (error: Error & { level?: string }) => {
      // An agent that is gone or refuses is one method less, and ssh2 goes on by itself.
      if (error.level !== 'agent') fail(explain(error, address, identity));
    });
    const onEnd = (): void =>
      fail(identity.unanswered ?? new LineDropped(address, 'it was closed before anybody was let in'));
    client.on('end', onEnd);
    client.on('close', onEnd);
    client.connect({
      host: settings.hostName,
      port: settings.port,
      username: settings.user,
      ...(sock && { sock }),
      // Our own limit stands still while a person is asked.
      readyTimeout: 0,
      keepaliveInterval: settings.serverAliveIntervalMs,
      keepaliveCountMax: settings.serverAliveCountMax,
      ...(settings.addressFamily === 'inet' && { forceIPv4: true }),
      ...(settings.addressFamily === 'inet6' && { forceIPv6: true }),
      algorithms: { ...settings.algorithms, serverHostKey: judge.algorithms() },
      hostVerifier: (key: Buffer, verdict: (accepted: boolean) => void) => {
        limit
          .during(() => judge.judge(key))
          .then(
            () => verdict(true),
            (error: unknown) => {
              refusal = error;
              verdict(false);
            },
          );
      },
      authHandler: (left, _partial, next) => {
        limit
          .during(() => identity.next(left))
          .then(
            (method) => giveMethod(next, method),
            (error: unknown) => {
              refusal = error;
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

function forward(client: Client, to: SshSettings): Promise<ssh2.ClientChannel> {
  const address = `${to.hostName}:${to.port}`;
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Unreachable(address, 'the jump host closed the line'));
    client.once('end', onClose);
    client.once('close', onClose);
    client.forwardOut('127.0.0.1', 0, to.hostName, to.port, (error, channel) => {
      client.removeListener('end', onClose);
      client.removeListener('close', onClose);
      if (error === undefined) resolve(channel);
      else reject(new Unreachable(address, `the jump host says: ${error.message}`, error));
    });
  });
}

function addressOf(settings: SshSettings): string {
  return `${settings.user}@${settings.hostName}${settings.port === 22 ? '' : `:${settings.port}`}`;
}

/** All hosts on the way, the last one included. As with OpenSSH, only the first hop of a list is reached by its own settings. */
function routeTo(settings: SshSettings, home: string): SshSettings[] {
  let route = [settings];
  for (;;) {
    const [first] = route;
    if (first === undefined || first.proxyJump.length === 0) return route;
    const hops = first.proxyJump.map((hop) => sshSettings(...parseHop(hop), { home, mayRun: true }));
    route = [...hops, ...route];
    if (route.length > MAX_STOPS) {
      const why = `it leads over more than ${MAX_STOPS} hosts`;
      throw new SettingUnusable(settings.hostName, 'ProxyJump', why, 'Look for hosts that jump over each other.');
    }
  }
}

/** The line to a host that a command makes; nothing where it is reached by its address. */
function proxied(settings: SshSettings, closing: (() => void)[]): ConnectConfig['sock'] {
  if (settings.proxyCommand === undefined) return undefined;
  const line = startProxy(settings.proxyCommand);
  closing.push(() => line.destroy());
  return line;
}

/** `[user@]host[:port]` as ProxyJump has it; an IPv6 address stands in brackets. */
function parseHop(hop: string): [string, { port?: number; user?: string }] {
  const match = /^(?:([^@]+)@)?(\[.+\]|.+?)(?::(\d+))?$/.exec(hop);
  const user = match?.[1];
  const port = match?.[3];
  return [
    (match?.[2] ?? hop).replace(/^\[(.*)\]$/, '$1'),
    { ...(user !== undefined && { user }), ...(port !== undefined && { port: Number(port) }) },
  ];
}

function explain(error: Error & { level?: string; code?: unknown }, address: string, identity: Identity): Error {
  // sshd hangs up on somebody who offers more keys than its MaxAuthTries.
  if (error.level === 'client-authentication' || /too many authentication failures/i.test(error.message)) {
    return new AuthenticationFailed(address, identity);
  }
  const reasons: Readonly<Record<string, string>> = {
    ENOTFOUND: 'there is no host of that name',
    EAI_AGAIN: 'its name cannot be looked up',
    ECONNREFUSED: 'nothing listens there (connection refused)',
    ECONNRESET: 'it hung up',
    ETIMEDOUT: 'no answer',
    EHOSTUNREACH: 'no route to it',
  };
  return new Unreachable(address, reasons[String(error.code)] ?? error.message, error);
}
