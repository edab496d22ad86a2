import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import type { AnyAuthMethod, Prompt } from 'ssh2';
import type { Person } from '../app/person.ts';
import { AuthenticationFailed } from './failures.ts';
import type { SshSettings } from './ssh-config.ts';
import { printable } from './text.ts';

/** How often a person may mistype. */
const ATTEMPTS = 3;

/**
 * What we can prove who we are with, one method after the other: agent, key files, then what the person knows. Nobody is asked for what
 * the host would not take.
 */
export class Identity {
  /** What was tried, for the sentence that says that nothing fitted. */
  readonly tried: string[] = [];
  /** Key files that nobody could unlock. */
  readonly locked: string[] = [];
  readonly #methods: AsyncGenerator<AnyAuthMethod>;
  #offered: readonly string[] = [];
  #unanswered: Error | undefined;

  /**
   * @param agentSocket the socket of the environment's agent, if any
   * @param secret asks the person
   */
  constructor(
    readonly settings: SshSettings,
    readonly address: string,
    readonly agentSocket: string | undefined,
    readonly secret: Person['secret'],
  ) {
    this.#methods = this.#all();
  }

  /** Why a question of the host was left without an answer, upon which some hosts hang up. */
  get unanswered(): Error | undefined {
    return this.#unanswered;
  }

  /**
   * Rejects where a question could not be put to anybody, or was not answered.
   *
   * @param offered the methods that the host would still take; none known before the first answer
   */
  async next(offered: readonly string[] | null): Promise<AnyAuthMethod | undefined> {
    if (this.#unanswered !== undefined) throw this.#unanswered;
    this.#offered = offered ?? [];
    const step = await this.#methods.next();
    return step.done === true ? undefined : step.value;
  }

  async *#all(): AsyncGenerator<AnyAuthMethod> {
    const username = this.settings.user;
    // Asks what the host would take, and is all that a host without authentication needs.
    yield { type: 'none', username };
    if (this.#offers('publickey')) yield* this.#keys(username);
    if (this.#offers('keyboard-interactive')) yield* this.#questions(username);
    else if (this.#offers('password')) yield* this.#passwords(username);
  }

  #offers(method: string): boolean {
    return this.#offered.includes(method);
  }

  async *#keys(username: string): AsyncGenerator<AnyAuthMethod> {
    const agent = this.#agent();
    if (agent !== undefined) {
      this.tried.push(`the agent at ${agent}`);
      yield { type: 'agent', username, agent };
    }
    for (const file of this.settings.certificateFiles) {
      this.tried.push(`${file} (a certificate, which only an agent can present)`);
    }
    for (const file of this.settings.identityFiles) {
      const key = await this.#readKey(file);
      if (key === undefined) continue;
      this.tried.push(file);
      yield { type: 'publickey', username, ...key };
    }
  }

  #agent(): string | undefined {
    const { identityAgent, identitiesOnly } = this.settings;
    if (identityAgent === 'none' || identitiesOnly) return undefined;
    const socket = identityAgent === undefined || identityAgent === 'SSH_AUTH_SOCK' ? this.agentSocket : identityAgent;
    return socket === '' ? undefined : socket;
  }

  async *#passwords(username: string): AsyncGenerator<AnyAuthMethod> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const prompt = `${attempt === 1 ? '' : 'That was refused. '}Password for ${this.address}`;
      const password = await this.secret({ prompt, for: `password ${this.address}` });
      if (attempt === 1) this.tried.push(password === undefined ? 'a password (which was not given)' : 'a password');
      if (password === undefined) return;
      yield { type: 'password', username, password };
    }
  }

  *#questions(username: string): Generator<AnyAuthMethod> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      yield {
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => {
          this.#answerAll(prompts, attempt > 1).then(
            (answers) => {
              const gaveUp = answers === undefined;
              if (attempt === 1) this.tried.push(`answers to its questions${gaveUp ? ' (which were not given)' : ''}`);
              if (gaveUp) this.#unanswered = new AuthenticationFailed(this.address, this);
              finish(answers ?? []);
            },
            (error: unknown) => {
              this.#unanswered = error instanceof Error ? error : new Error(String(error));
              finish([]);
            },
          );
        },
      };
    }
  }

  async #answerAll(prompts: readonly Prompt[], isAgain: boolean): Promise<string[] | undefined> {
    const answers: string[] = [];
    for (const { prompt } of prompts) {
      const refused = isAgain && answers.length === 0 ? 'That was refused. ' : '';
      const answer = await this.secret({
        prompt: `${refused}${this.address} asks: ${printable(prompt)}`,
        for: `password ${this.address}`,
      });
      if (answer === undefined) return undefined;
      answers.push(answer);
    }
    return answers;
  }

  async #readKey(file: string): Promise<{ key: Buffer; passphrase?: string } | undefined> {
    let key: Buffer;
    try {
      key = readFileSync(file);
    } catch (error) {
      // As with ssh: an identity file that is not there is passed over.
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (code !== 'ENOENT') this.tried.push(`${file} (cannot be read: ${code})`);
      return undefined;
    }
    const parsed = ssh2.utils.parseKey(key);
    if (!(parsed instanceof Error)) return { key };
    if (!/passphrase|encrypted/i.test(parsed.message)) {
      this.tried.push(`${file} (not a private key that can be read: ${parsed.message})`);
      return undefined;
    }
    return this.#unlock(file, key);
  }

  async #unlock(file: string, key: Buffer): Promise<{ key: Buffer; passphrase: string } | undefined> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const prompt = `${attempt === 1 ? '' : 'That is not it. '}Passphrase for ${file}`;
      const passphrase = await this.secret({ prompt, for: `passphrase ${file}` });
      if (passphrase === undefined) {
        this.locked.push(file);
        this.tried.push(`${file} (its passphrase was not given)`);
        return undefined;
      }
      if (!(ssh2.utils.parseKey(key, passphrase) instanceof Error)) return { key, passphrase };
    }
    this.locked.push(file);
    this.tried.push(`${file} (its passphrase was wrong)`);
    return undefined;
  }
}
