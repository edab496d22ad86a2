import path from 'node:path';
import type { Person } from '../../server/app/person.ts';
import { connect } from '../../server/remote/connect.ts';
import type { ConnectOptions } from '../../server/remote/connect.ts';
import type { Host } from '../../server/remote/host.ts';
import type { TemporaryHome } from './home.ts';

/** The bundled host program, as `npm run build` makes it. */
export const HOST_PROGRAM = path.resolve(import.meta.dirname, '../../dist/host.js');

/** A person of few words: what was asked is kept, and answered as told. By default the answer is no. */
export class ScriptedPerson implements Person {
  readonly asked: { readonly kind: 'hostKey' | 'secret' | 'confirm' | 'consent'; readonly question: unknown }[] = [];

  constructor(
    readonly answers: {
      readonly hostKey?: (question: { host: string; keyType: string; fingerprint: string }) => boolean;
      readonly secret?: (question: { prompt: string; for: string }) => string | undefined;
    } = {},
  ) {}

  confirmHostKey(question: { host: string; keyType: string; fingerprint: string }): Promise<boolean> {
    this.asked.push({ kind: 'hostKey', question });
    return Promise.resolve(this.answers.hostKey?.(question) ?? false);
  }

  secret(question: { prompt: string; for: string }): Promise<string | undefined> {
    this.asked.push({ kind: 'secret', question });
    return Promise.resolve(this.answers.secret?.(question));
  }

  confirm(question: unknown): Promise<boolean> {
    this.asked.push({ kind: 'confirm', question });
    return Promise.resolve(false);
  }

  consent(question: unknown): Promise<boolean> {
    this.asked.push({ kind: 'consent', question });
    return Promise.resolve(false);
  }
}

/** Connects as the command line does, with a temporary home for everything that is kept. */
export function connectFrom(
  home: TemporaryHome,
  target: Parameters<typeof connect>[0],
  options: Partial<ConnectOptions> = {},
): Promise<Host> {
  return connect(target, {
    person: new ScriptedPerson(),
    signal: new AbortController().signal,
    home: home.folder,
    stateFolder: path.join(home.folder, '.local/state/driftline'),
    hostProgram: HOST_PROGRAM,
    ...options,
  });
}
