import type { Person } from '../app/person.ts';
import type { NobodyToAsk } from './failures.ts';
import { escapeLines, escapeName } from './output/escape.ts';
import type { Paint } from './output/text.ts';
import type { Prompts } from './prompts.ts';
import type { StatusLine } from './status-line.ts';

/** Somebody at a terminal. */
export class TerminalPerson implements Person {
  /** @param saidYes by `--yes`: the irreversible moments are not asked about any more */
  constructor(
    readonly prompts: Prompts,
    readonly line: StatusLine,
    readonly paint: Paint,
    readonly saidYes: boolean,
  ) {}

  async confirmHostKey(question: { host: string; keyType: string; fingerprint: string }): Promise<boolean> {
    this.line.say(`The host key of ${escapeName(question.host)} is not known here yet:`);
    this.line.say(`  ${escapeName(question.keyType)} ${this.paint.bold(escapeName(question.fingerprint))}`);
    this.line.say(
      `Compare it with what the host itself says: ssh-keygen -lf /etc/ssh/ssh_host_${kindOf(question.keyType)}_key.pub`,
    );
    return this.prompts.yesOrNo('Is it the same? It will be remembered.');
  }

  async secret(question: { prompt: string; for: string }): Promise<string | undefined> {
    const answer = await this.prompts.hidden(escapeName(question.prompt));
    return answer === '' ? undefined : answer;
  }

  async confirm(question: { title: string; detail: string; action: string; typed?: string }): Promise<boolean> {
    if (this.saidYes) return true;
    if (question.detail !== '') this.line.say(escapeLines(question.detail));
    const title = escapeName(question.title);
    if (question.typed === undefined) return this.prompts.yesOrNo(title);
    const typed = await this.prompts.text(`${title} It is protected: type ${escapeName(question.typed)} to go on.`);
    if (typed === question.typed) return true;
    this.line.say(`That is not ${escapeName(question.typed)}.`);
    return false;
  }

  /** Who typed the command has agreed to connect. */
  consent(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

/** As OpenSSH names the file of a host key. */
function kindOf(keyType: string): string {
  return /(ed25519|ecdsa|rsa)/.exec(keyType)?.[1] ?? '*';
}

/** Nobody: a script, or CI. Every question has to be answered beforehand, by an argument. */
export class Nobody implements Person {
  constructor(
    readonly saidYes: boolean,
    readonly refusal: NobodyToAsk,
  ) {}

  /** The refusal names the fingerprint and `--accept-host-key`. */
  confirmHostKey(): Promise<boolean> {
    return Promise.resolve(false);
  }

  secret(): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  confirm(): Promise<boolean> {
    return this.saidYes ? Promise.resolve(true) : Promise.reject(this.refusal);
  }

  consent(): Promise<boolean> {
    return Promise.resolve(true);
  }
}
