import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { appendFile, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { execFile, spawn } from 'node:child_process';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  AuthenticationFailed,
  ConnectionFailure,
  FileUnusable,
  HostKeyChanged,
  HostKeyNotAsNamed,
  HostKeyUnknown,
  NoNodeOnHost,
  SftpOnly,
  Unreachable,
} from '../../server/remote/failures.ts';
import type { Host } from '../../server/remote/host.ts';
import { connectFrom, ScriptedPerson } from '../support/hosts.ts';
import { temporaryHome } from '../support/home.ts';
import type { TemporaryHome } from '../support/home.ts';
import { freePort, startRelay } from '../support/net.ts';
import { descendants, isAlive, until } from '../support/processes.ts';
import { newKey, startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';

const run = promisify(execFile);

/** What sshd writes as soon as somebody has asked to be let in, with whatever proof. */
const AUTHENTICATION = /authenticating user|Accepted|Failed|Postponed|userauth/;

let home: TemporaryHome;
let sshd: Sshd;
let open: Host[];

beforeAll(async () => {
  home = await temporaryHome();
  sshd = await startSshd({ home });
});

afterAll(async () => {
  await sshd.stop();
  await home.remove();
});

beforeEach(async () => {
  open = [];
  await rm(path.join(home.ssh, 'config'), { force: true });
  await rm(path.join(home.ssh, 'known_hosts'), { force: true });
  await rm(ownKnownHosts(), { force: true });
});

afterEach(async () => {
  await Promise.all(open.map((host) => host.close()));
});

function ownKnownHosts(): string {
  return path.join(home.folder, '.local/state/driftline/known_hosts');
}

async function connected(
  ...args: Parameters<typeof connectFrom> extends [unknown, ...infer R] ? R : never
): Promise<Host> {
  const host = await connectFrom(home, ...args);
  open.push(host);
  return host;
}

/** The failure of what must not succeed. */
async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error,
  );
}

async function runs(host: Host, command: string): Promise<string> {
  const { stdout } = await host.request('run', { command, cwd: '/', timeoutMs: 20_000 });
  return stdout.trim();
}

describe('connecting', () => {
  it('finds a host by its alias, starts the program with its own Node and writes nothing', async () => {
    await sshd.writeClientConfig('voice');
    await sshd.acceptHostKey();
    const host = await connected({ host: 'voice' });
    expect(host.hello).toMatchObject({ protocol: 1, node: process.version, user: sshd.user, home: sshd.hostHome });
    expect(host.address).toBe(`${sshd.user}@127.0.0.1:${sshd.port}`);
    expect(await runs(host, 'ls -A "$HOME"')).toBe('');
  });

  it('prefers what the target says to what ~/.ssh/config says', async () => {
    await sshd.writeClientConfig('voice', ['ConnectTimeout 5']);
    await sshd.acceptHostKey();
    const failure = await failureOf(connected({ host: 'voice', port: await freePort() }));
    expect(failure).toBeInstanceOf(Unreachable);
    expect(String(failure)).toContain('connection refused');
  });

  it('goes through a jump host, and learns from it that the line behind it dropped', async () => {
    const inner = await startSshd({ home });
    try {
      await sshd.writeClientConfig('jump');
      await inner.writeClientConfig('voice', ['ProxyJump jump']);
      await sshd.acceptHostKey();
      await inner.acceptHostKey();
      const host = await connected({ host: 'voice' });
      expect(host.hello.home).toBe(inner.hostHome);
      const asked = failureOf(host.request('run', { command: 'sleep 1000', cwd: '/', timeoutMs: 2_000_000 }));
      inner.dropSessions();
      expect(await asked).toBeInstanceOf(ConnectionFailure);
    } finally {
      await inner.stop();
    }
    // Before keep-alives would find out.
  }, 20_000);

  it('goes through two jump hosts, the second by the settings of the first', async () => {
    const [middle, inner] = [await startSshd({ home }), await startSshd({ home })];
    try {
      await sshd.writeClientConfig('outer');
      await middle.writeClientConfig('middle', ['ProxyJump outer']);
      await inner.writeClientConfig('voice', ['ProxyJump middle']);
      await inner.writeClientConfig('chat', ['ProxyJump outer,middle']);
      for (const each of [sshd, middle, inner]) await each.acceptHostKey();
      for (const name of ['voice', 'chat']) {
        const [before, between] = [sshd.log().length, middle.log().length];
        const host = await connected({ host: name });
        expect(host.hello.home).toBe(inner.hostHome);
        expect(sshd.log().slice(before)).toContain('Accepted publickey');
        expect(middle.log().slice(between)).toContain('Accepted publickey');
      }
    } finally {
      await Promise.all([middle.stop(), inner.stop()]);
    }
  });

  it('says so where jump hosts jump over each other', async () => {
    await sshd.writeClientConfig('one', ['ProxyJump two']);
    await sshd.writeClientConfig('two', ['ProxyJump one']);
    expect(String(await failureOf(connected({ host: 'one' })))).toContain('leads over more than');
  });

  it('goes through the command that the config names, and ends it with the connection', async () => {
    const pipe = path.join(home.folder, 'pipe.cjs');
    await writeFile(
      pipe,
      'const s = require("net").connect(process.argv[3], process.argv[2]); process.stdin.pipe(s).pipe(process.stdout);',
    );
    await sshd.writeClientConfig('voice', [`ProxyCommand ${process.execPath} ${pipe} %h %p`]);
    await sshd.acceptHostKey();
    const host = await connected({ host: 'voice' });
    expect(host.hello.node).toBe(process.version);
    const proxies = (): number => descendants(process.pid).filter(({ command }) => command.includes(pipe)).length;
    expect(proxies()).toBe(1);
    await host.close();
    await until('the command has ended', () => proxies() === 0);
  });

  it('repeats what the command says that reaches nobody', async () => {
    await sshd.writeClientConfig('voice', ['ProxyCommand echo no way there >&2; exit 3']);
    const failure = await failureOf(connected({ host: 'voice' }));
    expect(failure).toBeInstanceOf(ConnectionFailure);
    expect(String(failure)).toContain('no way there');
  });

  it('skips what a login shell prints, binary noise included', async () => {
    const rc = path.join(sshd.hostHome, '.bashrc');
    const ran = path.join(sshd.hostHome, 'ran');
    await writeFile(rc, `echo welcome; printf '\\000\\377driftline-host 0\\n'; echo to stderr >&2; touch ${ran}\n`);
    try {
      await sshd.writeClientConfig('voice');
      await sshd.acceptHostKey();
      const host = await connected({ host: 'voice' });
      expect(host.hello.node).toBe(process.version);
      expect((await stat(ran)).isFile()).toBe(true);
    } finally {
      await rm(rc);
      await rm(ran, { force: true });
    }
  });

  it('repeats what a shell says that lets nobody in', async () => {
    const closed = await startSshd({ home, config: ['ForceCommand echo "This account is not available."; exit 1'] });
    try {
      await closed.writeClientConfig('closed');
      await closed.acceptHostKey();
      const failure = await failureOf(connected({ host: 'closed' }));
      expect(failure).toBeInstanceOf(ConnectionFailure);
      expect(String(failure)).toContain('This account is not available.');
    } finally {
      await closed.stop();
    }
  });

  it('says of an account that may only transfer files what it lacks', async () => {
    const only = await startSshd({ home, config: ['ForceCommand internal-sftp'] });
    try {
      await only.writeClientConfig('only');
      await only.acceptHostKey();
      const failure = await failureOf(connected({ host: 'only' }));
      expect(failure).toBeInstanceOf(SftpOnly);
      expect(String(failure)).toContain('may transfer files and run nothing');
    } finally {
      await only.stop();
    }
  });

  it('says which Node is missing where the config names one', async () => {
    await sshd.writeClientConfig('voice');
    await sshd.acceptHostKey();
    const failure = await failureOf(connected({ host: 'voice', node: '/opt/no such/node' }));
    expect(failure).toBeInstanceOf(NoNodeOnHost);
    expect(String(failure)).toContain('/opt/no such/node');
    const named = await connected({ host: 'voice', node: process.execPath });
    expect(named.hello.node).toBe(process.version);
  });

  it('serves a root of this machine without SSH', async () => {
    const host = await connected({ host: 'local' });
    expect(host.hello).toMatchObject({ node: process.version, user: sshd.user });
    expect(host.address).toBe('local');
  });
});

describe('the host key', () => {
  it('is asked about with the fingerprint that ssh-keygen shows, before anybody authenticates', async () => {
    await sshd.writeClientConfig('voice');
    const before = sshd.log().length;
    const person = new ScriptedPerson();
    const failure = await failureOf(connected({ host: 'voice' }, { person }));
    expect(failure).toBeInstanceOf(HostKeyUnknown);
    expect(person.asked).toEqual([
      {
        kind: 'hostKey',
        question: {
          host: `[127.0.0.1]:${sshd.port}`,
          keyType: 'ssh-ed25519',
          fingerprint: sshd.hostKeyFingerprint(),
        },
      },
    ]);
    await until('sshd has noticed the end of the connection', () =>
      /Connection closed|disconnect/i.test(sshd.log().slice(before)),
    );
    expect(sshd.log().slice(before)).not.toMatch(AUTHENTICATION);
    await expect(readFile(ownKnownHosts())).rejects.toThrow('ENOENT');
  });

  it('is kept when a person accepts it, and not asked about again', async () => {
    await sshd.writeClientConfig('voice');
    const person = new ScriptedPerson({ hostKey: () => true });
    await connected({ host: 'voice' }, { person });
    expect(person.asked).toHaveLength(1);
    const again = new ScriptedPerson();
    await connected({ host: 'voice' }, { person: again });
    expect(again.asked).toEqual([]);
    expect((await stat(ownKnownHosts())).mode & 0o777).toBe(0o600);
  });

  it('is accepted by its fingerprint where nobody can be asked, and only by that', async () => {
    await sshd.writeClientConfig('voice');
    const person = new ScriptedPerson({ hostKey: () => true });
    const other = `SHA256:${'A'.repeat(43)}`;
    const refused = await failureOf(connected({ host: 'voice' }, { person, acceptHostKey: other }));
    expect(refused).toBeInstanceOf(HostKeyNotAsNamed);
    expect(String(refused)).toContain(`you named ${other}, the host offers ssh-ed25519 ${sshd.hostKeyFingerprint()}`);
    const host = await connected({ host: 'voice' }, { person, acceptHostKey: sshd.hostKeyFingerprint() });
    expect(host.hello.protocol).toBe(1);
    expect(person.asked).toEqual([]);
  });

  it('is not asked about under StrictHostKeyChecking', async () => {
    await sshd.writeClientConfig('voice', ['StrictHostKeyChecking yes']);
    const person = new ScriptedPerson({ hostKey: () => true });
    expect(await failureOf(connected({ host: 'voice' }, { person }))).toBeInstanceOf(HostKeyUnknown);
    expect(person.asked).toEqual([]);
  });

  it('is taken unasked from a host that nobody knows where the config says so', async () => {
    await sshd.writeClientConfig('voice', ['StrictHostKeyChecking accept-new']);
    const person = new ScriptedPerson();
    await connected({ host: 'voice' }, { person });
    expect(person.asked).toEqual([]);
    expect(await readFile(ownKnownHosts(), 'utf8')).toContain(`[127.0.0.1]:${sshd.port}`);
  });

  it('that has changed is refused even where the config checks nothing', async () => {
    await sshd.writeClientConfig('voice', ['StrictHostKeyChecking no']);
    const other = path.join(home.folder, 'other-host-key');
    await newKey(other);
    const [type, key] = (await readFile(`${other}.pub`, 'utf8')).split(' ');
    await writeFile(path.join(home.ssh, 'known_hosts'), `[127.0.0.1]:${sshd.port} ${type} ${key}\n`);
    expect(await failureOf(connected({ host: 'voice' }))).toBeInstanceOf(HostKeyChanged);
  });

  it('that has changed is refused, whatever is accepted', async () => {
    const reborn = await startSshd({ home });
    try {
      await reborn.writeClientConfig('reborn');
      await reborn.acceptHostKey();
      await connected({ host: 'reborn' });
      const known = reborn.hostKeyFingerprint();
      await reborn.restartWithNewHostKey();
      const before = reborn.log().length;
      const person = new ScriptedPerson({ hostKey: () => true });
      const failure = await failureOf(
        connected({ host: 'reborn' }, { person, acceptHostKey: reborn.hostKeyFingerprint() }),
      );
      expect(failure).toBeInstanceOf(HostKeyChanged);
      expect(String(failure)).toContain(known);
      expect(String(failure)).toContain(reborn.hostKeyFingerprint());
      expect(String(failure)).toContain(`${path.join(home.ssh, 'known_hosts')}:1`);
      expect(person.asked).toEqual([]);
      expect(reborn.log().slice(before)).not.toMatch(AUTHENTICATION);
    } finally {
      await reborn.stop();
    }
  });

  it('that has changed can be accepted after what the refusal proposes, whichever files knew the old one', async () => {
    const reborn = await startSshd({ home });
    try {
      await reborn.writeClientConfig('reborn');
      await connected({ host: 'reborn' }, { acceptHostKey: reborn.hostKeyFingerprint() });
      await reborn.restartWithNewHostKey();
      const named = { acceptHostKey: reborn.hostKeyFingerprint() };
      const place = `[127.0.0.1]:${reborn.port}`;
      const forgetIn = (file: string): string => `ssh-keygen -f '${file}' -R '${place}'`;
      const own = await failureOf(connected({ host: 'reborn' }, named));
      expect(String(own)).toContain(`${ownKnownHosts()}:1`);
      expect(own).toMatchObject({ remedy: expect.stringContaining(`: ${forgetIn(ownKnownHosts())}`) as string });

      const mine = path.join(home.ssh, 'known_hosts');
      await writeFile(mine, await readFile(ownKnownHosts()));
      const both = await failureOf(connected({ host: 'reborn' }, named));
      const commands = `${forgetIn(mine)} && ${forgetIn(ownKnownHosts())}`;
      expect(both).toMatchObject({ remedy: expect.stringContaining(`: ${commands}`) as string });
      await run('/bin/sh', ['-c', commands]);
      expect((await connected({ host: 'reborn' }, named)).hello.protocol).toBe(1);
    } finally {
      await reborn.stop();
    }
  });

  it('is taken from nobody where the files of known keys cannot be read, or written', async () => {
    await sshd.writeClientConfig('voice');
    const before = sshd.log().length;
    const person = new ScriptedPerson({ hostKey: () => true });
    const notAFolder = path.join(home.folder, 'file');
    await writeFile(notAFolder, '');
    const stateFolder = path.join(notAFolder, 'driftline');
    const unwritable = await failureOf(connected({ host: 'voice' }, { person, stateFolder }));
    expect(unwritable).toBeInstanceOf(FileUnusable);
    expect(String(unwritable)).toContain(path.join(stateFolder, 'known_hosts'));
    await mkdir(path.join(home.ssh, 'known_hosts'));
    try {
      const unreadable = await failureOf(connected({ host: 'voice' }, { person }));
      expect(unreadable).toBeInstanceOf(FileUnusable);
      expect(String(unreadable)).toContain(path.join(home.ssh, 'known_hosts'));
    } finally {
      await rmdir(path.join(home.ssh, 'known_hosts'));
    }
    await until('sshd has noticed', () => /Connection (closed|reset)|disconnect/i.test(sshd.log().slice(before)));
    expect(sshd.log().slice(before)).not.toMatch(AUTHENTICATION);
  });

  it('that is revoked is refused', async () => {
    await sshd.writeClientConfig('voice');
    await sshd.acceptHostKey();
    const file = path.join(home.ssh, 'known_hosts');
    await writeFile(file, `@revoked ${await readFile(file, 'utf8')}`);
    const failure = await failureOf(
      connected({ host: 'voice' }, { person: new ScriptedPerson({ hostKey: () => true }) }),
    );
    expect(String(failure)).toContain('@revoked');
  });
});

describe('being let in', () => {
  async function onlyKey(name: string): Promise<string> {
    await sshd.acceptHostKey();
    const file = path.join(home.ssh, name);
    const entry = ['Host voice', 'HostName 127.0.0.1', `Port ${sshd.port}`, `IdentityFile ${file}`, ''].join('\n');
    await writeFile(path.join(home.ssh, 'config'), entry);
    return file;
  }

  it('fails with a wrong key, and says which was tried', async () => {
    const file = await onlyKey('id_wrong');
    await newKey(file);
    const failure = await failureOf(connected({ host: 'voice' }));
    expect(failure).toBeInstanceOf(AuthenticationFailed);
    expect(String(failure)).toContain(file);
  });

  it('passes over a key file that is not there, and names one that is none', async () => {
    const file = await onlyKey('id_none');
    expect(String(await failureOf(connected({ host: 'voice' })))).toContain('no key and no agent found');
    await writeFile(file, 'no key at all\n');
    expect(String(await failureOf(connected({ host: 'voice' })))).toContain(`${file} (not a private key`);
  });

  it.each([
    ['ed25519', []],
    ['ecdsa', []],
    ['rsa', []],
    ['rsa', ['-m', 'PEM']],
    ['ecdsa', ['-m', 'PEM']],
  ])('takes a key of the kind %s, written as %j', async (kind, words) => {
    for (const passphrase of ['', 'open sesame']) {
      const file = await onlyKey(`id_${kind}_${words.length}_${passphrase.length}`);
      await run('ssh-keygen', ['-q', '-t', kind, ...words, '-N', passphrase, '-f', file]);
      await sshd.letIn(file);
      const person = new ScriptedPerson({ secret: () => passphrase });
      expect((await connected({ host: 'voice' }, { person })).hello.protocol).toBe(1);
      expect(person.asked).toHaveLength(passphrase === '' ? 0 : 1);
    }
  });

  it('takes a key from the agent, and the one that IdentityAgent names before that of the environment', async () => {
    await sshd.acceptHostKey();
    const key = path.join(home.folder, 'agent-key');
    await newKey(key);
    await sshd.letIn(key);
    const socket = path.join(home.folder, 'agent.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      await until('the agent listens', () => existsSync(socket));
      await run('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      const entry = [
        'Host voice',
        'HostName 127.0.0.1',
        `Port ${sshd.port}`,
        'IdentityFile none',
        `IdentityAgent ${socket}`,
        '',
      ];
      await writeFile(path.join(home.ssh, 'config'), entry.join('\n'));
      expect((await connected({ host: 'voice' })).hello.protocol).toBe(1);
    } finally {
      agent.kill();
    }
  });

  it('says of a certificate who could present it', async () => {
    const file = await onlyKey('id_certified');
    await newKey(file);
    await appendFile(path.join(home.ssh, 'config'), `CertificateFile ${file}-cert.pub\n`);
    expect(String(await failureOf(connected({ host: 'voice' })))).toContain('which only an agent can present');
  });

  it('asks for the passphrase of a key that has one', async () => {
    const file = await onlyKey('id_locked');
    await newKey(file, 'open sesame');
    await sshd.letIn(file);
    const wrong = new ScriptedPerson({ secret: () => 'sesame' });
    expect(String(await failureOf(connected({ host: 'voice' }, { person: wrong })))).toContain('passphrase was wrong');
    const right = new ScriptedPerson({ secret: () => 'open sesame' });
    const host = await connected({ host: 'voice' }, { person: right });
    expect(host.hello.protocol).toBe(1);
    expect(right.asked).toEqual([
      { kind: 'secret', question: { prompt: `Passphrase for ${file}`, for: `passphrase ${file}` } },
    ]);
  });
});

describe('being asked', () => {
  /** A host that takes only what a person knows: a stand-in, since sshd asks through PAM, as root, for real accounts. */
  async function asking(
    take: (context: ssh2.AuthContext, client: ssh2.Connection) => void,
  ): Promise<{ port: number; close(): Promise<void> }> {
    const key = path.join(home.folder, 'asking-key');
    await rm(key, { force: true });
    await newKey(key);
    const clients = new Set<ssh2.Connection>();
    const server = new ssh2.Server({ hostKeys: [await readFile(key)] }, (client) => {
      clients.add(client);
      client.on('error', () => undefined);
      client.on('authentication', (context) => take(context, client));
      client.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => {
          const stream = acceptExec();
          const child = spawn('/bin/sh', ['-c', command]);
          stream.pipe(child.stdin);
          child.stdout.pipe(stream);
          child.once('close', (status) => {
            stream.exit(status ?? 1);
            stream.end();
          });
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      port: (server.address() as AddressInfo).port,
      close: async () => {
        for (const client of clients) client.end();
        await new Promise<void>((resolve) => server.close(() => resolve()));
      },
    };
  }

  const trusting = { hostKey: () => true };

  it('answers several questions, each for itself', async () => {
    const server = await asking((context) => {
      if (context.method !== 'keyboard-interactive') {
        context.reject(['keyboard-interactive']);
        return;
      }
      context.prompt(
        [
          { prompt: 'Password: ', echo: false },
          { prompt: 'Code: ', echo: true },
        ],
        (answers) => {
          if (answers.join() === 'sesame,123') context.accept();
          else context.reject(['keyboard-interactive']);
        },
      );
    });
    try {
      const person = new ScriptedPerson({
        ...trusting,
        secret: ({ prompt }) => (prompt.includes('Code') ? '123' : 'sesame'),
      });
      const host = await connected({ host: '127.0.0.1', port: server.port, user: 'mira' }, { person });
      expect(host.hello.protocol).toBe(1);
      const prompts = person.asked
        .filter(({ kind }) => kind === 'secret')
        .map(({ question }) => JSON.stringify(question));
      expect(prompts).toHaveLength(2);
      expect(prompts[0]).toContain('Password:');
      expect(prompts[1]).toContain('Code:');
      await host.close();
    } finally {
      await server.close();
    }
  });

  it('fails to log in where no answer is given, also to a host that hangs up then as sshd does', async () => {
    const server = await asking((context, client) => {
      if (context.method !== 'keyboard-interactive') context.reject(['keyboard-interactive']);
      else context.prompt('Password: ', () => client.end());
    });
    try {
      const person = new ScriptedPerson(trusting);
      const failure = await failureOf(connected({ host: '127.0.0.1', port: server.port, user: 'mira' }, { person }));
      expect(failure).toBeInstanceOf(AuthenticationFailed);
      expect(String(failure)).toContain('answers to its questions (which were not given)');
    } finally {
      await server.close();
    }
  });

  it('may mistype a password twice, and is not asked for ever', async () => {
    const server = await asking((context) => {
      if (context.method === 'password' && context.password === 'sesame') context.accept();
      else context.reject(['password']);
    });
    try {
      const answers = ['wrong', 'wrong again', 'sesame'];
      const person = new ScriptedPerson({ ...trusting, secret: () => answers.shift() });
      const host = await connected({ host: '127.0.0.1', port: server.port, user: 'mira' }, { person });
      expect(answers).toEqual([]);
      await host.close();
      const stubborn = new ScriptedPerson({ ...trusting, secret: () => 'wrong' });
      const failure = await failureOf(
        connected({ host: '127.0.0.1', port: server.port, user: 'mira' }, { person: stubborn }),
      );
      expect(failure).toBeInstanceOf(AuthenticationFailed);
      expect(stubborn.asked.filter(({ kind }) => kind === 'secret')).toHaveLength(3);
    } finally {
      await server.close();
    }
  });
});

describe('a host that is not there', () => {
  it('is named, with what is wrong', async () => {
    // Too long for a label of the domain name system, so that no resolver is asked.
    const nowhere = await failureOf(connected({ host: `${'a'.repeat(64)}.invalid` }));
    expect(nowhere).toBeInstanceOf(Unreachable);
    expect(String(nowhere)).toContain('there is no host of that name');
    const refused = await failureOf(connected({ host: '127.0.0.1', port: await freePort() }));
    expect(String(refused)).toContain('nothing listens there');
  });

  it('is given up when it speaks no SSH, or nothing', async () => {
    const talks = await listening((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const silent = await listening(() => undefined);
    try {
      expect(await failureOf(connected({ host: '127.0.0.1', port: talks.port }))).toBeInstanceOf(ConnectionFailure);
      await writeFile(path.join(home.ssh, 'config'), 'Host *\n  ConnectTimeout 1\n');
      const failure = await failureOf(connected({ host: '127.0.0.1', port: silent.port }));
      expect(failure).toBeInstanceOf(Unreachable);
      expect(String(failure)).toContain('no answer within 1 s');
    } finally {
      await talks.close();
      await silent.close();
    }
  });

  it('can be given up by hand', async () => {
    const silent = await listening(() => undefined);
    try {
      const controller = new AbortController();
      const attempt = connected({ host: '127.0.0.1', port: silent.port }, { signal: controller.signal });
      await until('the connection stands', () => silent.sockets() === 1);
      const reason = new Error('changed my mind');
      controller.abort(reason);
      expect(await failureOf(attempt)).toBe(reason);
      await until('the connection is closed', () => silent.sockets() === 0);
    } finally {
      await silent.close();
    }
  });
});

describe('requests', () => {
  async function onRelay(): Promise<{ host: Host; relay: Awaited<ReturnType<typeof startRelay>>; pid: number }> {
    const relay = await startRelay(sshd.port);
    await sshd.writeClientConfig('voice');
    await sshd.acceptHostKey(relay.port);
    const host = await connected({ host: 'voice', port: relay.port });
    return { host, relay, pid: Number(await runs(host, 'echo $PPID')) };
  }

  it('all end when the line drops, at once and later, and nothing is left on the host', async () => {
    const { host, relay, pid } = await onRelay();
    try {
      const sleep = { command: 'sleep 1000', cwd: '/', timeoutMs: 2_000_000 };
      const asked = [1, 2, 3].map(() => failureOf(host.request('run', sleep, { silenceMs: 2_000_000 })));
      await until(
        'all three run',
        () => descendants(pid).filter(({ command }) => command === 'sleep 1000').length === 3,
      );
      const left = descendants(pid);
      relay.cut();
      for (const failure of await Promise.all(asked)) expect(failure).toBeInstanceOf(ConnectionFailure);
      expect(await failureOf(host.request('hello', {}))).toBeInstanceOf(ConnectionFailure);
      await until('the host program is gone', () => !isAlive(pid));
      await until('what it ran is gone', () => left.every((process) => !isAlive(process.pid)));
    } finally {
      await relay.stop();
    }
  });

  it('end with a sentence when the host falls silent', async () => {
    const { host, relay } = await onRelay();
    try {
      relay.silence();
      const failure = await failureOf(host.request('hello', {}, { silenceMs: 200 }));
      expect(failure).toBeInstanceOf(ConnectionFailure);
      expect(String(failure)).toContain('no word for');
    } finally {
      await relay.stop();
    }
  });

  it('end when the host ends the session, or the program', async () => {
    await sshd.writeClientConfig('voice');
    await sshd.acceptHostKey();
    const host = await connected({ host: 'voice' });
    const ended = failureOf(host.request('run', { command: 'sleep 1000', cwd: '/', timeoutMs: 2_000_000 }));
    sshd.dropSessions();
    expect(await ended).toBeInstanceOf(ConnectionFailure);
    const other = await connected({ host: 'voice' });
    expect(
      await failureOf(other.request('run', { command: 'kill -9 $PPID', cwd: '/', timeoutMs: 5000 })),
    ).toBeInstanceOf(ConnectionFailure);
  });

  it('can be cancelled one by one, which ends their work on the host', async () => {
    await sshd.writeClientConfig('voice');
    await sshd.acceptHostKey();
    const host = await connected({ host: 'voice' });
    const pid = Number(await runs(host, 'echo $PPID'));
    const controller = new AbortController();
    const asked = failureOf(
      host.request('run', { command: 'sleep 1001', cwd: '/', timeoutMs: 2_000_000 }, { signal: controller.signal }),
    );
    await until('it runs', () => descendants(pid).some(({ command }) => command === 'sleep 1001'));
    const reason = new Error('never mind');
    controller.abort(reason);
    expect(await asked).toBe(reason);
    await until('it does not run', () => descendants(pid).length === 0);
    expect(await runs(host, 'echo still here')).toBe('still here');
  });

  it('leave no process behind when the connection is closed', async () => {
    await sshd.writeClientConfig('voice');
    await sshd.acceptHostKey();
    const host = await connected({ host: 'voice' });
    const pid = Number(await runs(host, 'echo $PPID'));
    await host.close();
    await until('the host program is gone', () => !isAlive(pid));
    await until('sshd has no session', () => descendants(sshd.pid()).length === 0);
  });

  it('may be many at once, on one signal, without a warning about listeners', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    try {
      await sshd.writeClientConfig('voice');
      await sshd.acceptHostKey();
      const { signal } = new AbortController();
      const host = await connected({ host: 'voice' }, { signal });
      const answers = await Promise.all(Array.from({ length: 60 }, () => host.request('hello', {}, { signal })));
      expect(answers).toHaveLength(60);
      // Warnings are given on the next turn.
      await new Promise((resolve) => setImmediate(resolve));
      expect(warnings.map(({ message }) => message)).toEqual([]);
    } finally {
      process.removeListener('warning', warn);
    }
  });
});

interface Listening {
  readonly port: number;
  readonly sockets: () => number;
  close(): Promise<void>;
}

async function listening(onSocket: (socket: net.Socket) => void): Promise<Listening> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.resume();
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
