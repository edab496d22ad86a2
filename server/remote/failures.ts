import { Failure } from '../core/failure.ts';
import type { KeyVerdict } from './known-hosts.ts';
import { quote } from './quote.ts';

/** A connection that could not be made or did not last. */
export class ConnectionFailure extends Failure {
  readonly kind = 'connection';
}

export class HostKeyUnknown extends ConnectionFailure {
  constructor(host: string, keyType: string, fingerprint: string) {
    super(
      `The host key of ${host} is not known: ${keyType} ${fingerprint}. Nothing was sent to it.`,
      `Compare it with the host's own (ssh-keygen -lf on the host), then accept it where you are asked, in VS Code or a terminal, or pass --accept-host-key ${fingerprint}.`,
    );
  }
}

/** A key was named beforehand, and the host has another. */
export class HostKeyNotAsNamed extends ConnectionFailure {
  constructor(host: string, keyType: string, offered: string, named: string) {
    super(
      `The host key of ${host} is not the one that --accept-host-key names: you named ${named}, ` +
        `the host offers ${keyType} ${offered}. Nothing was sent to it.`,
      `Compare both with the host's own (ssh-keygen -lf on the host). If it is the one that is offered: --accept-host-key ${offered}`,
    );
  }
}

export class HostKeyChanged extends ConnectionFailure {
  /** @param host as it stands in the files of known hosts */
  constructor(host: string, offered: string, known: Extract<KeyVerdict, { verdict: 'changed' }>) {
    const forget = known.files.map((file) => `ssh-keygen -f ${quote(file)} -R ${quote(host)}`).join(' && ');
    super(
      `The host key of ${host} has changed: it offers ${offered}, but ${known.place} has ${known.knownFingerprint}. ` +
        'Somebody may be in between, or the host was set up anew. Nothing was sent to it.',
      `Ask whoever runs the host. If it was set up anew and has the key that is offered, forget the old one and connect again: ${forget}`,
    );
  }
}

export class HostKeyRevoked extends ConnectionFailure {
  constructor(host: string, fingerprint: string, place: string) {
    super(
      `The host key ${fingerprint} of ${host} is marked @revoked at ${place}.`,
      'Do not connect; ask whoever runs the host.',
    );
  }
}

export class AuthenticationFailed extends ConnectionFailure {
  /** @param locked key files that nobody could unlock */
  constructor(
    address: string,
    { tried, locked }: { readonly tried: readonly string[]; readonly locked: readonly string[] },
  ) {
    super(
      `${address} did not let us in. Tried: ${tried.length > 0 ? tried.join(', ') : 'nothing (no key and no agent found)'}.`,
      locked.length > 0
        ? `Give the passphrase where you are asked for it, in VS Code or a terminal, or load the key into an SSH agent: ssh-add ${locked.map(quote).join(' ')}`
        : 'Check the user, and the key or the password: `ssh` to the same host must work, or name an IdentityFile in ~/.ssh/config.',
    );
  }
}

export class Unreachable extends ConnectionFailure {
  constructor(address: string, reason: string, cause?: unknown) {
    super(
      `${address} cannot be reached: ${reason}.`,
      'Check "host" and "port" in driftline.json, and that the host is up.',
      { cause },
    );
  }
}

export class LineDropped extends ConnectionFailure {
  constructor(address: string, reason: string) {
    super(
      // What a host said may have its own full stop.
      `The connection to ${address} was lost: ${reason.replace(/\.+$/, '')}.`,
      'Try again. A release that had begun goes on by itself: see `driftline releases`.',
    );
  }
}

/** An account that is let in, but may not run anything. */
export class SftpOnly extends ConnectionFailure {
  constructor(address: string) {
    super(
      `The account of ${address} may transfer files and run nothing (its sshd allows SFTP only).`,
      'Use an account with a shell ("user" in driftline.json), or take "ForceCommand internal-sftp" from this one.',
    );
  }
}

export class NoNodeOnHost extends ConnectionFailure {
  constructor(address: string, named: string | undefined) {
    super(
      named === undefined ? `No Node was found on ${address}.` : `There is no Node at ${named} on ${address}.`,
      named === undefined
        ? 'Install Node there, or name it in driftline.json as "node".'
        : 'Correct "node" in driftline.json.',
    );
  }
}

export class NodeTooOld extends ConnectionFailure {
  constructor(address: string, version: string, oldest: number) {
    super(
      `The Node of ${address} is ${version}; the host program needs ${oldest} or newer.`,
      'Install a newer Node there, or name one in driftline.json as "node".',
    );
  }
}

/** A file of this machine that a connection rests on, and that cannot be read or written. */
export class FileUnusable extends ConnectionFailure {
  constructor(file: string, cause: unknown) {
    super(
      `${file} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'Give this user access to it, or move it away.',
    );
  }
}

/** What `~/.ssh/config` says of a host and we cannot act on. */
export class SettingUnusable extends ConnectionFailure {
  constructor(host: string, setting: string, why: string, remedy: string) {
    super(`${setting} of ${host} in ~/.ssh/config cannot be used: ${why}.`, remedy);
  }
}

/** What the host program itself said no to. A root that is not there is, as a Node that is not, a matter of the host. */
export class HostRefused extends Failure {
  readonly kind: 'refused' | 'connection';
  constructor(
    readonly code: string,
    message: string,
    remedy: string,
  ) {
    super(message, remedy);
    this.kind = ABOUT_THE_HOST.has(code) ? 'connection' : 'refused';
  }
}

const ABOUT_THE_HOST: ReadonlySet<string> = new Set(['no-root', 'unreadable-root']);
